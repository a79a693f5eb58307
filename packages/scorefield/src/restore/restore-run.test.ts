import { edm, exact, gaussian, gaussianMixture } from "@scorefield/core";
import {
  blur,
  clipping,
  columns,
  daps,
  downsample,
  gaussianNoise,
  identity,
  laplaceNoise,
  matrix,
  mmps,
  poissonNoise,
  redDiff,
} from "@scorefield/inverse";
import { defaultRuntime, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { calibrateRun } from "./calibrate-run.ts";
import { exactRun } from "./exact-run.case.ts";
import { restoreRun } from "./restore-run.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

const process = edm({ sigmaMin: 0.002, sigmaMax: 20 });
/** Years and thousands: columns of quite other sizes, correlated. */
const scaling = { kind: "standard", mean: [2000, -3], scale: [10, 0.5] };
const people = exactRun(
  exact(
    gaussian({
      mean: [0, 0],
      covariance: [
        [1, 0.6],
        [0.6, 1],
      ],
    }),
    process,
  ),
  scaling,
  {
    columns: ["year", "change"],
  },
);

describe("a table in its own units", () => {
  test("one column measured: the posterior in closed form", async () => {
    // year = 2012 +- 5. z_0 ~ N(0, 1) seen as 1.2 +- 0.5.
    const operator = columns({ input: [2], columns: [0], units: "units of the columns" });
    const found = await restoreRun(people, ndarray(Float64Array.of(2012), [1]), {
      operator,
      noise: gaussianNoise({ sigma: 5 }),
      method: mmps({ steps: 20, iterations: 2 }),
      draws: 1000,
      seed: 3,
    });
    const [z, variance] = [1.2 * (1 / 1.25), 0.25 / 1.25];
    const deviations = [10 * Math.sqrt(variance), 0.5 * Math.sqrt(1 - 0.36 * (1 - variance))];
    const mean = [2000 + 10 * z, -3 + 0.5 * 0.6 * z];
    for (const j of [0, 1]) {
      expect(Math.abs(found.mean.data[j]! - mean[j]!)).toBeLessThan(
        5 * (deviations[j]! / Math.sqrt(1000)) + 0.02 * deviations[j]!,
      );
      expect(found.deviation!.data[j]! / deviations[j]!).toBeCloseTo(1, 1);
    }
    expect(found.misfit.units).toBe("deviations of the noise");
    expect(found.misfit.allowed).toBeCloseTo(1, 5);
    expect(found.method.kind).toBe("mmps");
  });

  test("an operator that mixes columns, with a deviation for each number of y", async () => {
    const a = [
      [1, 4],
      [0, 2],
    ];
    const operator = matrix({ input: [2], matrix: a, units: "units of the columns" });
    const noise = gaussianNoise({ deviations: ndarray(Float64Array.of(3, 0.2)) });
    // y without noise at a truth near the mean, so that the posterior is narrow around it.
    const truth = ndarray(Float64Array.of(2004, -2.9), [2]);
    const y = ndarray(Float64Array.of(2004 + 4 * -2.9, 2 * -2.9), [2]);
    const { mean, quality, misfit } = await restoreRun(people, y, {
      operator,
      noise,
      draws: 500,
      truth,
      method: mmps({ steps: 30 }),
    });
    expect(Math.abs(mean.data[0]! - 2004)).toBeLessThan(1.5);
    expect(Math.abs(mean.data[1]! + 2.9)).toBeLessThan(0.1);
    expect(quality!.psnr).toBeUndefined();
    expect(quality!.coverage!.count).toBe(2);
    expect(misfit.found).toBeGreaterThan(0.5);
    expect(misfit.found).toBeLessThan(1.5);
  });

  const draws = { draws: 40, seed: 1, method: daps({ steps: 20 }) };

  test("noise that is not Gaussian is in the same units", async () => {
    const y = ndarray(Float64Array.of(2006, -3), [2]);
    const operator = identity({ input: [2], units: "units of the columns" });
    const { mean } = await restoreRun(people, y, { operator, noise: laplaceNoise({ scale: 0.2 }), ...draws });
    expect(Math.abs(mean.data[0]! - 2006)).toBeLessThan(2);
  });

  test("noise that depends on what is measured is too", async () => {
    const operator = columns({ input: [2], columns: [0], units: "units of the columns" });
    const noise = poissonNoise({ gain: 0.1 });
    const { mean, misfit } = await restoreRun(people, ndarray(Float64Array.of(1990), [1]), {
      operator,
      noise,
      ...draws,
    });
    expect(Math.abs(mean.data[0]! - 1990)).toBeLessThan(15);
    expect(misfit.units).toBe("units of the columns");
  });

  test("an operator that is not linear is too", async () => {
    const { mean } = await restoreRun(people, ndarray(Float64Array.of(2010, -2), [2]), {
      operator: clipping({ input: [2], low: -2, high: 2010, units: "units of the columns" }),
      noise: gaussianNoise({ sigma: 0.5 }),
      ...draws,
    });
    // Above the end of the scale all that is known is that it is above.
    expect(mean.data[0]!).toBeGreaterThan(2008);
  });

  test("columns that are coded in another way are refused", async () => {
    const coded = exactRun(
      people.model,
      { kind: "quantile", columns: [1, 2].map(() => ({ values: [0, 1], counts: [1, 1] })) },
      { columns: ["a", "b"] },
    );
    const options = { operator: identity({ input: [2] }), noise: gaussianNoise({ sigma: 1 }) };
    await expect(restoreRun(coded, ndarray(new Float64Array(2)), options)).rejects.toThrow(
      /found the scaling quantile, which codes columns by their ranks.*scorefield impute.*scaling=standard/,
    );
  });
});

describe("images", () => {
  const shape = [1, 12, 12];
  const means = ndarray(
    Float64Array.from({ length: 288 }, (_, i) => (i < 144 ? -0.5 : 0.5)),
    [2, ...shape],
  );
  const run = exactRun(exact(gaussianMixture({ means, covariances: [0.04, 0.04] }), process), { kind: "images" });
  const truth = ndarray(new Float64Array(144).fill(0.5), shape);
  const noise = gaussianNoise({ sigma: 0.1 });

  test("are measured in dB and by structure, and draws stay within black and white", async () => {
    const operator = downsample({ input: shape, factor: 4, units: "intensity in [-1, 1]" });
    const y = ndarray(new Float64Array(9).fill(0.5), [1, 3, 3]);
    const method = mmps({ steps: 10, iterations: 3 });
    const found = await restoreRun(run, y, { operator, noise, truth, draws: 6, method });
    expect(found.quality!.psnr).toBeGreaterThan(15);
    expect(found.quality!.ssim).toBeDefined();
    expect(Math.max(...found.draws.data)).toBeLessThanOrEqual(1);
    expect(found.misfit).toMatchObject({ units: "intensity in [-1, 1]" });
    const again = await restoreRun(run, y, { operator, noise, draws: 6, batch: 4, method });
    expect(Math.abs(again.draws.data[700]! - found.draws.data[700]!)).toBeLessThan(1e-3);
    const one = await restoreRun(run, y, { operator, noise, draws: 1, truth, method });
    expect(one.deviation).toBeUndefined();
    expect(one.quality).not.toHaveProperty("coverage");
  });

  test("a method that gives one point gives one", async () => {
    const operator = blur({ input: shape, sigma: 1, units: "intensity in [-1, 1]" });
    const found = await restoreRun(run, truth, { operator, noise, draws: 5, method: redDiff({ steps: 20 }) });
    expect(found.draws.shape).toEqual([1, ...shape]);
    expect(found.deviation).toBeUndefined();
    expect(found.changes!.length).toBeGreaterThan(5);
  });

  test("what does not fit is refused before any work", async () => {
    const operator = blur({ input: shape, sigma: 1 });
    const options = { operator, noise };
    await expect(restoreRun(run, ndarray(new Float64Array(4)), options)).rejects.toThrow(
      /expected a measurement \[1, 12, 12\].*found \[4\]/,
    );
    await expect(restoreRun(run, truth, { ...options, truth: ndarray(new Float64Array(4)) })).rejects.toThrow(
      /expected a truth \[1, 12, 12\]/,
    );
    await expect(restoreRun(run, truth, { ...options, steps: 3 } as never)).rejects.toThrow(/unknown option steps/);
    await expect(
      restoreRun(run, ndarray(new Float64Array(9)), { noise, operator: identity({ input: [9] }) }),
    ).rejects.toThrow(/expected one of samples \[1, 12, 12\].*found identity of \[9\]/);
    await expect(
      restoreRun(run, truth, { noise, operator: clipping({ input: shape, low: -1, high: 0 }), method: mmps() }),
    ).rejects.toThrow(/mmps: expected a linear operator, found clipping/);
    await expect(restoreRun(run, truth, { ...options, class: 1 })).rejects.toThrow(
      /expected a model with the condition class/,
    );
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(restoreRun(run, truth, { ...options, signal })).rejects.toThrow("enough");
  });
});

describe("calibration", () => {
  const operator = columns({ input: [2], columns: [0], units: "units of the columns" });
  const noise = gaussianNoise({ sigma: 5 });

  test("a method that is exact for the prior is even, in the units of the data", async () => {
    const found = await calibrateRun(people, {
      operator,
      noise,
      method: mmps({ steps: 20 }),
      problems: 100,
      draws: 9,
      directions: 3,
    });
    expect(Math.abs(found.coverage.found - found.coverage.expected)).toBeLessThan(4 * found.coverage.standardError);
    expect(found.pValue).toBeGreaterThan(1e-3);
  });

  test("needs a method that draws, and enough problems, before any work", async () => {
    await expect(calibrateRun(people, { operator, noise, problems: 10 })).rejects.toThrow(/at least 50/);
    await expect(calibrateRun(people, { operator, noise, method: redDiff() })).rejects.toThrow(
      /expected a method that draws, found redDiff|red-diff/,
    );
    await expect(calibrateRun(people, { operator, noise, truths: 3 } as never)).rejects.toThrow(
      /unknown option truths/,
    );
  });
});

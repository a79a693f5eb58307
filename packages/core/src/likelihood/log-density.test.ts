import { castArray, type NdArray, ndarray, type Runtime, ShapeError } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { gaussianMixture } from "../density/mixture.ts";
import { ArgumentError, SamplingError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { edm } from "../process/edm.ts";
import { rectifiedFlow } from "../process/rectified-flow.ts";
import { subVp } from "../process/sub-vp.ts";
import { vp } from "../process/variance-preserving.ts";
import { functionTruths } from "../sampling/truths.case.ts";
import { evaluate } from "./evaluate.case.ts";
import { logDensity, logDensityDetails } from "./log-density.ts";

const runtime: Runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

functionTruths("logDensity", runtime);

const points = ndarray(Float64Array.of(0.5, -1, 1.5, 2, -2, 0.25), [3, 2]);
const gauss = gaussian({
  mean: [0, 0],
  covariance: [
    [1.2, 0.5],
    [0.5, 0.6],
  ],
});

const largestDifference = (a: NdArray, b: ArrayLike<number>): number =>
  Math.max(...Array.from(b, (value, i) => Math.abs(Number(a.data[i]) - value)));

const mixture = gaussianMixture({
  means: [
    [-1.4, -0.35],
    [0.6, 0.15],
  ],
  covariances: [0.15, 0.3],
  weights: [0.3, 0.7],
});

// The prior leaves out the data's own distribution, of order 1 / sigmaMax: nothing here.
const wide = edm({ sigmaMin: 0.01, sigmaMax: 1e8 });

describe("exact divergence", () => {
  test.each([1e-4, 1e-5, 1e-7])(
    "a mixture's closed form; tolerance %d and the error estimate hold, the latter within a factor of five",
    async (tolerance) => {
      const model = exact(mixture, wide);
      const x = castArray(mixture.sample(200, 3), "float64");
      const truth = await evaluate(model.logDensity, x, wide.times.first, runtime);
      const found = await logDensityDetails(model, x, { tolerance, runtime });
      for (let i = 0; i < 200; i++) {
        const error = Math.abs(found.logDensity.data[i]! - Number(truth.data[i]));
        expect(error).toBeLessThan(5 * found.errorEstimate.data[i]! + 1e-12);
        expect(error).toBeLessThan(40 * tolerance);
        // Every step may add an error of the tolerance times two elements.
        expect(found.solverError.data[i]!).toBeLessThan((2 * tolerance * found.evaluations.data[i]!) / 6);
        expect(found.standardError.data[i]).toBe(0);
      }
    },
  );

  test("samples take their own steps, and do not depend on the others", async () => {
    const model = exact(mixture, wide);
    const x = castArray(mixture.sample(40, 4), "float64");
    const all = await logDensityDetails(model, x, { runtime });
    const few = await logDensityDetails(model, x, { batch: 7, runtime });
    expect(largestDifference(few.logDensity, all.logDensity.data)).toBeLessThan(1e-10);
    expect(few.evaluations.data).toEqual(all.evaluations.data);
    expect(new Set(all.evaluations.data).size).toBeGreaterThan(1);
    expect(Math.max(...all.evaluations.data)).toBeLessThan(400);
  });

  test.each([
    ["vp", vp()],
    ["sub-vp", subVp()],
    ["rectified-flow", rectifiedFlow()],
    ["edm", edm()],
  ])("at a later time it is the noisy marginal, in float32 too: %s", async (_, process) => {
    const time = 0.3;
    const model = exact(mixture, process);
    const x = ndarray(Float32Array.of(0.5, -0.4, 0.3, 1, -0.6, 0.1), [3, 2]);
    const truth = await evaluate(model.logDensity, castArray(x, "float64"), time, runtime);
    const found = await logDensityDetails(model, x, { time, runtime });
    expect(found.logDensity.dtype).toBe("float32");
    // What the prior leaves out: the data's covariance, of norm 1.2, against r^2.
    const ratio = process.priorDeviation / process.alpha(process.times.last);
    expect(largestDifference(found.logDensity, truth.data as Float64Array)).toBeLessThan(2e-4 + 6 / ratio ** 2);
  });
});

describe("the prior is not the marginal at the last time", () => {
  test("it is found as well in float32 and by probes, and is a row's own in any batch", async () => {
    const density = gaussian({ mean: [5, -3], covariance: 0.5 });
    const model = exact(density, edm());
    const x = density.sample(10, 3);
    const exactly = await logDensityDetails(model, castArray(x, "float64"), { runtime });
    const single = await logDensityDetails(model, x, { runtime, batch: 4 });
    const probed = await logDensityDetails(model, x, { runtime, batch: 3, divergence: { probes: 2 } });
    for (const found of [single, probed])
      expect(largestDifference(found.priorMismatch, exactly.priorMismatch.data)).toBeLessThan(1e-4);
    expect(Math.max(...exactly.priorMismatch.data.map(Math.abs))).toBeGreaterThan(0.05);
  });
});

describe("Hutchinson", () => {
  const d = 6;
  // A correlated Gaussian, whose Jacobian has entries off the diagonal.
  const correlated = gaussian({
    mean: new Array(d).fill(0),
    covariance: Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_, j) => 0.7 ** Math.abs(i - j))),
  });
  const model = exact(correlated, wide);
  const x = castArray(correlated.sample(300, 1), "float64");

  test("a sample's probes depend on its index alone; one probe tells no error; d > 64 takes probes by itself", async () => {
    const options = { tolerance: 1e-3, divergence: { probes: 1 }, runtime } as const;
    const few = { ...x, shape: [10, d], data: x.data.slice(0, 10 * d) };
    const all = await logDensityDetails(model, few, options);
    const batched = await logDensityDetails(model, few, { ...options, batch: 3 });
    expect(largestDifference(batched.logDensity, all.logDensity.data)).toBeLessThan(1e-9);
    expect(all.standardError.data[0]).toBeNaN();
    const large = gaussian({ mean: new Array(65).fill(0), covariance: 2 });
    const found = await logDensityDetails(exact(large, wide), large.sample(1, 0), { tolerance: 1e-3, runtime });
    // The Jacobian of an isotropic Gaussian is a multiple of the identity: signs have no variance.
    expect(found.standardError.data[0]).toBeLessThan(1e-3);
    const radius = large.sample(1, 0).data.reduce((sum, value) => sum + value * value, 0);
    expect(found.logDensity.data[0]).toBeCloseTo(-radius / 4 - 32.5 * Math.log(4 * Math.PI), 1);
  });
});

describe("what is refused", () => {
  test("shapes, times, steps, tolerances, probes", async () => {
    const model = exact(gauss, edm());
    await expect(logDensity(model, ndarray(new Float32Array(3), [1, 3]), { runtime })).rejects.toThrow(ShapeError);
    await expect(logDensity(model, points, { time: 2, runtime })).rejects.toThrow(/time in .*found 2/);
    for (const options of [{ steps: 0 }, { tolerance: 0 }, { steps: 3, tolerance: 1 }, { batch: 0.5 }])
      await expect(logDensity(model, points, { ...options, runtime })).rejects.toThrow(ArgumentError);
    for (const divergence of [{ probes: 0 }, { distribution: "uniform" as "gaussian" }])
      await expect(logDensity(model, points, { divergence, runtime })).rejects.toThrow(ArgumentError);
    expect((await logDensity(model, ndarray(new Float32Array(0), [0, 2]), { runtime })).shape).toEqual([0]);
  });

  test("stops when aborted, and when a model breaks", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(logDensity(exact(gauss, edm()), points, { runtime, signal })).rejects.toThrow("enough");
    const broken: ScoreModel = { process: edm(), shape: [2], denoise: (x) => x.log() };
    await expect(logDensity(broken, points, { runtime })).rejects.toThrow(SamplingError);
    await expect(logDensity(broken, points, { runtime, steps: 3 })).rejects.toThrow(/not finite/);
  });
});

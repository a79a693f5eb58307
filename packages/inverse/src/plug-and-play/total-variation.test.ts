import { normal } from "@scorefield/core";
import { castArray, fromNested, type NdArray, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, it } from "vitest";
import { mri } from "../operator/mri.ts";
import type { Operator } from "../operator/operator.ts";
import { radon } from "../operator/radon.ts";
import { evaluated } from "../testing/evaluated.case.ts";
import { totalVariation } from "./total-variation.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const measured = async (operator: Operator, x: NdArray): Promise<NdArray> =>
  (await evaluated((v) => ({ y: operator.apply(v!) }), [x], runtime)).y!;

const precise = { runtime, steps: 20_000, tolerance: 1e-10 };

/**
 * Denoising in one dimension by its optimality conditions: the running sums of x - y are z with |z| <= weight, z = weight where x
 * rises, -weight where it falls, and 0 at the end.
 */
const violation = (x: NdArray, y: NdArray, weight: number): number => {
  let [z, worst] = [0, 0];
  const n = x.data.length;
  for (let i = 0; i < n; i++) {
    z += Number(x.data[i]) - Number(y.data[i]);
    const step = i === n - 1 ? 0 : Number(x.data[i + 1]) - Number(x.data[i]);
    const wanted = i === n - 1 ? 0 : Math.abs(step) > 1e-4 ? Math.sign(step) * weight : undefined;
    worst = Math.max(worst, wanted === undefined ? Math.abs(z) - weight : Math.abs(z - wanted));
  }
  return worst;
};

describe("total variation in one dimension", () => {
  it("draws the two levels of a step together by weight / length", async () => {
    const y = castArray(fromNested([[...Array(10).fill(0), ...Array(5).fill(1)]]), "float64");
    const { estimate, objective, converged } = await totalVariation(y, { weight: 0.5, ...precise });
    const [low, high] = [0.5 / 10, 1 - 0.5 / 5];
    for (const [i, value] of estimate.data.entries()) expect(value).toBeCloseTo(i < 10 ? low : high, 6);
    expect(objective.data[0]).toBeCloseTo((10 * low ** 2 + 5 * (1 - high) ** 2) / 2 + 0.5 * (high - low), 8);
    expect(converged).toBe(true);
  });

  it("gives the mean where the weight is large", async () => {
    const y = normal([1, 12], { seed: 1, dtype: "float64" });
    const { estimate } = await totalVariation(y, { weight: 50, ...precise });
    const mean = y.data.reduce((a, b) => a + b, 0) / 12;
    for (const value of estimate.data) expect(value).toBeCloseTo(mean, 6);
  });

  it("fulfils the conditions of the least objective on noise", async () => {
    const y = normal([1, 60], { seed: 2, dtype: "float64" });
    const { estimate } = await totalVariation(y, { weight: 0.7, ...precise });
    expect(violation(estimate, y, 0.7)).toBeLessThan(1e-4);
  });
});

describe("total variation with an operator", () => {
  const size = 12;
  const square = ndarray(
    Float64Array.from({ length: size * size }, (_, at) =>
      Math.abs((at % size) - 5) < 3 && Math.abs(Math.floor(at / size) - 6) < 4 ? 1 : 0,
    ),
    [1, size, size],
  );

  it("gives a flat image back from few views, and stays in its range", async () => {
    const operator = radon({ input: [size, size], views: 7 });
    const y = await measured(operator, square);
    const { estimate } = await totalVariation(y, {
      operator,
      weight: 1e-3,
      range: [0, 1],
      ...precise,
      tolerance: 1e-7,
    });
    for (const [i, value] of estimate.data.entries()) {
      expect(Math.abs(Number(value) - square.data[i]!)).toBeLessThan(0.01);
      expect(value).toBeGreaterThanOrEqual(0);
    }
  });

  it("takes complex images", async () => {
    const image = ndarray(Float64Array.from(Array.from(square.data).flatMap((v) => [v, 2 * v])), [1, size, size, 2]);
    const operator = mri({
      input: [size, size, 2],
      acceleration: 2.5,
      along: "points",
      order: "dense",
      calibration: 4,
    });
    const { estimate } = await totalVariation(await measured(operator, image), {
      operator,
      weight: 1e-4,
      ...precise,
      tolerance: 1e-7,
    });
    for (const [i, value] of estimate.data.entries())
      expect(Math.abs(Number(value) - image.data[i]!)).toBeLessThan(0.02);
  });
});

it("names what does not fit", async () => {
  const y = normal([1, 4, 4], { seed: 1 });
  await expect(totalVariation(y, { weight: 0 })).rejects.toThrow(/weight: expected a positive number, found 0/);
  await expect(totalVariation(y, { weight: 1, axes: 3 })).rejects.toThrow(/axes: expected 1 to 2, found 3/);
  await expect(totalVariation(y, { weight: 1, range: [1, 0] })).rejects.toThrow(/range: expected \[low, high\]/);
  await expect(totalVariation(y, { weight: 1, operator: radon({ input: [4, 4], views: 3 }) })).rejects.toThrow(
    /y: expected \[n, 3, 7\], found \[1, 4, 4\]/,
  );
  await expect(totalVariation(y, { weight: 1, wieght: 2 } as never)).rejects.toThrow(/wieght/);
});

import { exact, gaussianMixture, normal, vp } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { evaluate, filled } from "@scorefield/verify/internal";
import { afterAll, expect, test } from "vitest";
import { lineIntegrals, logDensityDifference } from "./line-integral.ts";
import { rotation } from "./rotation.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const model = exact(
  gaussianMixture({
    weights: [1, 3],
    means: [
      [-2, 0, 1],
      [2, 1, 0],
    ],
    covariances: [0.2, [1, 0.1, 0.5]],
  }),
  vp(),
);
const time = 0.3;
const n = 20;

test("between two points: the difference of the log-densities, along any path", async () => {
  const [from, to, via] = [1, 2, 3].map((seed) => normal([n, 3], { seed, dtype: "float64" }));
  const logDensities = async (x: NdArray) => {
    const [found] = await evaluate((at, t) => [model.logDensity(at!, t!)], [x, filled(n, time)], runtime);
    return found!.data;
  };
  const [a, b] = [await logDensities(from!), await logDensities(to!)];
  const options = { time, tolerance: 1e-8, runtime };
  const straight = await logDensityDifference(model, from!, to!, options);
  const corners = new Float64Array(9 * n);
  for (let i = 0; i < n; i++)
    for (const [k, points] of [from!, via!, to!].entries())
      corners.set(points.data.subarray(3 * i, 3 * i + 3), 9 * i + 3 * k);
  const bent = await lineIntegrals(model, ndarray(corners, [n, 3, 3]), options);
  for (const { integral, errorEstimate } of [straight, bent])
    for (const [i, value] of integral.data.entries()) {
      const error = Math.abs(value - (Number(b[i]) - Number(a[i])));
      expect(error).toBeLessThan(1e-8);
      expect(error).toBeLessThan(errorEstimate.data[i]! + 1e-12);
      expect(errorEstimate.data[i]).toBeLessThanOrEqual(1e-8);
    }
});

test("around a rotation: twice its rate times the area, by Green's theorem", async () => {
  const square = ndarray(Float32Array.of(0, 0, 2, 0, 2, 2, 0, 2, 0, 0), [1, 5, 2]);
  const seen: number[] = [];
  const { integral } = await lineIntegrals(rotation(0.3), square, {
    runtime,
    onProgress: ({ done, total }) => seen.push(done / total),
  });
  expect(integral.data[0]).toBeCloseTo(2 * 0.3 * 4, 5);
  expect(seen.length).toBeGreaterThan(1);
  expect(Math.max(...seen)).toBeLessThanOrEqual(1);
});

test("what cannot be", async () => {
  const points = normal([4, 3], { seed: 1 });
  await expect(lineIntegrals(model, points)).rejects.toThrow(/at least 2 corners, found \[4,3\]/);
  await expect(logDensityDifference(model, points, normal([5, 3], { seed: 1 }))).rejects.toThrow(/two arrays/);
  await expect(logDensityDifference(model, points, points, { tolerance: 0 })).rejects.toThrow(/tolerance/);
  await expect(lineIntegrals(model, normal([2, 2, 2], { seed: 1 }))).rejects.toThrow(/expected points/);
  const controller = new AbortController();
  controller.abort(new Error("enough"));
  await expect(logDensityDifference(model, points, points, { signal: controller.signal, runtime })).rejects.toThrow(
    "enough",
  );
});

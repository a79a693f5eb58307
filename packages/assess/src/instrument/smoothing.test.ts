import { ArgumentError, normal, normalQuantile } from "@scorefield/core";
import { erf, ndarray, zeros } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { evaluate, numbers } from "@scorefield/verify/internal";
import { afterAll, expect, test } from "vitest";
import { densityOrder, smoothing } from "./smoothing.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const n = 20_000;
/** -x^2 / 2 for x of N(0, deviation^2). */
const heights = (deviation: number, seed: number) =>
  ndarray(normal([n], { seed, dtype: "float64" }).data.map((z) => -0.5 * (deviation * z) ** 2));

/** P(|x| < a) for N(0, 1) */
const within = async (a: readonly number[]): Promise<Float64Array> => {
  const [found] = await evaluate((x) => [erf(x!)], [ndarray(Float64Array.from(a, (v) => v / Math.SQRT2))], runtime);
  return numbers(found!);
};

test.each([1, 1.2, 0.8, 2])("N(0, %s^2) against N(0, 1): shares of the normal distribution", async (s) => {
  const { tails, peaks } = smoothing(heights(s, 1), heights(1, 2));
  // |x| > 1.95996 has probability 0.05, |x| < 0.0627068 too.
  const [outer, inner] = await within([1.959964 / s, 0.0627068 / s]);
  expect(Math.abs(tails.ratio - (1 - outer!) / 0.05)).toBeLessThan(4 * tails.standardError);
  expect(Math.abs(peaks.ratio - inner! / 0.05)).toBeLessThan(4 * peaks.standardError);
  expect(tails.standardError).toBeLessThan(0.15);
  if (s > 1) expect(tails.ratio > 1 && peaks.ratio < 1).toBe(true);
});

test("of equal distributions both ratios are 1 on average, of a small reference too (4 standard errors)", () => {
  const [repeats, even] = [600, 2000];
  const all = normal([repeats, 100], { seed: 6, dtype: "float64" });
  // Without error: the quantiles themselves.
  const few = ndarray(Float64Array.from({ length: even }, (_, i) => normalQuantile((i + 0.5) / even)));
  const found = Array.from({ length: repeats }, (_, i) =>
    smoothing(few, ndarray(all.data.slice(100 * i, 100 * (i + 1))), { share: 0.05 }),
  );
  for (const part of ["tails", "peaks"] as const) {
    const ratios = found.map((one) => one[part].ratio);
    const mean = ratios.reduce((sum, value) => sum + value, 0) / repeats;
    const error = Math.sqrt(ratios.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / repeats;
    expect(error).toBeLessThan(0.03);
    expect(Math.abs(mean - 1)).toBeLessThan(4 * error);
  }
});

test("without a density: distances to the nearest data order points in the same way", () => {
  const data = normal([2000, 2], { seed: 3 });
  const at = (deviation: number, seed: number) =>
    densityOrder(
      data,
      ndarray(
        normal([2000, 2], { seed }).data.map((z) => deviation * z),
        [2000, 2],
      ),
    );
  const same = smoothing(at(1, 4), at(1, 5));
  for (const { ratio, standardError } of [same.tails, same.peaks])
    expect(Math.abs(ratio - 1)).toBeLessThan(4 * standardError);
  const wider = smoothing(at(1.3, 4), at(1, 5));
  expect(wider.tails.ratio).toBeGreaterThan(1.5);
  expect(wider.peaks.ratio).toBeLessThan(0.85);
  // On a line of whole numbers the second nearest of 2.25 is 3, at 0.75.
  const line = ndarray(Float64Array.of(0, 1, 2, 3, 4), [5, 1]);
  expect(densityOrder(line, ndarray(Float64Array.of(2.25), [1, 1]), { k: 2 }).data[0]).toBeCloseTo(-Math.log(0.75), 12);
});

test("what cannot be", () => {
  expect(() => smoothing(zeros([1]), zeros([5]))).toThrow(ArgumentError);
  expect(() => smoothing(zeros([5]), zeros([5]), { share: 0.6 })).toThrow(/share/);
  expect(() => densityOrder(zeros([3, 2]), zeros([3, 2]), { k: 4 })).toThrow(/3 rows/);
});

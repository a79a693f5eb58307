import { normal } from "@scorefield/core";
import { ndarray, ShapeError } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { coverage, crps, drawQuantiles, rankedProbabilityScores } from "./probabilistic-forecast.ts";

const [k, n] = [400, 500];
const draws = normal([k, n], { seed: 1, dtype: "float64" });

test("the CRPS of a normal forecast is its closed form", () => {
  // s (z (2 P(z) - 1) + 2 p(z) - 1 / sqrt(pi)) at z = 0 and at z = 1 (Gneiting & Raftery 2007, equation 21).
  const closed = {
    0: 2 / Math.sqrt(2 * Math.PI) - 1 / Math.sqrt(Math.PI),
    1: 0.682689 + 2 * 0.2419707 - 1 / Math.sqrt(Math.PI),
  };
  for (const y of [0, 1] as const) {
    const found = crps(draws, ndarray(new Float64Array(n).fill(y), [n]));
    // A standard error over 500 sets of 400 draws is 0.001.
    expect(Math.abs(found - closed[y])).toBeLessThan(0.004);
  }
});

test("of equal draws it is the absolute error; unknown truths are left out", () => {
  const same = ndarray(new Float64Array(6).fill(2), [3, 2]);
  expect([...rankedProbabilityScores(same, ndarray(Float64Array.of(5, Number.NaN), [2]))]).toEqual([3, Number.NaN]);
  expect(crps(same, ndarray(Float64Array.of(5, Number.NaN), [2]))).toBe(3);
  expect(() => crps(same, ndarray(Float64Array.of(Number.NaN, Number.NaN), [2]))).toThrow(/a truth that is known/);
  expect(() => crps(same, ndarray(new Float64Array(3), [3]))).toThrow(ShapeError);
});

test("central intervals hold their share of truths from the same distribution", () => {
  const truths = ndarray(normal([n], { seed: 2, dtype: "float64" }).data, [n]);
  // Three standard errors are 0.04 and 0.067.
  expect(Math.abs(coverage(draws, truths, 0.9) - 0.9)).toBeLessThan(0.04);
  expect(Math.abs(coverage(draws, truths, 0.5) - 0.5)).toBeLessThan(0.067);
});

test("quantiles are interpolated", () => {
  const five = ndarray(Float64Array.of(5, 1, 3, 2, 4), [5, 1]);
  expect(drawQuantiles(five, [0, 0.25, 0.6, 1]).map(([value]) => value)).toEqual([1, 2, expect.closeTo(3.4, 12), 5]);
  expect(() => drawQuantiles(five, [1.2])).toThrow(/probabilities in \[0, 1\]/);
});

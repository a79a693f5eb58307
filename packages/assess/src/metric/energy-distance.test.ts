import { ArgumentError, normal } from "@scorefield/core";
import { fromNested, type NdArray, ShapeError } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { energyDistance } from "./energy-distance.ts";

const shifted = (array: NdArray<"float64">, by: number): NdArray<"float64"> => ({
  ...array,
  data: array.data.map((value) => value + by),
});

test("point masses: twice their distance", () => {
  expect(
    energyDistance(
      fromNested([[0, 0]]),
      fromNested([
        [3, 4],
        [3, 4],
      ]),
    ),
  ).toBe(10);
});

test("every pair is counted once, across blocks, for both statistics", () => {
  const d = 3;
  const a = normal([70, d], { seed: 1, dtype: "float64" });
  const b = normal([45, d], { seed: 2, dtype: "float64" });
  const meanDistance = (x: NdArray<"float64">, y: NdArray<"float64">, skipEqual: boolean) => {
    let [sum, pairs] = [0, 0];
    for (let i = 0; i < x.shape[0]!; i++)
      for (let j = 0; j < y.shape[0]!; j++) {
        if (skipEqual && i === j) continue;
        sum += Math.hypot(...[0, 1, 2].map((k) => x.data[i * d + k]! - y.data[j * d + k]!));
        pairs++;
      }
    return sum / pairs;
  };
  for (const unbiased of [false, true]) {
    const expected = 2 * meanDistance(a, b, false) - meanDistance(a, a, unbiased) - meanDistance(b, b, unbiased);
    expect(energyDistance(a, b, { unbiased })).toBeCloseTo(expected, 12);
  }
  expect(energyDistance(a, a)).toBeCloseTo(0, 12);
});

test("normal distributions a shift apart: right on average, within five standard errors", () => {
  // X - Y is N(1, 2), X - X' is N(0, 2): E|X - Y| = 2 / sqrt(pi) exp(-1/4) + erf(1/2), E|X - X'| = 2 / sqrt(pi).
  const expected = (4 / Math.sqrt(Math.PI)) * (Math.exp(-1 / 4) - 1) + 2 * 0.5204998778130465;
  const repeats = 60;
  for (const [shift, value] of [
    [1, expected],
    [0, 0],
  ] as const) {
    const found = Array.from({ length: repeats }, (_, step) => {
      const a = normal([150, 1], { seed: 3, step, dtype: "float64" });
      const b = normal([100, 1], { seed: 4, step, dtype: "float64" });
      return energyDistance(a, shifted(b, shift), { unbiased: true });
    });
    const mean = found.reduce((a, b) => a + b) / repeats;
    const error = Math.sqrt(found.reduce((a, b) => a + (b - mean) ** 2, 0) / (repeats - 1) / repeats);
    expect(Math.abs(mean - value)).toBeLessThan(5 * error);
    expect(error).toBeLessThan(0.02);
  }
});

test("bad sets are named", () => {
  expect(() => energyDistance(fromNested([[1, 2]]), fromNested([[1]]))).toThrow(ShapeError);
  expect(() => energyDistance(fromNested([[1]]), fromNested([[1]]), { unbiased: true })).toThrow(/at least 2 samples/);
  expect(() =>
    energyDistance(
      fromNested([
        [1, 2],
        [1, Number.NaN],
      ]),
      fromNested([[1, 2]]),
    ),
  ).toThrow(/found NaN in sample 1, element 1/);
  expect(() => energyDistance(fromNested([[Number.POSITIVE_INFINITY]]), fromNested([[1]]))).toThrow(ArgumentError);
});

import { ArgumentError } from "@scorefield/core";
import { ndarray, ShapeError } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { gaussianPrior, uniformPrior } from "./prior.ts";

test("a uniform prior draws within its bounds, and is level there", () => {
  const prior = uniformPrior({ low: [0, -2], high: [1, 4] });
  const { data, shape } = prior.sample(2000, 1);
  expect(shape).toEqual([2000, 2]);
  for (let i = 0; i < data.length; i++) {
    expect(data[i]! >= [0, -2][i % 2]! && data[i]! <= [1, 4][i % 2]!).toBe(true);
  }
  const mean = data.filter((_, i) => i % 2 === 1).reduce((sum, value) => sum + value / 2000, 0);
  expect(Math.abs(mean - 1)).toBeLessThan((4 * 6) / Math.sqrt(12 * 2000));
  const densities = prior.logDensity(ndarray(Float64Array.of(0.5, 0, 0.5, 5), [2, 2]));
  expect(densities[0]).toBeCloseTo(-Math.log(6), 12);
  expect(densities[1]).toBe(Number.NEGATIVE_INFINITY);
  expect(prior.sample(3, 1).data).toEqual(data.slice(0, 6));
});

test("a uniform prior within a box", () => {
  const boxed = uniformPrior({ low: [0, -2], high: [1, 4] }).within!([-1, 0], [0.5, 1]);
  expect([boxed.low, boxed.high]).toEqual([
    [0, 0],
    [0.5, 1],
  ]);
});

test("a normal prior has its mean, covariance and density", () => {
  const covariance = [
    [2, 0.6],
    [0.6, 0.5],
  ];
  const prior = gaussianPrior({ mean: [1, -1], covariance });
  const n = 4000;
  const { data } = prior.sample(n, 2);
  let cross = 0;
  for (let i = 0; i < n; i++) cross += ((data[2 * i]! - 1) * (data[2 * i + 1]! + 1)) / n;
  // Var of the product is C11 C22 + C12^2.
  expect(Math.abs(cross - 0.6)).toBeLessThan(4 * Math.sqrt((2 * 0.5 + 0.36) / n));
  const determinant = 2 * 0.5 - 0.36;
  const [found] = prior.logDensity(ndarray(Float64Array.of(2, -0.5), [1, 2]));
  const quadratic = (0.5 * 1 - 2 * 0.6 * 0.5 + 2 * 0.25) / determinant;
  expect(found).toBeCloseTo(-Math.log(2 * Math.PI) - 0.5 * Math.log(determinant) - quadratic / 2, 12);
});

test("what is no prior is refused", () => {
  expect(() => uniformPrior({ low: [1], high: [0] })).toThrow(/low below high, found 1 and 0/);
  expect(() => uniformPrior({ low: [0], high: [1, 2] })).toThrow(ArgumentError);
  expect(() => uniformPrior({ low: [0], high: [1], lower: 1 } as never)).toThrow(ArgumentError);
  expect(() => gaussianPrior({ mean: [0], deviation: 0 })).toThrow(/above 0/);
  expect(() => gaussianPrior({ mean: [0], deviation: 1, covariance: [[1]] })).toThrow(/both/);
  expect(() =>
    gaussianPrior({
      mean: [0, 0],
      covariance: [
        [1, 2],
        [2, 1],
      ],
    }),
  ).toThrow(/positive definite/);
  expect(() => uniformPrior({ low: [0], high: [1] }).logDensity(ndarray(new Float64Array(2), [1, 2]))).toThrow(
    ShapeError,
  );
});

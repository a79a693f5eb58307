import { ArgumentError, normal, normalQuantile } from "@scorefield/core";
import { fromNested, ndarray, ShapeError } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { slicedWasserstein, transportCost } from "./wasserstein.ts";

test.each([
  [[0, 1], [0, 0, 1, 1], 0, 0],
  [[0, 1], [0.5, 0.5, 0.5], 1 / 2, 1 / 4],
  // The quantile functions meet as (0, 0), (0, 1), (3, 1), (3, 2) over 1/3, 1/6, 1/6, 1/3.
  [[0, 3], [0, 1, 2], 5 / 6, 7 / 6],
])("the cost between %j and %j", (a, b, first, second) => {
  const cost = (order: number) => transportCost(Float64Array.from(a), Float64Array.from(b), order);
  expect(cost(1)).toBeCloseTo(first, 14);
  expect(cost(2)).toBeCloseTo(second, 14);
});

test("orders other than one and two", () => {
  expect(transportCost(Float64Array.of(0, 1), Float64Array.of(2, 4), 3)).toBeCloseTo((8 + 27) / 2, 12);
});

test("Gaussians on the line: W2^2 = (m1 - m2)^2 + (s1 - s2)^2", () => {
  // Quantiles at the middles of n equal parts leave a discretisation error of order log(n) / n.
  const gaussian = (n: number, mean: number, deviation: number) =>
    Float64Array.from({ length: n }, (_, i) => mean + deviation * normalQuantile((i + 0.5) / n));
  expect(transportCost(gaussian(20_000, 1, 2), gaussian(15_000, -1, 0.5), 2)).toBeCloseTo(4 + 2.25, 2);
  // Draws: the estimate moves like (m1 - m2)^2 + (s1 - s2)^2 in the sample moments, of variances s^2 / n, s^2 / 2n.
  const n = 20_000;
  const draw = (seed: number, mean: number, deviation: number) =>
    normal([n], { seed, dtype: "float64" })
      .data.map((z) => mean + deviation * z)
      .sort();
  const error = Math.sqrt((4 * 4 * 4.25) / n + (4 * 2.25 * 4.25) / (2 * n));
  expect(Math.abs(transportCost(draw(1, 1, 2), draw(2, -1, 0.5), 2) - 6.25)).toBeLessThan(5 * error);
});

test("sliced: a shift s in d dimensions is |s| / sqrt(d) away, within five standard errors of the directions", () => {
  const d = 5;
  const a = normal([40, d], { seed: 1, dtype: "float64" });
  const shift = [3, -1, 0, 2, 0.5];
  const square = shift.reduce((sum, s) => sum + s * s, 0);
  const b = ndarray(
    a.data.map((value, i) => value + shift[i % d]!),
    [40, d],
  );
  const projections = 2000;
  // The squared cosine of a random direction has mean 1/d and mean square 3 / (d (d + 2)).
  const error = square * Math.sqrt((3 / (d * (d + 2)) - 1 / d ** 2) / projections);
  const found = slicedWasserstein(a, b, { projections, seed: 3 });
  expect(Math.abs(found ** 2 - square / d)).toBeLessThan(5 * error);
  expect(slicedWasserstein(a, b, { projections, seed: 3 })).toBe(found);
  expect(slicedWasserstein(a, b, { projections, seed: 4 })).not.toBe(found);
});

test("sliced: isotropic Gaussians of different width are |s1 - s2| apart, from sets of different size", () => {
  const [n, m, d] = [8000, 5000, 3];
  const a = normal([n, d], { seed: 5 });
  const b = ndarray(
    normal([m, d], { seed: 6 }).data.map((value) => 2 * value),
    [m, d],
  );
  // Worst case, all directions moving together: five times 2 |s1 - s2| sqrt(s1^2 / 2n + s2^2 / 2m).
  const error = 2 * Math.sqrt(1 / (2 * n) + 4 / (2 * m));
  expect(Math.abs(slicedWasserstein(a, b) ** 2 - 1)).toBeLessThan(5 * error);
  expect(slicedWasserstein(a, a)).toBe(0);
});

test("bad options are named", () => {
  const a = fromNested([[1, 2]]);
  expect(() => slicedWasserstein(a, fromNested([[1]]))).toThrow(ShapeError);
  expect(() => slicedWasserstein(a, a, { projections: 0 })).toThrow(/projections/);
  expect(() => slicedWasserstein(a, a, { order: 0.5 })).toThrow(ArgumentError);
});

import { normal } from "@scorefield/core";
import { fromNested, ndarray, ShapeError } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { marginals } from "./marginals.ts";

test("by hand, with ties and sets of different size", () => {
  const a = fromNested([
    [0, 1],
    [1, 1],
    [1, 2],
    [2, 5],
  ]);
  const b = fromNested([
    [1, 10],
    [2, 11],
  ]);
  // First column: F - G is 1/4 from 0, 3/4 - 1/2 from 1, 0 from 2; the quantiles differ by 1 over the first quarter
  // and over the third.
  expect(marginals(a, b)).toEqual([
    { kolmogorovSmirnov: 0.25, wasserstein: 0.5 },
    { kolmogorovSmirnov: 1, wasserstein: 10.5 - 9 / 4 },
  ]);
  expect(marginals(a, a)).toEqual([
    { kolmogorovSmirnov: 0, wasserstein: 0 },
    { kolmogorovSmirnov: 0, wasserstein: 0 },
  ]);
});

test("normal columns a shift apart: 2 Phi(1/2) - 1 and the shift", () => {
  const n = 20_000;
  const a = normal([n, 2], { seed: 1 });
  const b = ndarray(
    normal([n, 2], { seed: 2 }).data.map((value, i) => value + (i % 2)),
    [n, 2],
  );
  const [same, apart] = marginals(a, b);
  // sqrt(n / 2) D exceeds 1.95 with probability 0.001; the shift is a difference of means, five standard errors.
  const bound = 1.95 * Math.sqrt(2 / n);
  expect(same!.kolmogorovSmirnov).toBeLessThan(bound);
  expect(Math.abs(apart!.kolmogorovSmirnov - 0.38292492254802624)).toBeLessThan(bound);
  expect(Math.abs(apart!.wasserstein - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
});

test("sets of rows of different size are refused", () => {
  expect(() => marginals(fromNested([[1]]), fromNested([[1, 2]]))).toThrow(ShapeError);
});

import { normal } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { compareTables, comparisonText } from "./comparison.ts";

/** Two correlated columns and a constant. */
const rows = (n: number, seed: number, correlation: number, shift = 0) => {
  const z = normal([n, 2], { seed, dtype: "float64" }).data;
  const rest = Math.sqrt(1 - correlation ** 2);
  const value = (i: number, j: number) =>
    [10 + 2 * z[2 * i]! + shift, correlation * z[2 * i]! + rest * z[2 * i + 1]!, 3][j]!;
  return ndarray(
    Float64Array.from({ length: 3 * n }, (_, k) => value(Math.floor(k / 3), k % 3)),
    [n, 3],
  );
};
const columns = ["a", "b", "c"];

test("a shift shows in its column, in standard deviations, and a lost correlation in the correlations", () => {
  const n = 4000;
  const reference = rows(n, 1, 0.8);
  const comparison = compareTables(columns, { samples: rows(n, 2, 0, 1), reference, training: rows(n, 3, 0.8) });
  // A shift by half a standard deviation; the largest gap between the two distributions is 2 Phi(1/4) - 1 = 0.197. Five
  // standard errors of means and of distribution functions of 4,000 rows are at most 5 sqrt(2 / n) = 0.11.
  expect(Math.abs(comparison.samples.columns[0]!.wasserstein - 0.5)).toBeLessThan(0.11);
  expect(Math.abs(comparison.samples.columns[0]!.kolmogorovSmirnov - 0.197)).toBeLessThan(0.06);
  expect(comparison.training!.columns[0]!.wasserstein).toBeLessThan(0.11);
  // One pair of columns: the error is the difference of its correlations.
  expect(Math.abs(comparison.samples.correlationError - 0.8)).toBeLessThan(0.11);
  expect(comparison.training!.correlationError).toBeLessThan(0.05);
  expect(comparison.constant).toEqual(["c"]);
  expect(comparison.samples.columns[2]).toEqual({ kolmogorovSmirnov: 0, wasserstein: 0 });

  const text = comparisonText(comparison);
  expect(text).toMatch(/^Distances to 4000 held-out rows \(samples: 4000 drawn; real: 4000 training rows/);
  expect(text).toMatch(/^column +KS samples +KS real +W1 samples +W1 real$/m);
  expect(text).toMatch(/root mean square error: samples 0\.\d+, real 0\.\d+ \(ratio/);
  expect(text).toMatch(/being constant .*: c$/);
});

test("the scale of a column does not matter, even where squares of it leave the doubles", () => {
  const sets = (size: number) => {
    const scaled = ({ data, shape }: ReturnType<typeof rows>) =>
      ndarray(
        data.map((value, k) => (k % 3 === 0 ? size * value : value)),
        shape,
      );
    return { samples: scaled(rows(200, 2, 0.5)), reference: scaled(rows(200, 1, 0.5)) };
  };
  const plain = compareTables(columns, sets(1)).samples;
  for (const size of [1e-300, 1e300]) {
    const found = compareTables(columns, sets(size)).samples;
    expect(found.correlationError).toBeCloseTo(plain.correlationError, 9);
    expect(found.columns[0]!.wasserstein).toBeCloseTo(plain.columns[0]!.wasserstein, 9);
  }
});

test("without training rows the samples stand alone", () => {
  const comparison = compareTables(columns, { samples: rows(50, 2, 0.8), reference: rows(50, 1, 0.8) });
  expect(comparison.training).toBeUndefined();
  expect(comparisonText(comparison, "rows of x.csv")).toMatch(/^Distances to 50 rows of x.csv \(samples: 50 drawn\)/);
});

import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { correlatedColumns as columns, correlatedRows as rows } from "../../../../tools/correlated-rows.ts";
import { compareColumns } from "./compare-columns.ts";

test("a shift shows in its column, in standard deviations, and a lost correlation in the correlations", () => {
  const n = 4000;
  const reference = rows(n, 1, 0.8);
  const comparison = compareColumns(columns, { samples: rows(n, 2, 0, 1), reference, training: rows(n, 3, 0.8) });
  // A shift by half a standard deviation; the largest gap between the two distributions is 2 Phi(1/4) - 1 = 0.197. Five
  // standard errors of means and of distribution functions of 4,000 rows are at most 5 sqrt(2 / n) = 0.11.
  expect(Math.abs(comparison.samples.columns[0]!.wasserstein! - 0.5)).toBeLessThan(0.11);
  expect(Math.abs(comparison.samples.columns[0]!.kolmogorovSmirnov! - 0.197)).toBeLessThan(0.06);
  expect(comparison.training!.columns[0]!.wasserstein).toBeLessThan(0.11);
  // One pair of columns: the error is the difference of its correlations.
  expect(Math.abs(comparison.samples.correlationError! - 0.8)).toBeLessThan(0.11);
  expect(comparison.training!.correlationError).toBeLessThan(0.05);
  expect(comparison.constant).toEqual(["c"]);
  expect(comparison.samples.columns[2]).toEqual({ kolmogorovSmirnov: 0, wasserstein: 0, apart: 0.5 });
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
  const plain = compareColumns(columns, sets(1)).samples;
  for (const size of [1e-300, 1e300]) {
    const found = compareColumns(columns, sets(size)).samples;
    expect(found.correlationError).toBeCloseTo(plain.correlationError!, 9);
    expect(found.columns[0]!.wasserstein).toBeCloseTo(plain.columns[0]!.wasserstein!, 9);
  }
});

test("samples and training rows are compared in equal numbers, so that chance weighs alike", () => {
  const reference = rows(4000, 1, 0.5);
  const training = rows(400, 3, 0.5);
  const found = compareColumns(columns, { samples: rows(4000, 2, 0.5), reference, training });
  expect([found.samples.rows, found.training!.rows, found.referenceRows]).toEqual([400, 400, 4000]);
  // The mean KS distance of 400 rows from 4,000 of the same distribution is about 0.87 sqrt(1 / 400 + 1 / 4000) = 0.046.
  for (const { kolmogorovSmirnov } of [found.samples.columns[0]!, found.training!.columns[0]!])
    expect(Math.abs(kolmogorovSmirnov! - 0.046)).toBeLessThan(0.045);
  // More training rows than samples are cut, too, and the same seed cuts the same rows.
  const other = () =>
    compareColumns(columns, { samples: training, reference, training: rows(4000, 2, 0.5) }, { seed: 1 });
  expect(other().training!.rows).toBe(400);
  expect(other()).toEqual(other());
});

test("categories by total variation, missing cells by their share, and the column that tells most", () => {
  const table = [{ name: "age" }, { name: "city", levels: ["Oslo", "Rome"] }];
  const set = (cells: number[][]) => ndarray(Float64Array.from(cells.flat()), [cells.length, 2]);
  const reference = set(Array.from({ length: 100 }, (_, i) => [i % 10 === 0 ? Number.NaN : i, i % 2]));
  const samples = set(Array.from({ length: 100 }, (_, i) => [i, i % 4 === 0 ? 1 : 0]));
  const found = compareColumns(["age", "city"], { samples, reference }, { table });
  const [age, city] = found.samples.columns;
  expect(age!.kolmogorovSmirnov).toBeCloseTo(0.1, 12);
  expect(age!.missing).toBe(0);
  expect(found.referenceMissing).toEqual([0.1, 0]);
  expect(age!.wasserstein).toBeLessThan(0.1);
  expect(city).toMatchObject({ totalVariation: 0.25 });
  expect(city!.wasserstein).toBeUndefined();
  expect(city!.apart!).toBeGreaterThan(0.55);
  expect(found.samples).not.toHaveProperty("correlationError");
  const empty = compareColumns(
    ["age", "city"],
    {
      samples: set([
        [Number.NaN, 0],
        [Number.NaN, 1],
      ]),
      reference,
    },
    { table },
  );
  expect(empty.samples.columns[0]).toEqual({ kolmogorovSmirnov: 0.9, missing: 1 });
});

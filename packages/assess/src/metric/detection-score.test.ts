import { ArgumentError, normal } from "@scorefield/core";
import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { detectionScore } from "./detection-score.ts";
import { mixedColumns, mixedRows } from "./mixed-rows.case.ts";
import { plainValue } from "./statistic.ts";

const shifted = (array: NdArray<"float64">, by: number) =>
  ndarray(
    array.data.map((value) => value + by),
    array.shape,
  );

test("normal distributions a shift apart: AUC = Phi(shift / sqrt 2)", () => {
  const n = 3000;
  const [a, b] = [0, 1].map((step) => normal([n, 1], { seed: 1, step, dtype: "float64" })) as [
    NdArray<"float64">,
    NdArray<"float64">,
  ];
  // 2 Phi(1 / sqrt 2) - 1 = erf(1 / 2). Standard error of an AUC of .76 of 3,000 rows each: 0.006, twice that of the score.
  const expected = 1 - 0.5204998778;
  const { score, aucs, statistic } = detectionScore(a, shifted(b, 1), { by: "linear" });
  expect(aucs).toHaveLength(3);
  expect(Math.abs(score - expected)).toBeLessThan(5 * 0.012);
  expect(plainValue(statistic)).toBe(score);
  // Trees lose a little by what they take for a difference and is none.
  const trees = detectionScore(a, shifted(b, 1));
  expect(trees.score).toBeGreaterThan(score);
  expect(trees.score - score).toBeLessThan(0.1);
});

test("1 for rows of one distribution, 0 for rows that all differ, with categories and missing cells", () => {
  const columns = mixedColumns;
  const a = mixedRows(1500, 1);
  for (const by of ["trees", "linear"] as const) {
    expect(detectionScore(a, mixedRows(1500, 2), { columns, by }).score).toBeGreaterThan(0.9);
    const moved = ndarray(
      mixedRows(1000, 3).data.map((value, k) => (k % 3 === 0 ? value + 100 : value)),
      [1000, 3],
    );
    // Sizes that are missing cannot be told apart.
    expect(detectionScore(a, moved, { columns, by }).score).toBeLessThan(0.25);
  }
  expect(
    detectionScore(shifted(normal([60, 2], { seed: 1, dtype: "float64" }), 9), normal([60, 2], { seed: 2 })).score,
  ).toBe(0);
});

test("independent columns: trees see what a line does not", () => {
  const [related, apart] = [mixedRows(2000, 4), mixedRows(2000, 5, { related: false })];
  expect(detectionScore(related, apart, { columns: mixedColumns }).score).toBeLessThan(0.65);
  expect(detectionScore(related, apart, { columns: mixedColumns, by: "linear" }).score).toBeGreaterThan(0.85);
});

test("the same seed gives the same score; what is refused", () => {
  const [a, b] = [mixedRows(60, 1), mixedRows(50, 2)];
  const of = (seed: number) => detectionScore(a, b, { columns: mixedColumns, seed }).aucs;
  expect(of(1)).toEqual(of(1));
  expect(of(1)).not.toEqual(of(2));
  const refused = (options: object, other: NdArray = b) => expect(() => detectionScore(a, other, options));
  refused({}, ndarray(Float64Array.of(Infinity, 1, 1, 1, 1, 1, 1, 1, 1), [3, 3])).toThrow(ArgumentError);
  refused({ columns: mixedColumns.slice(1) }).toThrow(/list of 3 columns/);
  refused({ columns: [{ name: "a" }, { name: "b", levels: ["x"] }, { name: "c" }] }).toThrow(/code from 0 to 0/);
  refused({ fold: 3 }).toThrow(/fold.*folds/s);
  refused({ folds: 1 }).toThrow(/at least 2/);
  refused({ by: "forest" }).toThrow(/trees or linear/);
  refused({}, normal([50, 2], { seed: 1 })).toThrow(ShapeError);
});

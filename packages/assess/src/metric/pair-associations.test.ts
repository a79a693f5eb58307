import { integers, normal } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { association, associationColumns } from "./association.ts";
import type { MetricColumn } from "./metric-column.ts";
import { associationError, associations, type PairAssociations, pairAssociationMetric } from "./pair-associations.ts";

const fromNested = (rows: readonly number[][]): NdArray<"float64"> =>
  ndarray(Float64Array.from(rows.flat()), [rows.length, rows[0]!.length]);
const lacks = Number.NaN;
const levels = (count: number): string[] => Array.from({ length: count }, (_, k) => `level ${k}`);

/** Rows of two codes, as often as the table says. */
const counted = (table: number[][]): NdArray =>
  fromNested(table.flatMap((row, u) => row.flatMap((count, v) => Array.from({ length: count }, () => [u, v]))));

test("Cramer's V of tables that can be worked out: equality, independence, and one in between", () => {
  const two = [2, 2].map((count, j) => ({ name: `${j}`, levels: levels(count) }));
  const v = (table: number[][], columns: MetricColumn[] = two) => associations(counted(table), columns)[1]!;
  // phi^2 = 1, corrected by 1 / 39; r~ - 1 = 1 - 1 / 39.
  expect(
    v([
      [20, 0],
      [0, 20],
    ]),
  ).toBeCloseTo(1, 12);
  expect(
    v([
      [20, 20],
      [20, 20],
    ]),
  ).toBe(0);
  // chi^2 = 16 of 100: phi^2 = 0.16.
  expect(
    v([
      [35, 15],
      [15, 35],
    ]),
  ).toBeCloseTo(Math.sqrt((0.16 - 1 / 99) / (1 - 1 / 99)), 12);
  const three = [3, 2].map((count, j) => ({ name: `${j}`, levels: levels(count) }));
  // The third level never occurs, and changes nothing.
  expect(
    v(
      [
        [35, 15],
        [15, 35],
        [0, 0],
      ],
      three,
    ),
  ).toBeCloseTo(
    v([
      [35, 15],
      [15, 35],
    ]),
    12,
  );
});

test("Cramer's V of independent columns of many levels is near 0, thanks to the correction", () => {
  const n = 1000;
  const codes = integers([n, 2], { seed: 1, high: 10 }).data;
  const columns = [0, 1].map((j) => ({ name: `${j}`, levels: levels(10) }));
  // Without correction it would be about sqrt(81 / 1000 / 9) = 0.095.
  expect(associations(ndarray(Float64Array.from(codes), [n, 2]), columns)[1]).toBeLessThan(0.05);
});

test("the correlation ratio is the share of the variance between levels; correlations of ranks see order alone", () => {
  const columns: MetricColumn[] = [{ name: "c", levels: levels(2) }, { name: "x" }];
  // Between the means 1 and 3 lies a variance of 1, within a variance of 1.
  const rows = fromNested([
    [0, 0],
    [0, 2],
    [1, 2],
    [1, 4],
  ]);
  expect(associations(rows, columns, { scale: "values" })[1]).toBeCloseTo(Math.SQRT1_2, 12);
  const numbers = [{ name: "a" }, { name: "b" }];
  const curve = fromNested([
    [1, 1],
    [2, 10],
    [3, 100],
    [4, 1000],
    [lacks, 3],
    [2.5, lacks],
  ]);
  const plain = fromNested([
    [1, 1],
    [2, 10],
    [3, 100],
    [4, 1000],
  ]);
  expect(associations(plain, numbers)[1]).toBeCloseTo(1, 12);
  expect(associations(plain, numbers, { scale: "values" })[1]).toBeLessThan(0.9);
  expect(associations(curve, numbers, { scale: "values" })[1]).toBeCloseTo(
    associations(plain, numbers, { scale: "values" })[1]!,
    12,
  );
  expect(
    associations(
      fromNested([
        [1, 5],
        [1, 6],
      ]),
      numbers,
    ),
  ).toEqual(Float64Array.of(1, 0, 0, 1));
});

const mixed: readonly MetricColumn[] = [
  { name: "x" },
  { name: "y" },
  { name: "kind", levels: levels(3) },
  { name: "city", levels: levels(3) },
];

/** x and y correlated by rho, kind a matter of x, city of kind. */
const rows = (n: number, seed: number, rho = 0.8): NdArray<"float64"> => {
  const z = normal([n, 2], { seed, dtype: "float64" }).data;
  const chance = integers([n, 2], { seed, high: 10 }).data;
  const data = new Float64Array(4 * n);
  for (let i = 0; i < n; i++) {
    const [x, e] = [z[2 * i]!, z[2 * i + 1]!];
    const kind = x < -0.5 ? 0 : x < 0.5 ? 1 : 2;
    const city = chance[2 * i]! < 7 ? kind : chance[2 * i + 1]! % 3;
    data.set([1e6 + x, chance[2 * i] === 9 ? lacks : rho * x + Math.sqrt(1 - rho ** 2) * e, kind, city], 4 * i);
  }
  return ndarray(data, [n, 4]);
};

test("counting a row is repeating it, for every kind of pair", () => {
  const set = rows(30, 1);
  const counts = Float64Array.from({ length: 30 }, (_, i) => i % 3);
  const repeated = fromNested(
    Array.from(counts, (count, i) =>
      Array.from({ length: count }, () => Array.from(set.data.subarray(4 * i, 4 * i + 4))),
    ).flat(),
  );
  const once = new Float64Array(repeated.shape[0]!).fill(1);
  const [few, many] = [set, repeated].map((part) => associationColumns(part, mixed, "values"));
  for (let j = 0; j < 4; j++)
    for (let k = 0; k < j; k++)
      expect(association(few![j]!, few![k]!, counts)).toBeCloseTo(association(many![j]!, many![k]!, once), 9);
});

test("the metric names the pair that samples get wrong, and is small for two sets of one distribution", async () => {
  const input = { own: { samples: rows(800, 2, 0), reference: rows(800, 3) }, columns: mixed };
  const taken = (await pairAssociationMetric().take(input as never))!;
  const { pairs, columns } = taken.details as PairAssociations;
  expect(columns).toEqual(["x", "y", "kind", "city"]);
  expect(pairs[0]).toMatchObject({ a: "x", b: "y", kind: "rank correlation" });
  expect(Math.abs(pairs[0]!.samples)).toBeLessThan(0.15);
  // Spearman's correlation of a Gaussian pair: 6 / pi asin(rho / 2).
  expect(Math.abs(pairs[0]!.reference - (6 / Math.PI) * Math.asin(0.4))).toBeLessThan(0.06);
  expect(pairs.find(({ a, b }) => a === "kind" && b === "city")!.kind).toBe("Cramer's V");
  expect(pairs.find(({ a, b }) => a === "x" && b === "kind")!.kind).toBe("correlation ratio");
  expect(associationError(rows(800, 2), rows(800, 3), mixed)).toBeLessThan(0.04);
  expect(associationError(rows(800, 2, 0), rows(800, 3), mixed)).toBeGreaterThan(0.1);
  expect(
    await pairAssociationMetric().take({ own: { samples: rows(9, 1), reference: rows(9, 1) }, columns: [] } as never),
  ).toBeUndefined();
});

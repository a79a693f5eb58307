import { ArgumentError, integers, normal } from "@scorefield/core";
import { defaultRuntime, fromNested, type NdArray, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { MetricColumn } from "../metric/metric-column.ts";
import { metrics } from "../metric/metrics.ts";
import { assess } from "./assess.ts";
import { mixedUnits } from "./mixed-units.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

const lacks = Number.NaN;
const columns: readonly MetricColumn[] = [
  { name: "age" },
  { name: "city", levels: ["Oslo", "Paris", "Rome"] },
  { name: "size", levels: ["S", "M", "L"], kind: "ordered" },
];

const distance = ({ data, shape: [, d = 0] }: NdArray<"float64">, i: number, j: number): number =>
  Math.hypot(...Array.from({ length: d }, (_, k) => data[i * d + k]! - data[j * d + k]!));

test("a number counts in deviations, a level that differs as 1, a missing cell as a level or beside the mean", () => {
  // Ages 10 and 30: mean 20, deviation 10. Sizes 0 and 2: mean 1, deviation 1.
  const reference = fromNested([
    [10, 0, 0],
    [30, 1, 2],
  ]);
  const rows = fromNested([
    [20, 0, 1],
    [40, 0, 1],
    [20, 2, 1],
    [20, lacks, 1],
    [lacks, 0, 1],
    [20, 0, 2],
    [40, lacks, 1],
  ]);
  const points = mixedUnits(reference, columns, [rows])(rows);
  expect(points.shape).toEqual([7, 2 + 4 + 1]);
  expect(distance(points, 0, 1)).toBeCloseTo(2, 12);
  expect(distance(points, 0, 2)).toBeCloseTo(1, 12);
  expect(distance(points, 0, 3)).toBeCloseTo(1, 12);
  expect(distance(points, 0, 4)).toBeCloseTo(1, 12);
  expect(distance(points, 0, 5)).toBeCloseTo(1, 12);
  expect(distance(points, 1, 4)).toBeCloseTo(Math.sqrt(5), 12);
  expect(distance(points, 1, 6)).toBeCloseTo(1, 12);
  // Without missing cells in any set there is no coordinate for them.
  expect(mixedUnits(reference, columns)(reference).shape).toEqual([2, 1 + 3 + 1]);
});

/** Numbers that depend on a category; a cell in ten is missing. */
const table = (seed: number, n = 120): NdArray<"float64"> => {
  const z = normal([n, 2], { seed, dtype: "float64" }).data;
  const codes = integers([n, 3], { seed, high: 30 }).data;
  const rows = new Float64Array(3 * n);
  for (let i = 0; i < n; i++) {
    const city = codes[3 * i]! % 3;
    rows.set([codes[3 * i + 1]! < 3 ? lacks : 40 + 10 * city + 5 * z[2 * i]!, city, codes[3 * i + 2]! % 3], 3 * i);
  }
  return ndarray(rows, [n, 3]);
};

test("every metric of rows takes mixed rows with missing cells; the control has right columns and wrong relations", async () => {
  const sets = { samples: table(1), reference: table(2), training: table(3, 200) };
  const list = metrics.kinds.map((kind) => metrics.fromRecipe({ kind }));
  const { measures, notes } = await assess(sets, { metrics: list, columns, control: true });
  expect(notes).toEqual([]);
  const named = new Map(measures.map((measure) => [measure.name, measure]));
  for (const name of ["precision", "energy distance", "MMD", "two-sample test", "nearer to training", "missing cells"])
    expect(named.has(name), name).toBe(true);
  for (const { name, samples, real, control, expected } of measures) {
    expect(samples.value, name).not.toBeNull();
    expect(real?.value ?? expected, name).toBeDefined();
    expect(control?.value, name).toEqual(expect.any(Number));
  }
  const relations = named.get("pair associations")!;
  expect(relations.control!.low!).toBeGreaterThan(relations.samples.high!);
  const blind = named.get("columns one by one")!;
  expect(blind.control!.low!).toBeLessThan(blind.real!.high!);
});

test("copies of mixed rows are found, and rows of another kind are refused", async () => {
  const training = table(3, 200);
  const copies = ndarray(training.data.slice(0, 180), [60, 3]);
  const list = ["nearer-to-training", "exact-copies"].map((kind) => metrics.fromRecipe({ kind }));
  const { measures } = await assess({ samples: copies, reference: table(2), training }, { metrics: list, columns });
  // A few unseen rows equal training rows by chance, and are as near.
  expect(measures[0]!.samples.value).toBeGreaterThan(0.95);
  expect(measures[1]!.samples.value).toBe(1);
  expect(measures[1]!.real!.value).toBeLessThan(0.2);

  const refused = (samples: number[][], options: object) =>
    expect(assess({ samples: fromNested(samples), reference: table(2) }, options as object)).rejects;
  await refused([[1, 3, 0]], { columns }).toThrow(
    /assess samples: expected a code from 0 to 2 or NaN, found 3 in row 0, column city/,
  );
  await refused([[Infinity, 1, 0]], { columns }).toThrow(ArgumentError);
  await refused([[1, 1, 0]], { columns: columns.slice(1) }).toThrow(/a list of 3 columns.*found 2/);
  await refused([[1, 1, 0]], { columns: [{}, {}, {}] }).toThrow(/columns 0: expected a column/);
});

import { type NdArray, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mixedColumns } from "../mixed/mixed-table.case.ts";
import { summariseCell } from "./imputation-summary.ts";
import { impute } from "./impute.ts";
import { trainingRows, untrainedRun } from "./known-rows.case.ts";

const runtime = native({ threads: 1 });
beforeAll(() => setDefaultRuntime(runtime));
afterAll(() => runtime.dispose());

const run = untrainedRun();
const width = mixedColumns.length;

/** Training rows, of which the first lacks everything, and others every third cell of those that they have. */
const holes = (n: number): NdArray<"float64"> => {
  const data = Float64Array.from(trainingRows.data.subarray(0, n * width));
  for (let k = 0; k < data.length; k++) if (k < width || (k % 3 === 0 && k < (n - 1) * width)) data[k] = Number.NaN;
  return ndarray(data, [n, width]);
};

test("missing cells are filled and known ones stay, bit for bit", async () => {
  const rows = holes(30);
  const done: number[] = [];
  const imputed = await impute(run, rows, { draws: 3, seed: 5, onProgress: (part, total) => done.push(part / total) });
  const missing = rows.data.filter(Number.isNaN).length;
  expect(imputed.filled.reduce((a, b) => a + b)).toBe(missing);
  expect(imputed.cells()).toHaveLength(missing);
  for (const filled of [imputed.rows(0), imputed.rows(1), imputed.rows(2), imputed.best()]) {
    expect(filled.data.some(Number.isNaN)).toBe(false);
    for (const [k, value] of rows.data.entries())
      if (!Number.isNaN(value)) expect(Object.is(filled.data[k], value)).toBe(true);
    for (const [j, { levels }] of mixedColumns.entries())
      if (levels) for (let i = 0; i < 30; i++) expect(levels[filled.data[i * width + j]!]).toBeDefined();
  }
  expect(imputed.rows(0).data).not.toEqual(imputed.rows(1).data);
  expect(done.at(-1)).toBe(1);
  expect([...done].sort((a, b) => a - b)).toEqual(done);
});

test("a draw depends on the seed, its number and the row: not on how many draws there are", async () => {
  const rows = holes(12);
  const [few, many] = [await impute(run, rows, { draws: 2 }), await impute(run, rows, { draws: 18 })];
  const close = (a: NdArray<"float64">, b: NdArray<"float64">): boolean =>
    a.data.every((value, k) => Math.abs(value - b.data[k]!) <= 1e-3 * (1 + Math.abs(value)));
  expect(close(few.rows(1), many.rows(1))).toBe(true);
  expect(many.rows(16).data).not.toEqual(many.rows(0).data);
  expect(many.rows(17).data).not.toEqual(many.rows(1).data);
});

test("draws of a run with a density ratio are chosen among candidates, whose noise no other draw has", async () => {
  const seen: NdArray<"float64">[] = [];
  // No candidate is taken at once, so each cell has all of its candidates.
  const logRatio = (rows: NdArray<"float64">): Float64Array => {
    seen.push(rows);
    return new Float64Array(rows.shape[0]!).fill(-20);
  };
  const refined = { ...run, logRatio };
  const imputed = await impute(refined, holes(1), { draws: 17, seed: 3 });
  const rows = seen.flatMap(({ data, shape }) =>
    Array.from({ length: shape[0]! }, (_, i) => data.subarray(i * width, (i + 1) * width).join()),
  );
  expect(rows).toHaveLength(17 * 16);
  expect(new Set(rows).size).toBe(rows.length);
  expect(imputed.rows(16).data.some(Number.isNaN)).toBe(false);
});

test("rows without holes are left alone", async () => {
  const rows = (await impute(run, holes(20))).rows();
  const again = await impute(run, rows, { draws: 2 });
  expect(again.rowsFilled).toBe(0);
  expect(again.cells()).toEqual([]);
  expect(again.rows(1).data).toEqual(rows.data);
});

test("bad calls are refused, and work stops when asked", async () => {
  await expect(impute(run, ndarray(new Float64Array(3), [1, 3]))).rejects.toThrow(/rows \[n, 10\]/);
  await expect(impute(run, holes(2), { draws: 0 })).rejects.toThrow(/1 to 1,000/);
  await expect(impute(run, holes(2), { draw: 2 } as never)).rejects.toThrow(/draws/);
  await expect(impute(untrainedRun(false), holes(2))).rejects.toThrow(/told what is known/);
  const bad = holes(2);
  bad.data[width + mixedColumns.findIndex(({ name }) => name === "city")] = 9;
  await expect(impute(run, bad)).rejects.toThrow(/codes below 4/);
  await expect(impute(run, holes(3), { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  await expect(impute(run, holes(2)).then((imputed) => imputed.rows(1))).rejects.toThrow(/from 0 to 0/);
});

describe("what draws say of a cell", () => {
  test("numbers: mean, deviation, quantiles by interpolation; the best guess is written as the column is", () => {
    const draws = Float64Array.from({ length: 21 }, (_, i) => i / 10);
    const column = { name: "a", kind: "number", decimals: 1, missing: true } as const;
    const { best, mean, deviation, low, high } = summariseCell(column, draws);
    expect(best).toBe(1);
    expect(mean).toBeCloseTo(1, 12);
    expect(deviation).toBeCloseTo(Math.sqrt(0.385), 12);
    expect([low, high].map((x) => x!.toFixed(12))).toEqual(["0.100000000000", "1.900000000000"]);
    expect(summariseCell({ ...column, decimals: 0 }, Float64Array.of(1, 2, 2)).best).toBe(2);
    expect(
      summariseCell({ name: "d", kind: "date", unit: 1000, missing: true }, Float64Array.of(1000, 2000, 4000)).best,
    ).toBe(2000);
  });
  test("levels: shares, and the most frequent one, the first of several", () => {
    const column = { name: "c", kind: "category", levels: ["x", "y", "z"], missing: true } as const;
    expect(summariseCell(column, Float64Array.of(2, 1, 2, 1))).toEqual({
      best: 1,
      shares: Float64Array.of(0, 0.5, 0.5),
    });
  });
});

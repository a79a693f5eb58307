import { ArgumentError, normal } from "@scorefield/core";
import { type FloatType, type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { describe, expect, test } from "vitest";
import type { TableColumn } from "../table-column.ts";
import { fitMixed } from "./fit-mixed.ts";
import { mixedCodec } from "./mixed-codec.ts";
import { mixedColumns, mixedRows } from "./mixed-table.case.ts";

const n = 2000;
const width = mixedColumns.length;
const rows = mixedRows(n);
const codec = fitMixed(mixedColumns, rows);
const draw = { seed: 3, part: 0 };
const encoded = codec.encode(rows, draw);
const columnAt = (
  values: NdArray<FloatType>,
  name: string,
  j = mixedColumns.findIndex((column) => column.name === name),
) => Array.from({ length: values.shape[0]! }, (_, i) => values.data[i * width + j]!);
const coordinate = (values: NdArray<FloatType>, name: string) => {
  const k = codec.names.indexOf(name);
  return Array.from({ length: values.shape[0]! }, (_, i) => values.data[i * values.shape[1]! + k]!);
};

describe("a table of all kinds of columns", () => {
  test("what a vector consists of", () => {
    expect(codec.layout).toEqual({
      columns: [1, 2, 1, 1, 3, 1, 4, 5, 2, 2, 1, 7, 1, 1],
      scale: 1,
      scales: [1, 1, 1, 1, 1, 1, 1],
    });
    expect(codec.parts.map(({ name, from, size, firstSlot, slots }) => [name, from, size, firstSlot, slots])).toEqual([
      ["size", 0, 1, 0, 1],
      ["price", 1, 3, 1, 2],
      ["count", 4, 1, 3, 1],
      ["gain", 5, 4, 4, 2],
      ["grade", 9, 4, 6, 1],
      ["city", 13, 5, 7, 1],
      ["member", 18, 2, 8, 1],
      ["day", 20, 10, 9, 3],
      ["visit", 30, 2, 12, 2],
      ["unit", 32, 0, 14, 0],
    ]);
    expect(codec.names.slice(0, 14)).toEqual(
      [
        ["size"],
        ["price: value", "price: missing", "price"],
        ["count"],
        ["gain: value", "gain: missing", "gain = 0", "gain"],
        ["grade = low", "grade = medium", "grade = high", "grade: missing"],
        ["city = Paris"],
      ].flat(),
    );
    expect(codec.names.slice(20, 32)).toEqual([
      "day: value",
      "day: missing",
      "day: day",
      ...["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"].map((name) => `day: ${name}`),
      "visit: day",
      "visit: time",
    ]);
  });

  test("comes back from its encoding, which JSON and the split into batches do not change", () => {
    const again = mixedCodec(JSON.parse(JSON.stringify(codec.stored)), [32]);
    const back = again.decode(encoded).data;
    const near = (found: number, value: number) => Math.abs(found - value) <= 1e-5 * Math.abs(value) + 1e-6;
    const differ = [...back].filter((found, k) => !(Object.is(found, rows.data[k]) || near(found, rows.data[k]!)));
    expect(differ).toEqual([]);
    const jittered = { ...draw, jitter: 0.1 };
    const whole = again.encode(rows, jittered).data;
    const rest = ndarray(rows.data.slice(700 * width), [n - 700, width]);
    expect(again.encode(rest, { ...jittered, firstRow: 700 }).data).toEqual(whole.slice(700 * 32));
    expect(codec.compact.widen(codec.compact.encode(rows, draw))).toEqual(encoded);
  });

  test("numbers that are missing or stand on a spike are normal draws, others for other seeds and parts", () => {
    const absent = columnAt(rows, "gain").map((value) => Number.isNaN(value) || value === 0);
    const fillers = [draw, { ...draw, seed: 4 }, { ...draw, part: 1 }].map((draw) =>
      coordinate(codec.encode(rows, draw), "gain").filter((_, i) => absent[i]),
    );
    for (const z of fillers) {
      const mean = z.reduce((a, b) => a + b, 0) / z.length;
      const variance = z.reduce((sum, x) => sum + (x - mean) ** 2, 0) / z.length;
      expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(z.length));
      expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / z.length));
    }
    // Two float32 draws of thousands may be the same.
    expect(new Set(fillers.flat()).size).toBeGreaterThan(3 * fillers[0]!.length - 10);
  });

  test("samples have the decimals, bounds and calendar of the rows", () => {
    const samples = codec.decode(normal([n, 32], { seed: 8 }));
    const present = (name: string) => columnAt(samples, name).filter((value) => !Number.isNaN(value));
    for (const name of ["count", "gain", "grade", "city", "member"])
      expect(present(name).filter((value) => !Number.isInteger(value))).toEqual([]);
    expect(present("price").filter((value) => Number(value.toFixed(2)) !== value)).toEqual([]);
    for (const name of ["size", "price", "count", "gain", "day"]) {
      const had = columnAt(rows, name).filter((value) => !Number.isNaN(value));
      expect(Math.min(...present(name))).toBeGreaterThanOrEqual(Math.min(...had));
      expect(Math.max(...present(name))).toBeLessThanOrEqual(Math.max(...had));
    }
    expect(present("day").filter((value) => value % 86_400_000 !== 0)).toEqual([]);
    expect(present("visit").filter((value) => value % 60_000 !== 0)).toEqual([]);
    expect(new Set(present("unit"))).toEqual(new Set([7]));
    // The day of the week is the sampled one.
    const weekdays = normal([n, 32], { seed: 8 });
    const first = codec.names.indexOf("day: Sunday");
    for (let i = 0; i < n; i++) {
      const own = weekdays.data.slice(32 * i + first, 32 * i + first + 7);
      const day = columnAt(samples, "day")[i]!;
      if (!Number.isNaN(day)) expect(new Date(day).getUTCDay()).toBe(own.indexOf(Math.max(...own)));
      if (i > 200) break;
    }
  });

  test("no cell is missing where rows are to be complete; others stay as they are", () => {
    const samples = normal([n, 32], { seed: 9 });
    const [some, all] = [codec.decode(samples).data, codec.decode(samples, { complete: true }).data];
    expect(some.some(Number.isNaN)).toBe(true);
    expect(all.some(Number.isNaN)).toBe(false);
    expect([...all].filter((value, k) => !Number.isNaN(some[k]!) && value !== some[k])).toEqual([]);
  });

  test("what has no place is refused", () => {
    const row = (name: string, value: number) => {
      const cells = mixedRows(1).data;
      cells[mixedColumns.findIndex((column) => column.name === name)] = value;
      return ndarray(cells, [1, width]);
    };
    expect(() => codec.encode(row("size", Number.NaN), draw)).toThrow(/column size: expected numbers.*missing cell/);
    expect(() => codec.encode(row("member", Number.NaN), draw)).toThrow(/column member/);
    expect(() => codec.encode(row("visit", Number.NaN), draw)).toThrow(/column visit/);
    expect(() => codec.encode(row("city", 4), draw)).toThrow(/codes below 4/);
    expect(() => codec.encode(ndarray(new Float64Array(4), [2, 2]), draw)).toThrow(ShapeError);
    expect(() => codec.decode(ndarray(new Float64Array(4), [2, 2]))).toThrow(ShapeError);
    expect(() => fitMixed(mixedColumns, ndarray(new Float64Array(4), [2, 2]))).toThrow(ShapeError);
    expect(() => fitMixed(mixedColumns, ndarray(new Float64Array(0), [0, width]))).toThrow(ArgumentError);
    expect(codec.beyond!(row("unit", 8))).toBe(1);
  });
});

const table = (columns: readonly TableColumn[], rows: readonly (readonly number[])[]) =>
  [columns, ndarray(Float64Array.from(rows.flat()), [rows.length, columns.length])] as const;
const category = (name: string, k: number): TableColumn => ({
  name,
  kind: k === 2 ? "yes-no" : "category",
  levels: Array.from({ length: k }, (_, code) => `level ${code}`),
  missing: false,
});

describe("unusual tables", () => {
  test("200 categories in one column with three rows each, and 200 columns of yes and no", () => {
    const many = table(
      [category("zone", 200), { name: "x", kind: "number", missing: false }],
      Array.from({ length: 600 }, (_, i) => [i % 200, i ** 1.5]),
    );
    const wide = table(
      Array.from({ length: 200 }, (_, j) => category(`flag ${j}`, 2)),
      Array.from({ length: 50 }, (_, i) => Array.from({ length: 200 }, (_, j) => (i * (j + 1)) % 2)),
    );
    for (const [columns, rows] of [many, wide]) {
      const codec = fitMixed(columns, rows);
      expect(codec.names.length).toBe(columns.length === 2 ? 201 : 400);
      const back = codec.decode(codec.encode(rows, draw)).data;
      expect(Math.max(...back.map((value, k) => Math.abs(value - rows.data[k]!)))).toBeLessThan(1e-3);
    }
  });

  test("numbers with one value beside missing cells are a category; a column without cells is constant", () => {
    const columns: TableColumn[] = ["paid", "note", "same"].map((name) => ({ name, kind: "number", missing: true }));
    const rows = Array.from({ length: 10 }, (_, i) => [i % 2 === 0 ? 5 : Number.NaN, Number.NaN, 3]);
    const [, values] = table(columns, rows);
    const codec = fitMixed(
      columns.map((column, j) => ({ ...column, missing: j === 0 })),
      values,
    );
    expect(codec.layout.columns).toEqual([2]);
    expect(codec.names).toEqual(["paid: missing", "paid = 5"]);
    const complete = codec.decode(codec.encode(values, draw), { complete: true }).data;
    expect([...complete].filter((_, k) => k % 3 === 0)).toEqual(Array(10).fill(5));
    expect(codec.decode(codec.encode(values, draw)).data).toEqual(values.data);
    expect([...codec.observe([{ column: "paid", missing: false }])]).toEqual([1, 0]);
    expect(() => codec.observe([{ column: "note", missing: false }])).toThrow(/all lack it/);
  });

  test("a table of constants leaves nothing to learn", () => {
    const columns: TableColumn[] = [{ name: "same", kind: "constant", missing: false }];
    expect(() => fitMixed(columns, ndarray(Float64Array.of(1, 1), [2, 1]))).toThrow(/not constant/);
  });

  test("spikes are a choice", () => {
    const gain = mixedColumns.filter(({ name }) => name === "gain");
    const values = ndarray(Float64Array.from(columnAt(rows, "gain")), [n, 1]);
    expect(fitMixed(gain, values, { spikes: false }).names).toEqual(["gain: value", "gain: missing", "gain"]);
    expect(() => fitMixed(gain, values, { spike: false } as never)).toThrow(/spikes/);
  });

  test.each([
    [{ kind: "mixed" }, /list as columns/],
    [{ kind: "mixed", columns: [], scales: [] }, /not constant/],
    [{ kind: "mixed", columns: [{ kind: "text", name: "a" }], scales: [] }, /kind of a column/],
    [{ kind: "mixed", columns: [{ kind: "number", name: "a", gate: ["value", 0] }], scales: [1] }, /does not fit/],
    [{ kind: "mixed", columns: [{ kind: "number", name: "a", gate: [0, 0] }], scales: [1] }, /level twice/],
    [{ ...codec.stored, scales: [1] }, /scales than of categories/],
    [{ ...codec.stored, scales: [1, 1, 1, 1, 1, 1, 0] }, /scales above 0/],
  ] as const)("JSON that no rows lead to is refused: %#", (stored, message) => {
    expect(() => mixedCodec(stored)).toThrow(message);
    expect(() => mixedCodec(codec.stored, [31])).toThrow(/32 coordinates/);
  });
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { DataError } from "./errors.ts";
import { cellNumber, joinTables, selectColumns, tableBuilder } from "./table.ts";

fc.configureGlobal({ seed: 1 });

test("cells of text are numbers, missing or text", () => {
  const numbers = { "1": 1, " -2.5e3 ": -2500, ".5": 0.5, "5.": 5, "+7": 7, "-0": -0, "1e5": 1e5, TRUE: 1, false: 0 };
  for (const [cell, value] of Object.entries(numbers)) expect(cellNumber(cell), cell).toBe(value);
  for (const cell of ["", "  ", "NA", "n/a", "NaN", "null", "None", "?", null, undefined])
    expect(cellNumber(cell), String(cell)).toBeNaN();
  for (const cell of ["a", "0x1f", "0b1", "0o7", " 0x1f", "1,5", "2016-02-12", "1_000", "--1", {}, [1], new Date(0)])
    expect(cellNumber(cell), String(cell)).toBeUndefined();
  expect(cellNumber("-inf")).toBe(Number.NEGATIVE_INFINITY);
  expect(cellNumber("Infinity")).toBe(Number.POSITIVE_INFINITY);
  expect(cellNumber(12n)).toBe(12);
  expect(cellNumber(true)).toBe(1);
});

test("every finite number survives being written as text", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(cellNumber(String(value))).toBe(value === 0 ? 0 : value);
    }),
  );
});

test("columns and exclude choose columns, in the order asked for", () => {
  expect(selectColumns("f", ["a", "b", "c"], {})).toEqual([0, 1, 2]);
  expect(selectColumns("f", ["a", "b", "c"], { columns: ["c", "a"] })).toEqual([2, 0]);
  expect(selectColumns("f", ["a", "b", "c"], { exclude: ["b"] })).toEqual([0, 2]);
  expect(() => selectColumns("f", ["a", "b"], { columns: ["d"] })).toThrow(/"d".*no such column; it has "a", "b"/);
  expect(() => selectColumns("f", ["a"], { exclude: ["a"] })).toThrow(/none left/);
  expect(() => selectColumns("f", ["a", "b", "a"], {})).toThrow(/columns 1 and 3/);
  expect(() => selectColumns("f", ["a", "b"], { columns: ["b", "a", "b"] })).toThrow(/"b".*named once in columns/);
});

test("errors name row, column and every column to leave out", () => {
  const builder = tableBuilder("t.csv", ["day", "x", "town"], {});
  try {
    builder.add(["Mon", "1", "Ulm"], 7);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    expect(error).toMatchObject({ path: "t.csv", row: 7, column: "day" });
    expect((error as Error).message).toContain('exclude: ["day", "town"]');
  }
});

test("missing values stop the reading or drop their row, infinities always stop it", () => {
  const strict = tableBuilder("t", ["x", "y"], {});
  strict.add([1, 2], 1);
  expect(() => strict.add([3, null], 2)).toThrow(/row 2, column "y".*missing value.*missing: "drop"/);
  const dropping = tableBuilder("t", ["x", "y"], { missing: "drop" });
  for (const [i, row] of [
    [1, 2],
    [3, null],
    ["", 4],
    [5, 6],
  ].entries())
    dropping.add(row, i + 1);
  expect(dropping.take().values).toEqual({ dtype: "float64", shape: [2, 2], data: new Float64Array([1, 2, 5, 6]) });
  expect(() => dropping.add([Number.POSITIVE_INFINITY, 0], 9)).toThrow(/row 9, column "x".*finite/);
});

test("a number too large for float32 is refused, the largest float32 is not", () => {
  const builder = tableBuilder("t", ["x"], { dtype: "float32" });
  builder.add([3.4028234663852886e38], 1);
  expect(builder.take().values.data[0]).toBe(3.4028234663852886e38);
  expect(() => builder.add([1e39], 2)).toThrow(/finite float32/);
  // Rounds up to infinity, unlike anything smaller.
  expect(() => builder.add([2 ** 128 - 2 ** 103], 2)).toThrow(/finite float32/);
});

test("a builder grows past its first size, and joined pieces give every row in order", async () => {
  const builder = tableBuilder("t", ["x", "y"], {});
  for (let row = 0; row < 5000; row++) builder.add([row, -row], row + 1);
  const first = builder.take();
  builder.add([5000, -5000], 5001);
  const joined = await joinTables("t", [first, builder.take()]);
  expect(joined.values.shape).toEqual([5001, 2]);
  expect([...joined.values.data].every((value, i) => value === (i % 2 ? -(i >> 1) : i >> 1) + 0)).toBe(true);
  await expect(joinTables("t", [])).rejects.toThrow(/at least one row/);
});

test("a column of texts: positions in a list that grows over pieces", async () => {
  const builder = tableBuilder("f", ["x", "kind"], { text: "kind", missing: "drop" });
  builder.add([1, " cat "], 1);
  builder.add(["2", null], 2);
  const first = builder.take();
  builder.add([3, 7], 3);
  builder.add([null, "owl"], 4);
  builder.add([5, "cat"], 5);
  const { values, texts, dropped } = await joinTables("f", [first, builder.take()]);
  expect(texts).toEqual(["cat", "", "7", "owl"]);
  expect(Array.from(values.data)).toEqual([1, 0, 2, 1, 3, 2, 5, 0]);
  expect(dropped).toEqual([3]);
  expect(() => tableBuilder("f", ["x", "kind"], { text: "kind" }).add(["a", "cat"], 1)).toThrow(/exclude: \["x"\]/);
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { readTable, streamRows } from "./read.ts";
import type { TableOptions } from "./table.ts";

fc.configureGlobal({ seed: 1 });

const folder = mkdtempSync(join(tmpdir(), "scorefield-jsonl-"));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, "a.jsonl");
const read = async (content: string | Uint8Array, options?: TableOptions) => {
  writeFileSync(path, content);
  const { columns, values } = await readTable(path, options);
  return { columns, rows: [...values.data], shape: values.shape };
};

test("objects in any key order, lists, blank lines, CRLF and gzip", async () => {
  const two = { columns: ["a", "b"], rows: [1, 2, 3, 4], shape: [2, 2] };
  expect(await read('{"a":1,"b":2}\n{"b":4,"a":3}\n')).toEqual(two);
  expect(await read('\ufeff{"a":1,"b":2}\r\n\r\n{"a":3,"b":4}')).toEqual(two);
  expect(await read(gzipSync('{"a":1,"b":2}\n{"a":3,"b":4}'))).toEqual(two);
  expect(await read("[1,2]\n[3,4]\n")).toEqual({ ...two, columns: ["column1", "column2"] });
  expect((await read('{"a":true}\n{"a":false}')).rows).toEqual([1, 0]);
});

test("numbers survive, over more text than one piece of the file", async () => {
  const value = fc.double({ noNaN: true, noDefaultInfinity: true });
  const rows = fc.sample(fc.tuple(value, value, value), 20_000);
  const plain = rows.flat().map((x) => (x === 0 ? 0 : x));
  const expected = { columns: ["column1", "column2", "column3"], rows: plain, shape: [20_000, 3] };
  expect(await read(rows.map((row) => JSON.stringify(row)).join("\n"))).toEqual(expected);
  const sizes: number[] = [];
  for await (const { values } of streamRows(path, { chunkRows: 15_000 })) sizes.push(values.shape[0]!);
  expect(sizes).toEqual([15_000, 5_000]);
});

test("errors name row and column", async () => {
  await expect(read('{"a":1}\n{"a":null}\n')).rejects.toMatchObject({ row: 2, column: "a" });
  await expect(read('{"a":1,"b":2}\n\n{"a":1}\n')).rejects.toMatchObject({ row: 3, column: "b" });
  await expect(read('{"a":1}\n{"a":2,"b":3}\n')).rejects.toThrow(/row 2, column "b".*lacks/);
  await expect(read('{"a":"red"}\n')).rejects.toThrow(/row 1, column "a".*"red".*exclude: \["a"\]/);
  await expect(read('{"a":[1]}\n')).rejects.toThrow(/a list/);
  await expect(read('{"a":1}\n{"a":\n')).rejects.toThrow(/row 2: expected one JSON value/);
  await expect(read("[1,2]\n[1]\n")).rejects.toThrow(/row 2: expected 2 entries/);
  await expect(read('[1,2]\n{"a":1}\n')).rejects.toThrow(/row 2: expected a list/);
  await expect(read("5\n")).rejects.toThrow(/type number/);
  await expect(read("null\n")).rejects.toThrow(/found null/);
  await expect(read("")).rejects.toThrow(/empty file/);
});

test("columns may name what the first record leaves out", async () => {
  const text = '{"a":1}\n{"a":2,"b":3}\n{"a":4,"b":5,"c":6}\n';
  expect(await read(text, { columns: ["b", "a"], missing: "drop" })).toMatchObject({ rows: [3, 2, 5, 4] });
});

test("a line longer than any record is refused, out of a few kilobytes of gzip too", async () => {
  const before = process.memoryUsage.rss();
  await expect(read(gzipSync(`{"a":1}\n${" ".repeat(1 << 26)}`))).rejects.toThrow(
    /row 2: expected a line of at most 16777216 characters, found no line end in/,
  );
  expect(process.memoryUsage.rss() - before).toBeLessThan(300 * 2 ** 20);
});

test("lists of more entries than a table has columns are refused", async () => {
  await expect(read(`[${"1,".repeat(2 ** 20)}1]\n`)).rejects.toThrow(/at most 1048576 columns/);
});

test("values nested 100,000 deep are no numbers", async () => {
  const deep = `${"[".repeat(100_000)}1${"]".repeat(100_000)}`;
  await expect(read(`{"a":${deep}}\n`)).rejects.toThrow(/row 1, column "a": expected a number, found a list/);
  await expect(read(deep)).rejects.toThrow(/row 1/);
});

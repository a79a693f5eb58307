import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CellOptions } from "./cells.ts";
import { readCells, readTable, streamRows } from "./read.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "a.sqlite");

interface Made {
  run(sql: string): void;
  export(): Uint8Array;
  close(): void;
}
let Database: new () => Made;
beforeAll(async () => {
  // @ts-expect-error its types do not describe this file
  const start = (await import("sql.js/dist/sql-wasm-inline.js")).default as () => Promise<{ Database: new () => Made }>;
  ({ Database } = await start());
});

const made = (sql: string): Uint8Array => {
  const database = new Database();
  database.run(sql);
  const bytes = database.export();
  database.close();
  return bytes;
};
const read = (content: string | Uint8Array, options?: CellOptions) => {
  writeFileSync(path, typeof content === "string" ? made(content) : content);
  return readCells(path, options);
};

const people = `CREATE TABLE people (town TEXT, age REAL, member BOOLEAN, code TEXT, mix);
  INSERT INTO people VALUES ('Köln', 31.5, 1, '007', 1), ('Ulm', NULL, 0, '12', 'x'), (NULL, 7, NULL, NULL, NULL);`;

test("cells have the type that they are stored with", async () => {
  const { rows, columns, found, remarks } = await read(people);
  expect(rows).toBe(3);
  expect(found).toEqual({ table: "people" });
  expect(remarks).toEqual([]);
  expect(columns.map(({ name, typed, missing }) => [name, typed, missing])).toEqual([
    ["town", "text", 1],
    ["age", "number", 1],
    ["member", "boolean", 1],
    ["code", "text", 1],
    ["mix", undefined, 1],
  ]);
  expect([...columns[1]!.numbers]).toEqual([31.5, Number.NaN, 7]);
  expect(columns[2]!.texts).toEqual(["true", "false"]);
  expect(columns[3]).toMatchObject({ texts: ["007", "12"], numeric: 2 });
});

test("readTable and streamRows take the numbers", async () => {
  writeFileSync(
    path,
    made(
      "CREATE TABLE t (a, b); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) INSERT INTO t SELECT i, i / 4.0 FROM n;",
    ),
  );
  const { columns, values } = await readTable(path);
  expect(columns).toEqual(["a", "b"]);
  expect(values.shape).toEqual([10_000, 2]);
  expect(values.data[19_999]).toBe(2500);
  const sizes: number[] = [];
  for await (const { values } of streamRows(path, { columns: ["b"], chunkRows: 4000 })) sizes.push(values.shape[0]!);
  expect(sizes).toEqual([4000, 4000, 2000]);
  writeFileSync(path, made(people));
  await expect(readTable(path)).rejects.toThrow(/row 1, column "town": expected a number/);
});

describe("tables", () => {
  const several =
    'CREATE TABLE a (x); CREATE TABLE "odd ""name""" (y); INSERT INTO "odd ""name""" VALUES (5); CREATE VIEW v AS SELECT y + 1 AS z FROM "odd ""name""";';
  test("several are listed, and one is named", async () => {
    await expect(read(several)).rejects.toThrow(
      /expected a single table, found the tables .*"odd \\"name\\"".* and the views "v". Name one of these with the option table/,
    );
    await expect(read(several, { table: "b" })).rejects.toThrow(/expected the table "b", found the tables/);
    expect((await read(several, { table: 'odd "name"' })).columns[0]).toMatchObject({ name: "y", numeric: 1 });
    expect([...(await read(several, { table: "v" })).columns[0]!.numbers]).toEqual([6]);
  });
  test("none, and one without rows", async () => {
    await expect(read("CREATE TABLE t (x); DROP TABLE t;")).rejects.toThrow(/expected a single table, found no table/);
    await expect(read("CREATE TABLE t (x);")).rejects.toThrow(/at least one row/);
  });
});

test("binary data is refused, and can be left out", async () => {
  const sql = "CREATE TABLE t (x, b BLOB); INSERT INTO t VALUES (1, x'00ff');";
  await expect(read(sql)).rejects.toThrow(
    /row 1, column "b": .*found binary data. Leave the column out with exclude: \["b"\]/,
  );
  expect((await read(sql, { exclude: ["b"] })).columns[0]!.numeric).toBe(1);
});

test("whole numbers that no double holds are said", async () => {
  const { remarks } = await read("CREATE TABLE t (x, y); INSERT INTO t VALUES (9007199254740993, 1);");
  expect(remarks).toEqual([
    'Column "x" holds whole numbers beyond 2^53, which were rounded. Store them as text to keep them.',
  ]);
});

test("a database with a write-ahead log", async () => {
  const bytes = made(people);
  bytes[18] = bytes[19] = 2;
  expect((await read(bytes)).rows).toBe(3);
  writeFileSync(`${path}-wal`, "changes");
  await expect(read(bytes)).rejects.toThrow(
    /found changes in .*a\.sqlite-wal that are not in it yet. Close the program/,
  );
  rmSync(`${path}-wal`);
});

test("damaged and other files are refused, always with a DataError", async () => {
  await expect(read(new Uint8Array(0))).rejects.toThrow(/an SQLite database, found an empty file/);
  await expect(read(Buffer.from("a,b\n1,2\n"))).rejects.toThrow(/does not start as one/);
  const whole = made(people);
  for (const length of [16, 50, 100, 1000, 4096, 5000, 8191])
    await expect(read(whole.subarray(0, length))).rejects.toMatchObject({ name: "DataError" });
  for (let at = 16; at < whole.length; at += 331)
    await read(whole.map((byte, i) => (i >= at && i < at + 40 ? 0xff : byte))).catch((error) =>
      expect(error.name).toBe("DataError"),
    );
  await expect(readCells(join(folder, "none.db"))).rejects.toThrow(/no such file/);
});

test("reading stops when its signal aborts", async () => {
  await expect(read(people, { signal: AbortSignal.abort() })).rejects.toThrow(/aborted/);
});

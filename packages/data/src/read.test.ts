import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NdArray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { readArray, readTable } from "./read.ts";

test("unknown endings list the known ones", async () => {
  await expect(readTable("a.ods")).rejects.toThrow(
    /ends in \.csv, \.tsv, \.txt, \.data, \.npy, \.npz, \.parquet, \.jsonl, \.ndjson, \.xlsx, \.sqlite, \.sqlite3, \.db/,
  );
  await expect(readTable("a.xls")).rejects.toThrow(/Excel 2007 or later.*save it as \.xlsx/);
  await expect(readTable("a")).rejects.toThrow(/another ending/);
  await expect(readTable("a.parquet.gz")).rejects.toThrow(/another ending/);
  await expect(readArray("a.csv")).rejects.toThrow(/found a csv file.*readTable/);
});

test("the values have the element type that was asked for, for the compiler too", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "scorefield-read-")), "a.csv");
  writeFileSync(path, "a,b\n1,2\n");
  const narrow: NdArray<"float32"> = (await readTable(path, { dtype: "float32" })).values;
  const wide: NdArray<"float64"> = (await readTable(path)).values;
  expect([narrow.dtype, wide.dtype]).toEqual(["float32", "float64"]);
});

test("readArray refuses what is no path, and unknown options", async () => {
  const call = readArray as (...args: readonly unknown[]) => Promise<unknown>;
  await expect(call(3)).rejects.toThrow(/readArray/);
  await expect(call("a.npz", { arry: "x" })).rejects.toThrow(/arry in the call of readArray/);
});

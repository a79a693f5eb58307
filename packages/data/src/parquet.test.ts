import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, expect, test } from "vitest";
import { streamParquet } from "./parquet.ts";
import { readTable, streamRows } from "./read.ts";
import { joinTables } from "./table.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-parquet-"));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, "a.parquet");
const write = (options: Parameters<typeof parquetWriteBuffer>[0]) =>
  writeFileSync(path, new Uint8Array(parquetWriteBuffer(options)));

const rows = 1000;
const x = Float64Array.from({ length: rows }, (_, i) => Math.sin(i));
const n = Int32Array.from({ length: rows }, (_, i) => i);
const long = BigInt64Array.from({ length: rows }, (_, i) => BigInt(i) * 1_000_000_007n);
const flag = Array.from({ length: rows }, (_, i) => i % 3 === 0);
const columnData = [
  { name: "x", data: x },
  { name: "n", data: n },
  { name: "long", data: long },
  { name: "flag", data: flag },
];

test("floats, integers and booleans over several row groups, in pieces", async () => {
  write({ columnData, rowGroupSize: 300 });
  const table = await readTable(path);
  expect(table.columns).toEqual(["x", "n", "long", "flag"]);
  const expected = Array.from({ length: rows }, (_, i) => [x[i]!, i, i * 1_000_000_007, i % 3 === 0 ? 1 : 0]);
  expect([...table.values.data]).toEqual(expected.flat());
  const sizes: number[] = [];
  for await (const { values } of streamRows(path, { chunkRows: 450, columns: ["n"] })) sizes.push(values.shape[0]!);
  expect(sizes).toEqual([450, 450, 100]);
});

test("compressed with gzip and Brotli", async () => {
  const compressors = {
    GZIP: (bytes: Uint8Array) => gzipSync(bytes),
    BROTLI: (bytes: Uint8Array) => brotliCompressSync(bytes),
  };
  for (const codec of ["GZIP", "BROTLI"] as const) {
    write({ columnData, codec, compressors });
    expect((await readTable(path, { columns: ["x"] })).values.data).toEqual(x);
  }
});

test("nulls, text and dates are named with row and column", async () => {
  const day = Array.from({ length: 3 }, (_, i) => new Date(86_400_000 * i));
  const gaps = [1, null, 3];
  write({
    columnData: [
      { name: "day", data: day },
      { name: "town", data: ["Ulm", "Bonn", "Köln"] },
      { name: "gaps", data: gaps, type: "DOUBLE" },
    ],
  });
  await expect(readTable(path)).rejects.toMatchObject({ row: 1, column: "day" });
  await expect(readTable(path)).rejects.toThrow(/the date 1970-01-01.*exclude: \["day", "town"\]/);
  await expect(readTable(path, { exclude: ["day", "town"] })).rejects.toMatchObject({ row: 2, column: "gaps" });
  expect([...(await readTable(path, { columns: ["gaps"], missing: "drop" })).values.data]).toEqual([1, 3]);
  await expect(readTable(path, { columns: ["size"] })).rejects.toThrow(/it has "day", "town", "gaps"/);
});

test("damaged files are refused", async () => {
  write({ columnData });
  const bytes = readFileSync(path);
  for (const damaged of [
    bytes.subarray(0, -1),
    bytes.subarray(0, 6),
    bytes.subarray(0, 0),
    Buffer.from(bytes).fill(7, 4, 4000),
  ]) {
    writeFileSync(path, damaged);
    await expect(readTable(path)).rejects.toThrow(/a\.parquet: expected a Parquet file/);
  }
  await expect(readTable(join(folder, "absent.parquet"))).rejects.toThrow(/no such file/);
});

/**
 * A sound file of one nullable column with some bytes of its page replaced. The page's header ends with the numbers of nulls
 * (7) and rows (20), the encoding and the lengths of the levels; the definition levels are one bit-packed run.
 */
const damagedPage = (found: readonly number[], replaced: readonly number[]): string => {
  const data = Array.from({ length: 20 }, (_, i) => (i % 3 === 0 ? null : i));
  const bytes = Buffer.from(
    parquetWriteBuffer({ columnData: [{ name: "a", data, type: "DOUBLE" }], codec: "UNCOMPRESSED" }),
  );
  const at = bytes.indexOf(Buffer.from(found));
  expect(at).toBeGreaterThan(0);
  bytes.set(replaced, at);
  writeFileSync(path, bytes);
  return path;
};

const readWithin = (path: string, seconds: number, bytes = 2 ** 28) =>
  joinTables(path, streamParquet(path, "table", {}, { seconds, bytes }));

test("a file that keeps its reader in a loop is ended, while this process goes on", async () => {
  // The header stops after the number of nulls, so that the lengths of the levels are absent.
  const path = damagedPage([0x15, 0x0e, 0x15, 0x28], [0x15, 0x0e, 0, 0, 0]);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  await expect(readWithin(path, 0.3)).rejects.toThrow(/more than 0.3 s of processor time, as damaged files do/);
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(10);
  write({ columnData });
  expect((await readTable(path, { columns: ["x"] })).values.data).toEqual(x);
});

test("a file that fills all memory is ended", async () => {
  // A run of 2^31 - 1 levels in place of the 20.
  const path = damagedPage([0x07, 0xb6, 0x6d, 0x0b], [0xfe, 0xff, 0xff, 0xff, 0x0f, 0]);
  const before = process.memoryUsage.rss();
  await expect(readWithin(path, 60)).rejects.toThrow(/more than 256 MiB of memory, as damaged files do/);
  expect(process.memoryUsage.rss() - before).toBeLessThan(2 ** 27);
});

test("reading stops when its signal aborts, and when it is left early", async () => {
  const looping = damagedPage([0x15, 0x0e, 0x15, 0x28], [0x15, 0x0e, 0, 0, 0]);
  await expect(readTable(looping, { signal: AbortSignal.timeout(200) })).rejects.toThrow(/timeout/);
  await expect(readTable(looping, { signal: AbortSignal.abort() })).rejects.toThrow(/aborted/);
  write({ columnData });
  for await (const { values } of streamRows(path, { chunkRows: 10 })) {
    expect(values.shape).toEqual([10, 4]);
    break;
  }
});

test("a program that has read a file ends by itself", () => {
  write({ columnData });
  const program = `import { readTable } from ${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)};
    console.log((await readTable(${JSON.stringify(path)})).values.shape.join());`;
  const start = performance.now();
  expect(execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" })).toBe("1000,4\n");
  expect(performance.now() - start).toBeLessThan(15_000);
});

test("folders and pipes are no Parquet files", async () => {
  const other = join(folder, "folder.parquet");
  mkdirSync(other);
  await expect(readTable(other)).rejects.toThrow(/expected a file to read, found a folder/);
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { readArray, readTable } from "./read.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-idx-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (bytes: Uint8Array | number[], name = "a.idx") => {
  const path = join(folder, name);
  writeFileSync(path, new Uint8Array(bytes));
  return path;
};

const matrix = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255];

test("bytes, 16-bit and floating-point numbers, big-endian, gzip or not", async () => {
  const expected = { dtype: "int32", shape: [2, 3], data: new Int32Array([1, 2, 3, 4, 5, 255]) };
  expect(await readArray(file(matrix))).toEqual(expected);
  expect(await readArray(file(gzipSync(new Uint8Array(matrix)), "t-idx2-ubyte.gz"))).toEqual(expected);
  expect(await readArray(file(matrix, "t.idx2-ubyte"))).toEqual(expected);
  expect((await readArray(file([0, 0, 11, 1, 0, 0, 0, 1, 0xff, 0xfe]))).data).toEqual(new Int32Array([-2]));
  expect((await readArray(file([0, 0, 13, 1, 0, 0, 0, 1, 0x3f, 0xc0, 0, 0]))).data).toEqual(new Float32Array([1.5]));
  expect((await readTable(file(matrix))).values.shape).toEqual([2, 3]);
});

test("a few kilobytes of gzip that stand for gigabytes are refused at 256 MiB", async () => {
  // Gzip files one after the other are one file.
  const zeros = gzipSync(new Uint8Array(2 ** 26));
  const head = gzipSync(new Uint8Array([0, 0, 14, 1, 0x10, 0, 0, 0]));
  const path = file(Buffer.concat([head, ...new Array(32).fill(zeros)]), "bomb-idx1-ubyte.gz");
  const before = process.memoryUsage.rss();
  await expect(readArray(path)).rejects.toThrow(/at most 268435456 bytes from \d+ packed ones, found \d+ or more/);
  expect(process.memoryUsage.rss() - before).toBeLessThan(2 ** 29);
});

test("damaged files are refused", async () => {
  await expect(readArray(file(matrix.slice(0, -1)))).rejects.toThrow(/6 bytes of numbers.*after 5 bytes/);
  await expect(readArray(file([...matrix, 1]))).rejects.toThrow(/more bytes/);
  await expect(readArray(file(matrix.slice(0, 9)))).rejects.toThrow(/sizes of 2 axes/);
  await expect(readArray(file([0, 0, 7, 1]))).rejects.toThrow(/found 00 00 07 01/);
  await expect(readArray(file([]))).rejects.toThrow(/an empty file/);
});

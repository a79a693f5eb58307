import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ndarray } from "@scorefield/tensor";
import { afterAll, expect, test } from "vitest";
import { writeNpy } from "./npy-file.ts";
import { joinNpy } from "./npy-join.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-npy-join-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const joined = async (...names: string[]): Promise<Buffer> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of joinNpy(names.map(at))) pieces.push(piece);
  return Buffer.concat(pieces);
};
const numbers = (from: number, count: number) => Float64Array.from({ length: count }, (_, i) => from + i);

test("parts are the whole, to the byte", async () => {
  // More than fits into one piece.
  const n = 70_000;
  await writeNpy(at("whole.npy"), ndarray(numbers(0, 6 * n), [n, 3, 2]));
  await writeNpy(at("a.npy"), ndarray(numbers(0, 6), [1, 3, 2]));
  await writeNpy(at("b.npy"), ndarray(numbers(6, 6 * (n - 3)), [n - 3, 3, 2]));
  await writeNpy(at("c.npy"), ndarray(numbers(6 * (n - 2), 12), [2, 3, 2]));
  expect((await joined("a.npy", "b.npy", "c.npy")).equals(readFileSync(at("whole.npy")))).toBe(true);
});

test("other shapes and types, and damaged files are refused", async () => {
  await writeNpy(at("one.npy"), ndarray(numbers(0, 6), [3, 2]));
  await writeNpy(at("wide.npy"), ndarray(numbers(0, 6), [2, 3]));
  await writeNpy(at("single.npy"), ndarray(new Float32Array(6), [3, 2]));
  await expect(joined("one.npy", "wide.npy")).rejects.toThrow(
    /wide.npy: expected an array <f8\[n, 2\].*found <f8\[n, 3\]/,
  );
  await expect(joined("one.npy", "single.npy")).rejects.toThrow(/found <f4\[n, 2\]/);
  const bytes = readFileSync(at("one.npy"));
  writeFileSync(at("short.npy"), bytes.subarray(0, -1));
  writeFileSync(at("long.npy"), Buffer.concat([bytes, Buffer.of(0)]));
  await expect(joined("one.npy", "short.npy")).rejects.toThrow(/short.npy: expected 48 bytes of numbers, found fewer/);
  await expect(joined("long.npy")).rejects.toThrow(/found more/);
  await expect(joined("absent.npy")).rejects.toThrow(/no such file/);
  await expect(joined()).rejects.toThrow(/one or more/);
});

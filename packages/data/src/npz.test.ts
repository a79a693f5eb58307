import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { zipSync } from "fflate";
import { afterAll, expect, test } from "vitest";
import { writeNpy } from "./npy-file.ts";
import { readNpz, readNpzArray } from "./npz.ts";
import { writeNpz } from "./npz-write.ts";
import { readTable } from "./read.ts";
import { complexArray } from "./stored-array.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-npz-"));
afterAll(() => rmSync(folder, { recursive: true }));

const npz = async (arrays: Record<string, NdArray>, level: 0 | 6 = 6): Promise<string> => {
  const files: Record<string, Uint8Array> = {};
  for (const [name, array] of Object.entries(arrays)) {
    const path = join(folder, "part.npy");
    await writeNpy(path, array);
    files[`${name}.npy`] = await readFile(path);
  }
  const path = join(folder, "a.npz");
  writeFileSync(path, zipSync(files, { level }));
  return path;
};

const X = ndarray(new Float64Array([1, 2, 3, 4]), [2, 2]);
const y = ndarray(new Int32Array([0, 1]));

test("stored and deflated archives give every array, or those named", async () => {
  for (const level of [0, 6] as const) {
    const path = await npz({ X, y }, level);
    expect(await readNpz(path)).toEqual({ X, y });
    expect(await readNpz(path, ["y"])).toEqual({ y });
  }
});

test("archives that are written read back, complex numbers too, and are the same bytes each time", async () => {
  const path = join(folder, "written.npz");
  const z = complexArray(ndarray(new Float32Array([1, 2, 3, 4]), [2, 2]));
  const levels = { dtype: "uint8", shape: [2], data: Uint8Array.of(7, 250) } as const;
  for (const pack of [false, true]) {
    await writeNpz(path, { X, z, levels }, { pack });
    expect(await readNpz(path)).toEqual({ X, z, levels: ndarray(Int32Array.of(7, 250)) });
    const before = await readFile(path);
    await writeNpz(path, { X, z, levels }, { pack });
    expect(await readFile(path)).toEqual(before);
  }
  await expect(writeNpz(path, { "a/b": X })).rejects.toThrow(
    /written.npz: expected names without slashes, found "a.b"/,
  );
  await expect(writeNpz(path, { X }, { packed: true } as never)).rejects.toThrow(
    /expected options among pack, found packed/,
  );
  expect(Object.keys(await readNpz(path))).toEqual(["X", "z", "levels"]);
});

test("which array is the table: the one named, X, the only one, the only matrix", async () => {
  expect(await readNpzArray(await npz({ X, Z: X, y }), "y")).toEqual(y);
  expect(await readNpzArray(await npz({ X, Z: X, y }))).toEqual(X);
  expect(await readNpzArray(await npz({ y }))).toEqual(y);
  expect(await readNpzArray(await npz({ data: X, y }))).toEqual(X);
  await expect(readNpzArray(await npz({ a: X, b: X }))).rejects.toThrow(
    /a \(float64 \[2, 2\]\), b \(float64 \[2, 2\]\).*option array/,
  );
  await expect(readTable(await npz({ X, y }), { array: "w" })).rejects.toThrow(/"w", found arrays X, y/);
  expect((await readTable(await npz({ X, y }), { array: "y" })).values.shape).toEqual([2, 1]);
});

test("damaged archives are refused", async () => {
  const path = await npz({ X: ndarray(Float64Array.from({ length: 1000 }, (_, i) => Math.sin(i))) });
  const bytes = await readFile(path);
  for (const damaged of [bytes.subarray(0, -30), bytes.subarray(0, 0), new TextEncoder().encode("X,y\n1,2\n")]) {
    writeFileSync(path, damaged);
    await expect(readNpz(path)).rejects.toThrow(/a\.npz: expected an NPZ archive/);
  }
  // Inside the deflated numbers: either the decompression fails or too few bytes come out.
  writeFileSync(path, bytes.fill(255, 200, 1200));
  await expect(readNpz(path)).rejects.toThrow(/a\.npz/);
  await expect(readNpz(join(folder, "absent.npz"))).rejects.toThrow(/no such file/);
});

/** Positions in an archive of one member: its content, and the fields of its line in the directory. */
const places = (bytes: Buffer) => {
  const directory = bytes.readUInt32LE(bytes.length - 6);
  const content = 30 + bytes.readUInt16LE(26) + bytes.readUInt16LE(28);
  return { content, flags: directory + 8, method: directory + 10, packed: directory + 20, size: directory + 24 };
};

test("one flipped bit of a stored number is noticed by the CRC-32", async () => {
  const path = await npz({ X }, 0);
  const bytes = await readFile(path);
  const last = places(bytes).content + bytes.readUInt32LE(places(bytes).size) - 1;
  // The last byte of the number 4: with this bit it is 4.6e77.
  bytes[last]! ^= 0x10;
  writeFileSync(path, bytes);
  await expect(readNpz(path)).rejects.toThrow(/a\.npz:X\.npy: .*does not fit its CRC-32/);
});

test("a member is no larger than it states", async () => {
  const zeros = ndarray(new Float64Array(2 ** 20));
  const damage = async (change: (bytes: Buffer, at: ReturnType<typeof places>) => void) => {
    const path = await npz({ X: zeros });
    const bytes = await readFile(path);
    change(bytes, places(bytes));
    writeFileSync(path, bytes);
    return readNpz(path);
  };
  await expect(damage((bytes, { size }) => bytes.writeUInt32LE(1000, size))).rejects.toThrow(
    /more than the 1000 bytes/,
  );
  await expect(damage((bytes, { size }) => bytes.writeUInt32LE(2 ** 24, size))).rejects.toThrow(
    /where it states 16777216/,
  );
  await expect(damage((bytes, { size }) => bytes.writeUInt32LE(2 ** 31, size))).rejects.toThrow(
    /at most 268435456 bytes/,
  );
  await expect(damage((bytes, { packed }) => bytes.writeUInt32LE(2 ** 31, packed))).rejects.toThrow(/cut off/);
  await expect(damage((bytes, { method }) => bytes.writeUInt16LE(12, method))).rejects.toThrow(/compression method 12/);
  await expect(damage((bytes, { flags }) => bytes.writeUInt16LE(1, flags))).rejects.toThrow(/encrypted/);
});

test("an archive as Python writes it: ZIP64 fields and a comment at its end", async () => {
  const content = await readFile(await npz({ X }, 0));
  const { content: start, size: sizeAt } = places(content);
  const member = content.subarray(start, start + content.readUInt32LE(sizeAt));
  // NumPy states sizes in ZIP64 fields even where they are small.
  const name = Buffer.from("X.npy");
  const wide = (...values: number[]) => {
    const field = Buffer.alloc(4 + 8 * values.length);
    field.writeUInt16LE(1, 0);
    field.writeUInt16LE(8 * values.length, 2);
    for (const [i, value] of values.entries()) field.writeBigUInt64LE(BigInt(value), 4 + 8 * i);
    return field;
  };
  const all = 0xffffffff;
  const crc = content.readUInt32LE(14);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt32LE(crc, 14);
  local.writeUInt32LE(all, 18);
  local.writeUInt32LE(all, 22);
  local.writeUInt16LE(name.length, 26);
  local.writeUInt16LE(20, 28);
  const packed = Buffer.concat([local, name, wide(member.length, member.length), member]);
  const extra = wide(member.length, member.length, 0);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt32LE(crc, 16);
  for (const at of [20, 24, 42]) entry.writeUInt32LE(all, at);
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt16LE(extra.length, 30);
  const directory = Buffer.concat([entry, name, extra]);
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(1n, 32);
  end64.writeBigUInt64LE(BigInt(packed.length), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(packed.length + directory.length), 8);
  const comment = Buffer.from("a comment");
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(comment.length, 20);
  const path = join(folder, "wide.npz");
  writeFileSync(path, Buffer.concat([packed, directory, end64, locator, end, comment]));
  expect(await readNpz(path)).toEqual({ X });
});

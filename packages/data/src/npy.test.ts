import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type NdArray, ndarray, sizeOf } from "@scorefield/tensor";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { readNpy, writeNpy } from "./npy-file.ts";
import { readTable, streamRows } from "./read.ts";
import { complexArray } from "./stored-array.ts";

fc.configureGlobal({ seed: 1 });

const folder = mkdtempSync(join(tmpdir(), "scorefield-npy-"));
afterAll(() => rmSync(folder, { recursive: true }));

const npy = (dictionary: string, data: Uint8Array | number[], version = 1): Uint8Array => {
  const text = new TextEncoder().encode(dictionary);
  const length = version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  return new Uint8Array([0x93, ...Buffer.from("NUMPY"), version, 0, ...length, ...text, ...data]);
};

const header = (descr: string, shape: string, fortran = "False") =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;

const read = (bytes: Uint8Array) => {
  const path = join(folder, "a.npy");
  writeFileSync(path, bytes);
  return readNpy(path);
};

const bytesOf = (array: { buffer: ArrayBufferLike }) => new Uint8Array(array.buffer);

test("what is written reads back bit for bit: every type, any rank, empty axes", async () => {
  const shapes = fc.array(fc.nat(4), { maxLength: 4 });
  const makers = [Float32Array, Float64Array, Int32Array, BigInt64Array, Uint8Array] as const;
  const arrays = fc.tuple(shapes, fc.constantFrom(...makers), fc.uint8Array({ minLength: 8, maxLength: 64 }));
  await fc.assert(
    fc.asyncProperty(arrays, async ([shape, Maker, noise]) => {
      const data = new Maker(sizeOf(shape));
      const bytes = bytesOf(data);
      for (let i = 0; i < bytes.length; i++)
        bytes[i] = Maker === Uint8Array ? noise[i % 8]! & 1 : noise[i % noise.length]!;
      const array = ndarray(data as Float32Array, shape) as NdArray;
      const path = join(folder, "round.npy");
      await writeNpy(path, array);
      const back = await readNpy(path);
      expect({ dtype: back.dtype, shape: back.shape }).toEqual({ dtype: array.dtype, shape });
      expect(new Uint8Array(back.data.buffer)).toEqual(bytes);
    }),
    { numRuns: 100 },
  );
});

test("the file written is what NumPy writes", async () => {
  const path = join(folder, "three.npy");
  await writeNpy(path, ndarray(new Float32Array([1, 2, 3])));
  const bytes = readFileSync(path);
  // numpy.save(path, numpy.array([1, 2, 3], numpy.float32)), NumPy 2.4.6
  const text = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }".padEnd(117);
  expect(bytes.subarray(0, 10)).toEqual(Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, 118, 0]));
  expect(bytes.subarray(10, 128).toString()).toBe(`${text}\n`);
  expect(bytes.length).toBe(140);
});

test("a view into a larger buffer writes only itself", async () => {
  const path = join(folder, "view.npy");
  await writeNpy(path, ndarray(new Float64Array([1, 2, 3, 4]).subarray(1, 3)));
  expect([...(await readNpy(path)).data]).toEqual([2, 3]);
});

test("versions 1 to 3, gzip, scalars and Python 2 sizes", async () => {
  const data = bytesOf(new Float64Array([1, 2]));
  for (const version of [1, 2, 3])
    expect(await read(npy(header("<f8", "(2,)"), data, version))).toEqual(ndarray(new Float64Array([1, 2])));
  expect((await read(npy(header("<f8", "(2L, 1L)"), data))).shape).toEqual([2, 1]);
  expect((await read(npy(header("<f8", "()"), data.subarray(0, 8)))).shape).toEqual([]);
  expect((await read(gzipSync(npy(header("<f8", "(2,)"), data)))).data).toEqual(new Float64Array([1, 2]));
});

test("Fortran order becomes C order", async () => {
  const order = Int32Array.from({ length: 24 }, (_, i) => i);
  const array = await read(npy(header("<i4", "(2, 3, 4)", "True"), bytesOf(order)));
  expect(array.shape).toEqual([2, 3, 4]);
  for (let i = 0; i < 2; i++)
    for (let j = 0; j < 3; j++)
      for (let k = 0; k < 4; k++) expect(array.data[(i * 3 + j) * 4 + k]).toBe(i + 2 * j + 6 * k);
});

test("complex numbers are pairs in a trailing axis, in both orders", async () => {
  const data = bytesOf(new Float32Array([1, -1, 2, -2, 3, -3, 4, -4]));
  const rows = await read(npy(header("<c8", "(2, 2)"), data));
  const pairs = ndarray(new Float32Array([1, -1, 2, -2, 3, -3, 4, -4]), [2, 2, 2]);
  expect(rows).toEqual({ ...pairs, complex: true });
  const columns = await read(npy(header("<c8", "(2, 2)", "True"), data));
  expect([...columns.data]).toEqual([1, -1, 3, -3, 2, -2, 4, -4]);
});

test("complex numbers are written as such, where the array says that they are", async () => {
  const path = join(folder, "complex.npy");
  for (const data of [new Float32Array([1, -1, 2, -2]), new Float64Array([1, -1, 2, 1 / 3])] as const) {
    const pairs = complexArray(ndarray(data as Float32Array, [2, 2]));
    await writeNpy(path, pairs);
    const code = data instanceof Float32Array ? "<c8" : "<c16";
    expect(readFileSync(path, "latin1")).toContain(`{'descr': '${code}', 'fortran_order': False, 'shape': (2,), }`);
    expect(await readNpy(path)).toEqual(pairs);
  }
  // One complex number has no axes.
  await writeNpy(path, complexArray(ndarray(new Float32Array([1, 2]))));
  expect(readFileSync(path, "latin1")).toContain("'shape': ()");
  expect((await readNpy(path)).shape).toEqual([2]);
  expect(() => complexArray(ndarray(new Float32Array(3)))).toThrow(/trailing axis of 2.*found float32 of shape \[3\]/);
  expect(() => complexArray(ndarray(new Int32Array(2)) as never)).toThrow(/found int32 of shape/);
});

test("damaged and unsuitable files are refused with what to do", async () => {
  const good = npy(header("<f8", "(4,)"), new Uint8Array(32));
  await expect(read(good.subarray(0, -1))).rejects.toThrow(/32 bytes of numbers, found the end of the file after 31/);
  await expect(read(good.subarray(0, 30))).rejects.toThrow(/header, found the end/);
  await expect(read(new Uint8Array([...good, 0]))).rejects.toThrow(/more bytes/);
  await expect(read(new Uint8Array(0))).rejects.toThrow(/the end of the file after 0 bytes/);
  await expect(read(new TextEncoder().encode("a,b,c\n1,2,3\n"))).rejects.toThrow(/an NPY file.*"a,b,c\\n"/);
  await expect(read(npy("", [], 9))).rejects.toThrow(/version 9/);
  await expect(read(npy("{}", []))).rejects.toThrow(/descr, fortran_order and shape/);
  await expect(read(npy(header("|O", "(1,)"), [0]))).rejects.toThrow(/Python objects.*astype/);
  await expect(read(npy(header("<U3", "(1,)"), [0]))).rejects.toThrow(/text/);
  await expect(read(npy("{'descr': [('x', '<f8')], 'shape': (1,)}", [0]))).rejects.toThrow(/named fields/);
  await expect(read(npy(header("<u8", "(1,)"), [0, 0, 0, 0, 0, 0, 0, 255]))).rejects.toThrow(/below 2\^63/);
  await expect(read(npy(header("<f8", "(9999999999999999,)"), []))).rejects.toThrow(/fits into memory/);
  await expect(readNpy(join(folder, "absent.npy"))).rejects.toThrow(/no such file/);
  await expect(readNpy(folder)).rejects.toThrow(/a folder/);
});

test("as a table: pieces, one axis, Fortran order, and the place of what is missing", async () => {
  const path = join(folder, "table.npy");
  const data = Float32Array.from({ length: 30 }, (_, i) => i);
  await writeNpy(path, ndarray(data, [10, 3]));
  const table = await readTable(path, { exclude: ["column2"], chunkRows: 4 });
  expect(table.columns).toEqual(["column1", "column3"]);
  expect([...table.values.data]).toEqual(Array.from({ length: 10 }, (_, i) => [3 * i, 3 * i + 2]).flat());
  const sizes: number[] = [];
  for await (const { values } of streamRows(path, { chunkRows: 4 })) sizes.push(values.shape[0]!);
  expect(sizes).toEqual([4, 4, 2]);

  writeFileSync(path, npy(header("<f4", "(10, 3)", "True"), bytesOf(data)));
  expect([...(await readTable(path)).values.data].slice(0, 4)).toEqual([0, 10, 20, 1]);

  await writeNpy(path, ndarray(new Int32Array([5, 6])));
  expect((await readTable(path)).values).toEqual(ndarray(new Float64Array([5, 6]), [2, 1]));

  data[20] = Number.NaN;
  await writeNpy(path, ndarray(data, [10, 3]));
  await expect(readTable(path)).rejects.toMatchObject({ row: 7, column: "column3" });
  await writeNpy(path, ndarray(data, [5, 3, 2]));
  await expect(readTable(path)).rejects.toThrow(/\[5, 3, 2\].*readArray/);
  writeFileSync(path, npy(header("<c8", "(1,)"), new Uint8Array(8)));
  await expect(readTable(path)).rejects.toThrow(/complex/);
});

test("sizes that nothing has are refused before their memory is asked for", async () => {
  await expect(read(npy(header("<f8", "(9007199254740991, 9007199254740991)"), []))).rejects.toThrow(
    /an array that fits into memory/,
  );
  const wide = join(folder, "wide.npy");
  writeFileSync(wide, npy(header("<f8", "(1, 1000000000)"), []));
  await expect(readTable(wide)).rejects.toThrow(/at most 1048576 columns, found 1000000000/);
  writeFileSync(wide, npy(header("<f8", "(1000000, 1000000)"), []));
  await expect(readTable(wide)).rejects.toThrow(/the end of the file/);
});

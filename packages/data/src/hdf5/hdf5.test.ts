import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ndarray } from "@scorefield/tensor";
import h5wasm from "h5wasm/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readArray, readTable } from "../read.ts";
import { listHdf5, readHdf5 } from "./hdf5.ts";
import { loadHdf5 } from "./hdf5-file.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-hdf5-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  await h5wasm.ready;
  const file = new h5wasm.File(at("a.h5"), "w");
  const pairs = (name: string, re: string, im: string) =>
    file.create_dataset({
      name,
      data: new Map([
        [re, [1, 3]],
        [im, [2, -4]],
      ]) as never,
      shape: [2],
      dtype: [
        [re, "<f4"],
        [im, "<f4"],
      ],
    });
  pairs("k-space", "r", "i");
  pairs("images", "real", "imag");
  pairs("records", "a", "b");
  const scans = file.create_group("scans");
  scans.create_dataset({ name: "x", data: Float64Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] });
  scans.create_dataset({ name: "counts", data: Uint16Array.of(1, 65_535), shape: [2] });
  scans.create_dataset({
    name: "packed",
    data: Float32Array.from({ length: 1000 }, (_, n) => n),
    shape: [100, 10],
    chunks: [7, 3],
    compression: 6,
  });
  file.create_dataset({ name: "title", data: "a test" });
  file.create_dataset({ name: "one", data: 7n as never, dtype: "<q", shape: [] });
  file.close();
  const single = new h5wasm.File(at("single.hdf5"), "w");
  single.create_dataset({ name: "title", data: "a test" });
  single.create_group("g").create_dataset({ name: "x", data: Float64Array.of(1, 2, 3, 4), shape: [2, 2] });
  single.close();
});

test("datasets by name, in groups too, packed or not", async () => {
  expect(await readHdf5(at("a.h5"), "scans/x")).toEqual(ndarray(Float64Array.of(1, 2, 3, 4, 5, 6), [3, 2]));
  expect(await readHdf5(at("a.h5"), "scans/counts")).toEqual(ndarray(Int32Array.of(1, 65_535)));
  expect((await readHdf5(at("a.h5"), "scans/packed")).data[999]).toBe(999);
  expect(await readHdf5(at("a.h5"), "one")).toEqual({ dtype: "int64", shape: [], data: BigInt64Array.of(7n) });
});

test("complex numbers are pairs in a trailing axis, and said to be so", async () => {
  const pairs = { ...ndarray(Float32Array.of(1, 2, 3, -4), [2, 2]), complex: true };
  expect(await readHdf5(at("a.h5"), "k-space")).toEqual(pairs);
  expect(await readHdf5(at("a.h5"), "images")).toEqual(pairs);
});

test("what is in a file, and the only numbers in it", async () => {
  expect(await listHdf5(at("a.h5"))).toEqual(
    expect.arrayContaining([
      { name: "k-space", shape: [2], type: "complex64" },
      { name: "records", shape: [2], type: "records (a, b)" },
      { name: "scans/packed", shape: [100, 10], type: "float32" },
      { name: "title", shape: [], type: "text" },
    ]),
  );
  expect((await readHdf5(at("single.hdf5"))).shape).toEqual([2, 2]);
  await expect(readHdf5(at("a.h5"))).rejects.toThrow(
    /expected a single dataset of numbers, found .*scans.x \(float64 \[3, 2\]\).*option array/,
  );
  await expect(readHdf5(at("a.h5"), "scan/x")).rejects.toThrow(/expected a dataset "scan.x", found /);
  await expect(readHdf5(at("a.h5"), "scans")).rejects.toThrow(/expected a dataset "scans", found /);
});

test("as arrays and tables, by their endings", async () => {
  expect((await readArray(at("a.h5"), { array: "scans/x" })).shape).toEqual([3, 2]);
  expect((await readTable(at("single.hdf5"))).values).toEqual(ndarray(Float64Array.of(1, 2, 3, 4), [2, 2]));
  await expect(readTable(at("a.h5"), { array: "k-space" })).rejects.toThrow(
    /expected real numbers, found complex numbers/,
  );
});

test("what cannot be read says why, also where the library is missing", async () => {
  await expect(readHdf5(at("a.h5"), "records")).rejects.toThrow(
    /a.h5:records: expected a dataset of numbers, found records \(a, b\)/,
  );
  await expect(readHdf5(at("a.h5"), "title")).rejects.toThrow(/found text/);
  writeFileSync(at("b.h5"), "no");
  await expect(readHdf5(at("b.h5"))).rejects.toThrow(/b.h5: expected an HDF5 file, found another format/);
  writeFileSync(at("b.h5"), readFileSync(at("a.h5")).subarray(0, 900));
  await expect(readHdf5(at("b.h5"))).rejects.toThrow(/b.h5: expected an HDF5 file, found a damaged one/);
  await expect(readHdf5(at("gone.h5"))).rejects.toThrow(/found no such file/);
  const missing = loadHdf5(at("a.h5"), () => Promise.reject(new Error("Cannot find package")));
  await expect(missing).rejects.toThrow(
    /a.h5: expected the package h5wasm, which reads HDF5 files.*npm install h5wasm/,
  );
});

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readArray, readCells, readTable } from "./read.ts";
import { fitStandardisation, standardise } from "./standardise.ts";
import { readNifti } from "./volume/nifti.ts";

const data = process.env.SCOREFIELD_DATA ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url));
const missing = !existsSync(data);

describe.skipIf(missing)(`real files${missing ? `: skipped, no folder ${data}; set SCOREFIELD_DATA` : ""}`, () => {
  const path = (...parts: string[]) => join(data, ...parts);

  test("anomaly tables (NPZ) with their labels", async () => {
    const cardio = await readTable(path("adbench", "6_cardio.npz"));
    expect(cardio.values.shape).toEqual([1831, 21]);
    const labels = await readArray(path("adbench", "6_cardio.npz"), { array: "y" });
    expect(labels.shape).toEqual([1831]);
    expect(Array.from<number | bigint>(labels.data).filter(Number).length).toBe(176);
    for (const [name, shape] of Object.entries({
      "14_glass": [214, 7],
      "26_optdigits": [5216, 64],
      "4_breastw": [683, 9],
    }))
      expect((await readTable(path("adbench", `${name}.npz`))).values.shape).toEqual(shape);
  });

  test("protein levels (CSV), standardised", async () => {
    const { columns, values } = await readTable(path("sachs", "observational.csv"));
    expect(columns).toEqual(["raf", "mek", "plc", "pip2", "pip3", "erk", "akt", "pka", "pkc", "p38", "jnk"]);
    expect(values.shape).toEqual([853, 11]);
    expect([...values.data.slice(0, 3)]).toEqual([26.4, 13.2, 8.82]);
    const again = fitStandardisation(standardise(values, fitStandardisation(values)));
    for (const mean of again.mean) expect(Math.abs(mean)).toBeLessThan(1e-12);
    for (const scale of again.scale) expect(Math.abs(scale - 1)).toBeLessThan(1e-12);
  });

  test("an edge list is text, not a table", async () => {
    await expect(readTable(path("sachs", "consensus.csv"))).rejects.toThrow(
      /row 2, column "source".*"raf".*exclude: \["source", "target"\]/,
    );
  });

  test("daily closes: the dates, then the first holiday, are named; dropping leaves numbers", async () => {
    const closes = path("finance", "sp500-daily.csv");
    await expect(readTable(closes)).rejects.toMatchObject({ row: 2, column: "observation_date" });
    await expect(readTable(closes, { exclude: ["observation_date"] })).rejects.toMatchObject({
      row: 3,
      column: "SP500",
    });
    const table = await readTable(closes, { columns: ["SP500"], missing: "drop" });
    expect(table.values.data[0]).toBe(1864.78);
    expect((await readTable(path("finance", "google-daily.csv"))).values.shape[1]).toBe(6);
  });

  test("collisions (CSV, 1 MB)", async () => {
    const table = await readTable(path("collisions", "Zmumu_Run2011A.csv"));
    expect(table.values.shape).toEqual([10583, 14]);
  });

  test("digits (IDX, gzip)", async () => {
    const images = await readArray(path("mnist", "train-images-idx3-ubyte.gz"));
    const labels = await readArray(path("mnist", "train-labels-idx1-ubyte.gz"));
    expect(images.shape).toEqual([60000, 28, 28]);
    expect(labels.shape).toEqual([60000]);
    const counts = new Array(10).fill(0);
    for (const label of labels.data) counts[Number(label)]++;
    // The class counts of the MNIST training set.
    expect(counts).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    await expect(readTable(path("mnist", "train-images-idx3-ubyte.gz"))).rejects.toThrow(
      /\[60000, 28, 28\].*readArray/,
    );
  });

  test("magnetic resonance (NPY, complex64 and float64)", async () => {
    const kspace = await readArray(path("mri", "cartesian_ksp.npy"));
    const { dtype, shape, complex } = kspace;
    expect({ dtype, shape, complex }).toEqual({ dtype: "float32", shape: [8, 230, 180, 2], complex: true });
    const slice = await readArray(path("mri", "t1_coronal_slice.npy"));
    expect({ dtype: slice.dtype, shape: slice.shape }).toEqual({ dtype: "float64", shape: [256, 256] });
    expect((await readTable(path("mri", "t1_coronal_slice.npy"))).values.data).toEqual(slice.data);
  });

  test("a brain in space (NIfTI, scaled bytes)", async () => {
    const { values, affine, affineFrom, space } = await readNifti(path("mri", "anatomy.nii.gz"));
    expect({ dtype: values.dtype, shape: values.shape, affineFrom, space }).toEqual({
      dtype: "float64",
      shape: [57, 67, 56],
      affineFrom: "sform",
      space: "MNI",
    });
    expect(affine.map((row) => row[3])).toEqual([-78, -91, -91, 1]);
    // numpy.asarray(nibabel.load(path).dataobj).sum(), nibabel 5.4.2
    expect((values.data as Float64Array).reduce((sum, x) => sum + x, 0)).toBeCloseTo(9_834_293.113_646, 3);
  });

  test("tables of mixed columns, with their missing cells", async () => {
    // Name: rows, columns of numbers, of words, and missing cells; columns that hold both have neither in full.
    const known = {
      "adult.csv.gz": [32_561, 6, 9, 1836 + 1843 + 583],
      "credit_default.csv.gz": [9600, 25, 0, 0],
      "diamonds.csv.gz": [9600, 7, 3, 0],
      "german_credit.csv": [800, 8, 13, 0],
      "magic04.data.gz": [19_020, 10, 1, 0],
      "mpg.csv": [318, 7, 2, 5],
      "penguins.csv": [275, 4, 3, 16],
      "taxis.csv.gz": [5146, 6, 8, 144],
      "titanic.csv": [712, 6, 9, 143 + 557],
    } as const;
    for (const [name, [rows, numbers, words, missing]] of Object.entries(known)) {
      const table = await readCells(path("tables", name));
      const of = (count: "numeric" | "other") => table.columns.filter((column) => column[count] > 0).length;
      const gaps = table.columns.reduce((sum, column) => sum + column.missing, 0);
      expect([name, table.rows, of("numeric"), of("other"), gaps]).toEqual([name, rows, numbers, words, missing]);
      expect([name, ...table.remarks]).toEqual([name]);
      expect(table.found).toEqual({ encoding: "utf-8", delimiter: ",", decimal: "." });
    }
  });
});

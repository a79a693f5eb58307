import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dicomSlice } from "../../../../tools/dicom-file.ts";
import { writeNifti } from "../volume/nifti-write.ts";
import type { Affine } from "../volume/volume.ts";
import { takeImages } from "./images.ts";
import { volumeImages } from "./volume-images.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-volumes-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (...parts: string[]) => join(folder, ...parts);
const affine: Affine = [
  [-1, 0, 0, 0],
  [0, -1, 0, 0],
  [0, 0, 1, 0],
  [0, 0, 0, 1],
];

/** 4 x 3 pixels in `count` slices, of values from 0 to `top`; the first slice is empty. */
const brain = (count: number, top: number) => {
  const data = new Float32Array(12 * count);
  for (let n = 0; n < data.length; n++) data[n] = n % count === 0 ? 0 : (top * (n % 11)) / 10;
  return { values: ndarray(data, [4, 3, count]) as NdArray, affine };
};

beforeAll(async () => {
  for (const name of ["set/old", "set/young", "mixed", "scan"]) mkdirSync(at(name), { recursive: true });
  await writeNifti(at("set/old/a.nii.gz"), brain(5, 100));
  await writeNifti(at("set/young/b.nii"), brain(3, 7));
  await writeNifti(at("mixed/a.nii"), brain(3, 7));
  await writeNifti(at("mixed/b.nii"), {
    values: ndarray(
      new Float32Array(8).map((_, n) => n),
      [2, 2, 2],
    ) as NdArray,
    affine,
  });
  for (const z of [0, 1, 3])
    writeFileSync(
      at("scan", `${z}`),
      dicomSlice([1, 50, 100, 200 + z], { columns: 2, position: [0, 0, z], series: "7.1" }),
    );
  writeFileSync(at("scan", "scout"), dicomSlice([9, 1, 2, 3], { columns: 2, series: "7.2" }));
});

test("slices of one file, on a scale found from its values; empty ones are left out", async () => {
  const images = await volumeImages(at("set/old/a.nii.gz"));
  expect(images).toMatchObject({ count: 4, shape: [1, 3, 4], decodes: false });
  expect(images.volumes).toEqual([
    {
      name: at("set/old/a.nii.gz"),
      plane: "axial",
      taken: 4,
      leftOut: 1,
      range: [0, 100],
      height: 3,
      width: 4,
      pixel: [1, 1],
      notFinite: 0,
    },
  ]);
  // Slice 1 is k = 2: value 10 (n % 11) at n = 5 (3 i + j) + 2, columns i.
  const first = [...(await images.read([1])).data];
  const expected = [0, 1, 2].flatMap((j) => [0, 1, 2, 3].map((i) => (2 * ((5 * (3 * i + j) + 2) % 11)) / 10 - 1));
  for (const [n, value] of expected.entries()) expect(first[n]).toBeCloseTo(value, 5);
  expect((await volumeImages(at("set/old/a.nii.gz"), { filled: 0 })).count).toBe(5);
});

test("a given range holds for all volumes; values beyond it are clipped", async () => {
  const images = await volumeImages(at("set"), { range: [0, 10], labels: true });
  expect(images).toMatchObject({ count: 6, classes: ["old", "young"] });
  expect([...images.labels!]).toEqual([0, 0, 0, 0, 1, 1]);
  expect([...images.groups]).toEqual([0, 0, 0, 0, 1, 1]);
  expect([...takeImages(images, [5, 0]).groups!]).toEqual([1, 0]);
  const { data } = await images.read([0, 4]);
  expect(Math.max(...data)).toBe(1);
  expect(Math.max(...data.subarray(12))).toBeCloseTo(0.4, 5);
  const own = await volumeImages(at("set"));
  expect(own.volumes.map(({ range }) => range[1])).toEqual([100, expect.closeTo(7, 5)]);
  expect(own.sha256).not.toBe(images.sha256);
});

test("a size makes all square, with the lowest value around", async () => {
  await expect(volumeImages(at("mixed"))).rejects.toThrow(
    /b.nii: expected slices of 4 x 3, grey, as in a.nii, found 2 x 2, grey. Set data.size/,
  );
  const images = await volumeImages(at("mixed"), { size: 4 });
  expect(images.shape).toEqual([1, 4, 4]);
  // Half of the first row lies beyond the slice.
  const margin = (await images.read([0])).data.subarray(0, 4);
  for (const value of margin) expect(value).toBeLessThanOrEqual(0);
});

test("DICOM: a series by name, with a gap, and a damaged file named", async () => {
  const scan = await volumeImages(at("scan"), { series: "series 7.1", range: [0, 200] });
  expect(scan).toMatchObject({ count: 3, shape: [1, 2, 2], volumes: [{ name: "0", plane: "axial" }] });
  expect([...(await scan.read([2])).data].map((x) => Math.round(100 * x + 100))).toEqual([1, 50, 100, 200]);
  expect((await volumeImages(at("scan"))).volumes).toHaveLength(2);
  expect((await volumeImages(at("scan"), { series: "7.2" })).count).toBe(1);
  expect((await volumeImages(at("scan", "1"))).count).toBe(1);
  await expect(volumeImages(at("scan"), { series: "8" })).rejects.toThrow(
    /expected a series "8", found "series 7.1", "series 7.2"/,
  );
  writeFileSync(at("scan", "bad"), dicomSlice([1, 2], { columns: 2 }).subarray(0, -1));
  await expect(volumeImages(at("scan"))).rejects.toThrow(
    /scan.bad: expected a DICOM file, found what cannot be parsed/,
  );
  rmSync(at("scan", "bad"));
});

test("X-ray films are turned to light on dark; no numbers are the lowest value", async () => {
  writeFileSync(at("film.dcm"), dicomSlice([0, 100, 100, 50], { columns: 2, more: { "0028,0004 CS": "MONOCHROME1" } }));
  const film = await volumeImages(at("film.dcm"), { range: [0, 100] });
  expect([...(await film.read([0])).data]).toEqual([1, -1, -1, 0]);
  await writeNifti(at("nan.nii"), {
    values: ndarray(Float32Array.of(Number.NaN, 1, 2, 3), [2, 2, 1]) as NdArray,
    affine,
  });
  const odd = await volumeImages(at("nan.nii"));
  expect(odd.volumes[0]).toMatchObject({ notFinite: 1, range: [1, 3] });
  expect([...(await odd.read([0])).data]).toEqual([-1, 0, -1, 1]);
});

test("what cannot be taken says why", async () => {
  await writeNifti(at("flat.nii"), { values: ndarray(new Float32Array(8), [2, 2, 2]) as NdArray, affine });
  await expect(volumeImages(at("flat.nii"))).rejects.toThrow(
    /flat.nii: expected values that differ, found a volume of one value/,
  );
  await expect(volumeImages(at("set"), { range: [3, 1] })).rejects.toThrow(
    /a range of two numbers, the lower one first, found \[3,1\]/,
  );
  await expect(volumeImages(at("set"), { filled: 2 })).rejects.toThrow(/filled between 0 and 1, found 2/);
  await expect(volumeImages(at("set"), { range: [1000, 2000] })).rejects.toThrow(
    /at least 2 % of their pixels above a tenth of the range, found none/,
  );
  mkdirSync(at("empty"));
  await expect(volumeImages(at("empty"))).rejects.toThrow(/expected NIfTI files or DICOM slices, found none/);
});

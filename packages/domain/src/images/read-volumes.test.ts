import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeNifti } from "@scorefield/data";
import { type NdArray, ndarray } from "@scorefield/tensor";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dicomSlice } from "../../../../tools/dicom-file.ts";
import { findDomain, recogniseData } from "../built-in.ts";
import { readSplit } from "../open.ts";
import { type DataSettings, fillSettings } from "../settings.ts";

let folder: string;
const affine = [
  [2, 0, 0, 0],
  [0, 2, 0, 0],
  [0, 0, 2, 0],
  [0, 0, 0, 1],
] as const;
const brain = (top: number) => ({
  values: ndarray(
    Float32Array.from({ length: 10 * 8 * 6 }, (_, n) => (n % 6 === 0 ? 0 : (top * (n % 101)) / 100)),
    [10, 8, 6],
  ) as NdArray,
  affine,
});
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "scorefield-source-"));
  for (const name of ["scans", "ct", "photos"]) mkdirSync(join(folder, name));
  for (const [n, name] of ["a", "b", "c", "d"].entries())
    await writeNifti(join(folder, "scans", `${name}.nii.gz`), brain(100 * (n + 1)));
  for (const z of [0, 1, 2])
    writeFileSync(join(folder, "ct", `I${z}`), dicomSlice([0, 50, 99, 100], { columns: 2, position: [0, 0, z] }));
  const picture = sharp({ create: { width: 8, height: 4, channels: 3, background: "#ffffff" } });
  await picture.toFile(join(folder, "photos", "a.png"));
  writeFileSync(join(folder, "photos", "I0"), dicomSlice([1], { columns: 1 }));
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (data: string | object) => {
  const given = typeof data === "string" || !("kind" in data) ? recogniseData(data as string)! : (data as DataSettings);
  const domain = findDomain(given.kind)!;
  return domain.read(fillSettings(domain, given), { folder });
};

test("a NIfTI file is recognised as images, and what became of its values is said", async () => {
  expect(recogniseData("brains.nii.gz")).toEqual({ kind: "images", path: "brains.nii.gz" });
  expect(recogniseData("i.dcm")).toEqual({ kind: "images", path: "i.dcm" });
  const { samples, remarks } = await read("scans/a.nii.gz");
  expect(samples).toMatchObject({ count: 5, shape: [1, 8, 10] });
  expect(remarks).toEqual([
    "5 axial slices of one volume",
    "values 0 and 100 became -1 and 1 (found: the quantiles 0.1 % and 99.9 %; data.range sets others)",
    "left out 1 slices with hardly anything in them (data.filled)",
    expect.stringContaining("measures on them are too good"),
  ]);
});

test("a folder of volumes, of which whole ones are held out", async () => {
  const settings = fillSettings(findDomain("images")!, {
    kind: "images",
    path: "scans",
    axis: "coronal",
    size: 4,
    range: [0, 200],
  });
  const split = await readSplit(findDomain("images")!, settings, { heldOut: 0.25, seed: 1, folder });
  expect([split.training.count, split.heldOut.count]).toEqual([24, 8]);
  expect(new Set(split.heldOut.groups).size).toBe(1);
  expect(split.remarks).toEqual([
    "32 coronal slices of 4 volumes",
    "values 0 and 200 became -1 and 1, those beyond are clipped",
    "slices of 10 x 6 px of 2 x 2 mm became 4 x 4 px (whole, with a margin; data.size and data.fit set others)",
    "whole volumes are held out",
  ]);
  expect((await read("scans")).remarks![1]).toMatch(/0 and 100 in a.nii.gz, 0 and 200 in b.nii.gz.*each volume's own/);
});

test("a folder of DICOM slices; one with pictures holds pictures", async () => {
  const { samples } = await read("ct");
  expect(samples).toMatchObject({ count: 3, shape: [1, 2, 2] });
  const photos = await read({ kind: "images", path: "photos", fit: "pad", size: 8 });
  const { data } = await photos.samples.read([0]);
  // Black above the white picture.
  expect([data[0], data[3 * 8]]).toEqual([-1, 1]);
});

test("settings that do not fit are refused", async () => {
  const fails = (data: object) => expect(read({ kind: "images", ...data })).rejects;
  await fails({ path: "photos", axis: "axial" }).toThrow(
    /no axis but for slices of NIfTI files and DICOM, found axial/,
  );
  await fails({ path: "scans", greyscale: true }).toThrow(/no greyscale for slices of volumes/);
  await fails({ path: "scans", labels: "l.csv" }).toThrow(/labels "folders" for a folder of images, found "l.csv"/);
  await fails({ path: "scans", range: [1, 2, 3] }).toThrow(/a range of two numbers/);
});

test("a volume given to a run is read as the run's own, with all its slices", async () => {
  const domain = findDomain("images")!;
  const { samples, settings } = await read({
    kind: "images",
    path: "scans/b.nii.gz",
    axis: "sagittal",
    range: [0, 400],
    size: 8,
  });
  const given = await domain.given(join(folder, "scans", "c.nii.gz"), { like: samples, settings });
  expect(given.samples).toMatchObject({ count: 10, shape: [1, 8, 8] });
  const { data } = await given.samples.read([3]);
  expect(Math.max(...data)).toBeLessThan(0.5);
});

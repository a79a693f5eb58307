import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { type DicomElements, dicomFile, dicomSlice } from "../../../../tools/dicom-file.ts";
import { dicomSeries, readDicom } from "./dicom.ts";

const top = mkdtempSync(join(tmpdir(), "scorefield-dicom-"));
afterAll(() => rmSync(top, { recursive: true }));
let folder: string;
let count = 0;
beforeEach(() => {
  folder = join(top, `${count++}`);
  mkdirSync(folder);
});
const put = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, name), bytes);
const listed = (array: { readonly data: ArrayLike<number | bigint> }) => Array.from(array.data, Number);

/** Slices of 1 row and 2 columns at heights, with pixels 10 z and 10 z + 1. */
const putSlices = (heights: readonly number[], more: (height: number) => DicomElements = () => ({})) => {
  for (const [n, z] of heights.entries())
    put(
      `IM${n}`,
      dicomSlice([10 * z, 10 * z + 1], {
        columns: 2,
        position: [-5, 7, z],
        number: 9 - n,
        spacing: [3, 0.5],
        more: more(z),
      }),
    );
};

describe("readDicom", () => {
  test("slices in the order of their positions, whatever their names and numbers, placed in space", async () => {
    putSlices([4, 0, 2]);
    put("notes.txt", Buffer.from("not DICOM"));
    put("report", dicomFile({ "0008,0060 CS": "SR" }));
    const volume = await readDicom(folder);
    expect(volume).toMatchObject({
      affineFrom: "dicom",
      space: "scanner",
      voxels: "real",
      unit: "mm",
      spacing: [0.5, 3, 2],
    });
    expect(volume.description).toBe("series 1.2.3");
    // [columns, rows, slices]
    expect(volume.values).toMatchObject({ dtype: "int32", shape: [2, 1, 3] });
    expect(listed(volume.values)).toEqual([0, 20, 40, 1, 21, 41]);
    // DICOM's left and back are minus right and front.
    expect(volume.affine).toEqual([
      [-0.5, 0, 0, 5],
      [0, -3, 0, -7],
      [0, 0, 2, 0],
      [0, 0, 0, 1],
    ]);
  });

  test("slices of a turned plane: the third axis is where they go", async () => {
    // Columns go to the back, rows to the feet: a plane from front to back. Its normal is to the right.
    for (const x of [0, 1, 2])
      put(
        `${x}`,
        dicomSlice([x], { columns: 1, position: [-2 * x, 5, 6], more: { "0020,0037 DS": "0\\1\\0\\0\\0\\-1" } }),
      );
    const { affine, values } = await readDicom(folder);
    expect(affine).toEqual([
      [0, 0, 2, 0],
      [-1, 0, 0, -5],
      [0, -1, 0, 6],
      [0, 0, 0, 1],
    ]);
    expect(listed(values)).toEqual([0, 1, 2]);
  });

  test("each slice's own slope and intercept, in float64", async () => {
    putSlices([0, 1], (z) => ({ "0028,1053 DS": `${z + 1}`, "0028,1052 DS": "-1000" }));
    const { values } = await readDicom(folder);
    expect(values.dtype).toBe("float64");
    expect(listed(values)).toEqual([-1000, 2 * 10 - 1000, 1 - 1000, 2 * 11 - 1000]);
  });

  test("signed numbers of 12 bits with something else above them; films; colours in planes", async () => {
    put(
      "a",
      dicomSlice([0xafff, 0x5001], { columns: 2, more: { "0028,0101 US": 12, "0028,0102 US": 11, "0028,0103 US": 1 } }),
    );
    expect(listed((await readDicom(join(folder, "a"))).values)).toEqual([-1, 1]);
    put("b", dicomSlice([5], { columns: 1, more: { "0028,0004 CS": "MONOCHROME1" } }));
    expect((await readDicom(join(folder, "b"))).inverted).toBe(true);
    const rgb = { "0028,0002 US": 3, "0028,0004 CS": "RGB", "0028,0100 US": 8, "0028,0101 US": 8, "0028,0102 US": 7 };
    const planes = { ...rgb, "0028,0006 US": 1, "7fe0,0010 OW": Uint8Array.of(1, 2, 3, 4, 5, 6) };
    put("c", dicomSlice([0, 0], { columns: 2, more: planes }));
    const coloured = await readDicom(join(folder, "c"));
    expect(coloured).toMatchObject({ voxels: "rgb", values: { shape: [2, 1, 1, 3] } });
    expect(listed(coloured.values)).toEqual([1, 3, 5, 2, 4, 6]);
  });

  test("places taken several times have a fourth axis; frames of one file are placed by their groups", async () => {
    for (const [n, z] of [0, 0, 3, 3].entries())
      put(`t${n}`, dicomSlice([n], { columns: 1, position: [0, 0, z], number: n }));
    const { values } = await readDicom(folder);
    expect(values.shape).toEqual([1, 1, 2, 2]);
    expect(listed(values)).toEqual([0, 1, 2, 3]);
    const group = (z: number): DicomElements => ({ "0020,9113 SQ": [{ "0020,0032 DS": `0\\0\\${z}` }] });
    const frames = { "0028,0008 IS": "3", "0028,0010 US": 1, "5200,9230 SQ": [group(4), group(2), group(0)] };
    put("many", dicomSlice([1, 2, 3], { columns: 1, series: "9", more: frames }));
    const many = await readDicom(join(folder, "many"));
    expect(many.spacing).toEqual([1, 1, 2]);
    expect(listed(many.values)).toEqual([3, 2, 1]);
  });

  test("several series are listed, and one is chosen", async () => {
    put("a", dicomSlice([1], { columns: 1, series: "1.1" }));
    put("b", dicomSlice([2], { columns: 1, series: "1.2" }));
    expect((await dicomSeries(folder)).map(({ uid, modality, slices }) => [uid, modality, slices.length])).toEqual([
      ["1.1", "MR", 1],
      ["1.2", "MR", 1],
    ]);
    await expect(readDicom(folder)).rejects.toThrow(/one series of slices, found "series 1.1" \(MR, 1 slices, 1.1\); /);
    expect(listed((await readDicom(folder, { series: "1.2" })).values)).toEqual([2]);
    expect(listed((await readDicom(folder, { series: "series 1.1" })).values)).toEqual([1]);
    await expect(readDicom(folder, { series: "3" })).rejects.toThrow(/expected one series "3", found /);
    await expect(readDicom(folder, { serie: "3" } as never)).rejects.toThrow(/serie/);
  });

  test("a missing slice, and slices that do not belong together", async () => {
    putSlices([0, 1, 2, 4, 5]);
    await expect(readDicom(folder)).rejects.toThrow(/equal distances, 1.00 mm.*2.00 mm between .*IM2 and .*IM3/);
    expect((await readDicom(folder, { gaps: "close" })).values.shape).toEqual([2, 1, 5]);
    put("IM9", dicomSlice([1, 2], { columns: 1, position: [-5, 7, 6], spacing: [3, 0.5] }));
    await expect(readDicom(folder)).rejects.toThrow(
      /IM9: expected a slice of the size, spacing and direction of .*found 1 x 2/,
    );
    rmSync(join(folder, "IM9"));
    put("again", dicomSlice([1, 2], { columns: 2, position: [-5, 7, 0], spacing: [3, 0.5] }));
    await expect(readDicom(folder)).rejects.toThrow(/expected 2 slices at every place, as at the first, found 1/);
  });

  test("what cannot be read says why", async () => {
    const fails = (more: DicomElements, name = "x") => {
      put(name, dicomSlice([1], { columns: 1, more }));
      return expect(readDicom(join(folder, name))).rejects;
    };
    await fails({ "0028,0004 CS": "PALETTE COLOR" }).toThrow(
      /x: expected shades of grey .* found PALETTE COLOR of 1 numbers/,
    );
    await fails({ "0028,0100 US": 1 }).toThrow(/8, 16 or 32 bits a number.*found 1 bits/);
    await fails({ "0028,0011 US": 9 }).toThrow(/expected 18 bytes of pixels, found 2/);
    await fails({ "0028,0011 US": 0 }).toThrow(/rows and columns of at least 1, found 1 and 0/);
    put(
      "j",
      dicomFile({ "0028,0010 US": 1, "0028,0011 US": 1, "7fe0,0010 OW": new Uint8Array(2) }, "1.2.840.10008.1.2.4.70"),
    );
    await expect(readDicom(join(folder, "j"))).rejects.toThrow(
      /found lossless JPEG \(transfer syntax 1.2.840.10008.1.2.4.70\). Decompress it first, e.g. with gdcmconv --raw/,
    );
    put("cut", dicomSlice([1, 2, 3], { columns: 3 }).subarray(0, -2));
    await expect(readDicom(join(folder, "cut"))).rejects.toThrow(
      /cut: expected a DICOM file, found what cannot be parsed/,
    );
    put("none", Buffer.from("none"));
    await expect(readDicom(join(folder, "none"))).rejects.toThrow(/with DICM after 128 bytes/);
    await expect(readDicom(join(folder, "gone"))).rejects.toThrow(/gone: .*no such file/);
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    await expect(readDicom(folder)).rejects.toThrow(/expected DICOM slices, found no DICOM files/);
  });
});

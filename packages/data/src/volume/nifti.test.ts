import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { type NdArray, ndarray, sizeOf } from "@scorefield/tensor";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { readNifti } from "./nifti.ts";
import { writeNifti } from "./nifti-write.ts";
import type { Affine } from "./volume.ts";

fc.configureGlobal({ seed: 1 });

const folder = mkdtempSync(join(tmpdir(), "scorefield-nifti-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

interface Given {
  readonly little?: boolean;
  readonly version?: 1 | 2;
  readonly magic?: string;
  readonly dim?: readonly number[];
  readonly datatype?: number;
  readonly scale?: readonly [number, number];
  readonly pixdim?: readonly number[];
  readonly qform?: readonly number[];
  readonly sform?: readonly number[];
  readonly offset?: number;
}

/** The bytes of a header, at the places that nifti1.h and nifti2.h give. */
const header = ({
  little = true,
  version = 1,
  magic = `n+${version}`,
  dim = [3, 2, 1, 3],
  datatype = 4,
  scale = [0, 0],
  pixdim = [1, 1, 1, 1],
  qform,
  sform,
  offset = version === 1 ? 352 : 544,
}: Given = {}): Buffer => {
  const bytes = Buffer.alloc(version === 1 ? 352 : 544);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const one = version === 1;
  const real = (place: number, values: readonly number[]) => {
    for (const [n, x] of values.entries())
      one ? view.setFloat32(place + 4 * n, x, little) : view.setFloat64(place + 8 * n, x, little);
  };
  view.setInt32(0, one ? 348 : 540, little);
  bytes.write(magic, one ? 344 : 4);
  for (const [n, x] of dim.entries())
    one ? view.setInt16(40 + 2 * n, x, little) : view.setBigInt64(16 + 8 * n, BigInt(x), little);
  view.setInt16(one ? 70 : 12, datatype, little);
  real(one ? 76 : 104, pixdim);
  one ? view.setFloat32(108, offset, little) : view.setBigInt64(168, BigInt(offset), little);
  real(one ? 112 : 176, scale);
  if (qform) real(one ? 256 : 352, qform);
  if (sform) real(one ? 280 : 400, sform);
  one ? view.setInt16(252, qform ? 1 : 0, little) : view.setInt32(344, qform ? 1 : 0, little);
  one ? view.setInt16(254, sform ? 4 : 0, little) : view.setInt32(348, sform ? 4 : 0, little);
  return bytes;
};

const shorts = (values: readonly number[], little = true): Buffer => {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [n, x] of values.entries()) little ? bytes.writeInt16LE(x, 2 * n) : bytes.writeInt16BE(x, 2 * n);
  return bytes;
};

const read = (given: Given, data: Uint8Array, name = "a.nii") => {
  writeFileSync(at(name), Buffer.concat([header(given), data]));
  return readNifti(at(name));
};

// In the file i varies fastest: (i, k) = (0, 0), (1, 0), (0, 1), ...
const stored = [1, -2, 3, -4, 5, 6];
const inOrder = [1, 3, 5, -2, -4, 6];

describe("readNifti", () => {
  test("either version and byte order, gzip or not, the first axis fastest in the file", async () => {
    for (const version of [1, 2] as const)
      for (const little of [true, false]) {
        const { values } = await read({ version, little }, shorts(stored, little));
        expect(values).toEqual({ dtype: "int32", shape: [2, 1, 3], data: Int32Array.from(inOrder) });
      }
    writeFileSync(at("packed.nii.gz"), gzipSync(Buffer.concat([header(), shorts(stored)])));
    expect(Array.from((await readNifti(at("packed.nii.gz"))).values.data, Number)).toEqual(inOrder);
  });

  test("a scale is applied in float64; slope 0 and NaN are none", async () => {
    const scaled = (await read({ scale: [0.5, -10] }, shorts(stored))).values;
    expect(scaled.dtype).toBe("float64");
    expect(Array.from(scaled.data, Number)).toEqual(inOrder.map((x) => 0.5 * x - 10));
    for (const scale of [
      [0, 7],
      [Number.NaN, Number.NaN],
      [1, 0],
    ] as const)
      expect(Array.from((await read({ scale }, shorts(stored))).values.data, Number)).toEqual(inOrder);
  });

  test("complex numbers and colours have a trailing axis", async () => {
    const pairs = Buffer.from(Float32Array.of(1, 2, 3, 4).buffer);
    const complex = await read({ datatype: 32, dim: [2, 2, 1], scale: [2, 1] }, pairs);
    expect(complex.voxels).toBe("complex");
    // The intercept is a real number.
    expect(complex.values).toEqual({ dtype: "float64", shape: [2, 1, 2], data: Float64Array.of(3, 4, 7, 8) });
    const rgb = await read({ datatype: 128, dim: [2, 1, 2], scale: [9, 9] }, Uint8Array.of(1, 2, 3, 250, 251, 252));
    expect(rgb).toMatchObject({
      voxels: "rgb",
      values: { shape: [1, 2, 3], data: Int32Array.of(1, 2, 3, 250, 251, 252) },
    });
  });

  test("the affine: sform before qform before distances", async () => {
    const sform = [1, 2, 3, 4, 0, 5, 6, 7, 0, 0, 8, 9];
    // Half a turn about the first axis.
    const qform = [1, 0, 0, 10, 20, 30];
    const pixdim = [-1, 2, 3, 4];
    const both = await read({ sform, qform, pixdim }, shorts(stored));
    expect(both).toMatchObject({ affineFrom: "sform", space: "MNI", spacing: [2, 3, 4], unit: "unknown" });
    expect(both.affine).toEqual([
      [1, 2, 3, 4],
      [0, 5, 6, 7],
      [0, 0, 8, 9],
      [0, 0, 0, 1],
    ]);
    const rotated = await read({ qform, pixdim }, shorts(stored));
    expect(rotated).toMatchObject({ affineFrom: "qform", space: "scanner" });
    expect(rotated.affine.flat().map((x) => x + 0)).toEqual([2, 0, 0, 10, 0, -3, 0, 20, 0, 0, 4, 30, 0, 0, 0, 1]);
    const plain = await read({ pixdim }, shorts(stored));
    expect(plain).toMatchObject({ affineFrom: "spacing", space: "unknown" });
    expect(plain.affine).toEqual([
      [2, 0, 0, 0],
      [0, 3, 0, 0],
      [0, 0, 4, 0],
      [0, 0, 0, 1],
    ]);
  });

  test("a pair of files, named by either", async () => {
    writeFileSync(at("p.hdr"), header({ magic: "ni1", offset: 2 }));
    writeFileSync(at("p.img"), Buffer.concat([Buffer.alloc(2), shorts(stored)]));
    for (const name of ["p.hdr", "p.img"])
      expect(Array.from((await readNifti(at(name))).values.data, Number)).toEqual(inOrder);
    rmSync(at("p.img"));
    await expect(readNifti(at("p.hdr"))).rejects.toThrow(/second file beside it that ends in .img, found none/);
  });

  test("what cannot be read says why", async () => {
    const fails = (given: Given, data = shorts(stored)) => expect(read(given, data)).rejects;
    await fails({ datatype: 1536 }).toThrow(
      /a.nii: expected numbers of 8 to 64 bits.*found float128, whose bytes differ/,
    );
    await fails({ datatype: 1 }).toThrow(/found single bits/);
    await fails({ dim: [9, 1] }).toThrow(/expected 1 to 7 axes of at least one voxel each, found dim 9, 1/);
    await fails({ dim: [3, 2, 0, 3] }).toThrow(/found dim 3, 2, 0/);
    await fails({ magic: "" }).toThrow(/found ANALYZE 7.5, which states no directions/);
    await fails({ magic: "n+2" }).toThrow(/expected a NIfTI-1 header/);
    await fails({ offset: 100 }).toThrow(/start at byte 352 or later, found 100/);
    await fails({}, shorts([1, 2])).toThrow(/12 bytes of numbers, found the end of the file after 4/);
    writeFileSync(at("cut.nii.gz"), gzipSync(Buffer.concat([header(), shorts(stored)])).subarray(0, -4));
    await expect(readNifti(at("cut.nii.gz"))).rejects.toThrow(/cut.nii.gz: expected a complete gzip file/);
    // Some programs fill the file up.
    expect((await read({}, shorts([...stored, 0, 0]))).values.shape).toEqual([2, 1, 3]);
    await fails({ dim: [7, 30000, 30000, 30000, 30000, 1, 1, 1] }).toThrow(/fits into memory/);
    writeFileSync(at("b.nii"), "no header");
    await expect(readNifti(at("b.nii"))).rejects.toThrow(/whose first number is 348 or 540, found another format/);
    writeFileSync(at("b.nii"), header().subarray(0, 100));
    await expect(readNifti(at("b.nii"))).rejects.toThrow(/header of 348 bytes, found the end of the file after 100/);
    await expect(readNifti(at("gone.nii"))).rejects.toThrow(/gone.nii: .*no such file/);
  });
});

const turned: Affine = [
  [0, 0, 1.5, -78],
  [-2, 0, 0, 91],
  [0, -0.75, 0, 12.25],
  [0, 0, 0, 1],
];

describe("writeNifti", () => {
  test("what is written reads back, values bit for bit and the affine with them", async () => {
    const makers = [Float32Array, Float64Array, Int32Array, BigInt64Array] as const;
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(shapes, fc.constantFrom(...makers), async (shape, Maker) => {
        const data =
          Maker === BigInt64Array
            ? BigInt64Array.from({ length: sizeOf(shape) }, (_, n) => BigInt(n))
            : (Maker as typeof Float32Array).from({ length: sizeOf(shape) }, (_, n) => n / 3);
        const values = ndarray(data as unknown as Float32Array, shape) as NdArray;
        await writeNifti(at("r.nii.gz"), { values, affine: turned });
        const back = await readNifti(at("r.nii.gz"));
        expect(back.values).toEqual(values);
        expect(back.affine).toEqual(turned);
        expect(back).toMatchObject({ unit: "mm", space: "scanner", affineFrom: "sform" });
      }),
      { numRuns: 15 },
    );
  });

  test("a volume that was read keeps all that it says; its qform is the same affine", async () => {
    const values = ndarray(
      new Float32Array(16).map((_, n) => n),
      [1, 2, 1, 4, 2],
    );
    const about = { description: "a test", timeUnit: "s", space: "Talairach", unit: "mm" } as const;
    await writeNifti(at("c.nii"), {
      values,
      affine: turned,
      voxels: "complex",
      spacing: [2, 0.75, 1.5, 2.5],
      ...about,
    });
    const back = await readNifti(at("c.nii"));
    expect(back).toMatchObject({ ...about, values, voxels: "complex", spacing: [2, 0.75, 1.5, 2.5] });
    const bytes = readFileSync(at("c.nii"));
    // Without the sform, the qform stands.
    bytes.writeInt16LE(0, 254);
    writeFileSync(at("q.nii"), bytes);
    const { affine, affineFrom } = await readNifti(at("q.nii"));
    expect(affineFrom).toBe("qform");
    for (const [n, x] of affine.flat().entries()) expect(x).toBeCloseTo(turned.flat()[n]!, 5);
    await writeNifti(at("c2.nii"), back);
    expect(readFileSync(at("c2.nii"))).toEqual(readFileSync(at("c.nii")));
  });

  test("axes that are not at right angles have no qform; long ones make it NIfTI-2", async () => {
    const sheared: Affine = [
      [1, 0.5, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ];
    await writeNifti(at("s.nii"), { values: ndarray(new Float32Array(40_000), [40_000, 1, 1]), affine: sheared });
    const bytes = readFileSync(at("s.nii"));
    expect([bytes.readInt32LE(0), bytes.readInt32LE(344), bytes.readInt32LE(348)]).toEqual([540, 0, 1]);
    const back = await readNifti(at("s.nii"));
    expect(back).toMatchObject({ affine: sheared, values: { shape: [40_000, 1, 1] } });
    const bright = { dtype: "uint8", shape: [1, 1, 2, 3], data: Uint8Array.of(1, 2, 3, 253, 254, 255) } as const;
    await writeNifti(at("rgb.nii"), { values: bright, affine: sheared, voxels: "rgb" });
    expect(Array.from((await readNifti(at("rgb.nii"))).values.data, Number)).toEqual([...bright.data]);
  });

  test("refuses what a file cannot hold, and leaves what was there", async () => {
    const values = ndarray(new Float32Array(6), [2, 1, 3]);
    await writeNifti(at("kept.nii.gz"), { values, affine: turned });
    const before = gunzipSync(readFileSync(at("kept.nii.gz")));
    const flat: Affine = [
      [0, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ];
    const write = (volume: object) => expect(writeNifti(at("kept.nii.gz"), volume as never)).rejects;
    await write({ values, affine: flat }).toThrow(
      /kept.nii.gz: expected an affine of 4 x 4 finite numbers that can be inverted/,
    );
    await write({ values, affine: turned, voxels: "complex" }).toThrow(/a trailing axis of 2 for complex voxels/);
    await write({ values: ndarray(new Float32Array(0), [0, 1]), affine: turned }).toThrow(/at least one voxel/);
    await write({ values }).toThrow(/a volume with values and an affine/);
    await expect(writeNifti(at("kept.png"), { values, affine: turned })).rejects.toThrow(/ends in .nii or .nii.gz/);
    expect(gunzipSync(readFileSync(at("kept.nii.gz")))).toEqual(before);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

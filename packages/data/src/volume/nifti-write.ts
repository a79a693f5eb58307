/** Volumes as NIfTI files. */
import { createGzip } from "node:zlib";
import { type NdArray, sizeOf } from "@scorefield/tensor";
import { atomicWrite, type Content } from "../atomic-write.ts";
import { checkMade, checkPath } from "../check-call.ts";
import type { Elements } from "../elements.ts";
import { DataError } from "../errors.ts";
import type { ByteArray } from "../npy-file.ts";
import { toRowMajor } from "../row-major.ts";
import { determinant, quaternionOf, spacingOf } from "./affine.ts";
import { spaces, timeUnits, units } from "./nifti-header.ts";
import { gridOf, lanesOf, type Volume } from "./volume.ts";

/** What is written: the affine places the numbers, and the rest may be left out. */
export type VolumeToWrite = Pick<Volume, "affine"> &
  Partial<Omit<Volume, "values" | "affine">> & { readonly values: NdArray | ByteArray };

const realTypes = { uint8: 2, bool: 2, int32: 8, float32: 16, float64: 64, int64: 1024 } as const;
const complexTypes: Readonly<Record<string, number>> = { float32: 32, float64: 1792 };

const typeOf = ({ dtype }: VolumeToWrite["values"], voxels: Volume["voxels"], path: string | undefined) => {
  const expected = { real: "numbers", complex: "pairs of float32 or float64", rgb: "bytes", rgba: "bytes" }[voxels];
  const datatype =
    voxels === "real"
      ? realTypes[dtype]
      : voxels === "complex"
        ? complexTypes[dtype]
        : dtype === "uint8" || dtype === "int32"
          ? { rgb: 128, rgba: 2304 }[voxels]
          : undefined;
  if (datatype === undefined) throw new DataError({ path, expected: `${expected} for ${voxels} voxels`, found: dtype });
  return {
    datatype,
    bytes: dtype === "float64" || dtype === "int64" ? 8 : dtype === "uint8" || dtype === "bool" ? 1 : 4,
  };
};

const check = (volume: VolumeToWrite, path: string | undefined): void => {
  checkMade("niftiBytes", volume, ["values", "affine"], "a volume with values and an affine");
  const { affine, voxels = "real", values } = volume;
  const numbers = affine.flat();
  if (numbers.length !== 16 || !numbers.every(Number.isFinite) || determinant(affine) === 0)
    throw new DataError({
      path,
      expected: "an affine of 4 x 4 finite numbers that can be inverted",
      found: JSON.stringify(affine),
    });
  const lanes = lanesOf[voxels];
  if (lanes > 1 && values.shape.at(-1) !== lanes)
    throw new DataError({
      path,
      expected: `a trailing axis of ${lanes} for ${voxels} voxels`,
      found: `shape [${values.shape.join(", ")}]`,
    });
  const rank = values.shape.length - (lanes > 1 ? 1 : 0);
  if (rank < 1 || rank > 7 || values.shape.includes(0))
    throw new DataError({
      path,
      expected: "1 to 7 axes of at least one voxel each",
      found: `shape [${values.shape.join(", ")}]`,
    });
};

const largestShort = 32_767;

/** The header with its four bytes that say that no extension follows. */
const headerBytes = (volume: VolumeToWrite, path: string | undefined): Uint8Array => {
  const { values, affine, voxels = "real", space = "scanner", description = "" } = volume;
  const shape = gridOf({ values: values as NdArray, voxels });
  const version = shape.some((size) => size > largestShort) ? 2 : 1;
  const { datatype, bytes: size } = typeOf(values, voxels, path);
  const bytes = new Uint8Array(version === 1 ? 352 : 544);
  const view = new DataView(bytes.buffer);
  const quaternion = quaternionOf(affine);
  const code = Math.max(1, spaces.indexOf(space));
  const more = volume.spacing?.slice(3) ?? [];
  const pixdim = [quaternion?.handedness ?? 1, ...spacingOf(affine), ...more, 0, 0, 0, 0].slice(0, 8);
  const dim = [shape.length, ...shape, 1, 1, 1, 1, 1, 1].slice(0, 8);
  const unitCode = units.indexOf(volume.unit ?? "mm") + 8 * timeUnits.indexOf(volume.timeUnit ?? "unknown");
  const rotation = [...(quaternion?.bcd ?? [0, 0, 0]), affine[0][3], affine[1][3], affine[2][3]];
  const rows = affine.slice(0, 3).flat();
  const text = new TextEncoder().encode(description).subarray(0, 79);
  const put = (at: number, step: number, numbers: readonly number[], write: (at: number, x: number) => void) => {
    for (const [n, x] of numbers.entries()) write(at + step * n, x);
  };
  const f32s = (at: number, numbers: readonly number[]) => put(at, 4, numbers, (to, x) => view.setFloat32(to, x, true));
  const f64s = (at: number, numbers: readonly number[]) => put(at, 8, numbers, (to, x) => view.setFloat64(to, x, true));
  if (version === 1) {
    view.setInt32(0, 348, true);
    put(40, 2, dim, (to, x) => view.setInt16(to, x, true));
    view.setInt16(70, datatype, true);
    view.setInt16(72, 8 * size * lanesOf[voxels], true);
    f32s(76, pixdim);
    f32s(108, [352, 1, 0]);
    bytes[123] = unitCode;
    bytes.set(text, 148);
    view.setInt16(252, quaternion ? code : 0, true);
    view.setInt16(254, code, true);
    f32s(256, rotation);
    f32s(280, rows);
    bytes.set(new TextEncoder().encode("n+1"), 344);
    return bytes;
  }
  view.setInt32(0, 540, true);
  bytes.set([...new TextEncoder().encode("n+2"), 0, 0x0d, 0x0a, 0x1a, 0x0a], 4);
  view.setInt16(12, datatype, true);
  view.setInt16(14, 8 * size * lanesOf[voxels], true);
  put(16, 8, dim, (to, x) => view.setBigInt64(to, BigInt(x), true));
  f64s(104, pixdim);
  view.setBigInt64(168, 544n, true);
  f64s(176, [1, 0]);
  bytes.set(text, 240);
  view.setInt32(344, quaternion ? code : 0, true);
  view.setInt32(348, code, true);
  f64s(352, rotation);
  f64s(400, rows);
  view.setInt32(500, unitCode, true);
  return bytes;
};

const dataBytes = ({ values, voxels = "real" }: VolumeToWrite, path: string | undefined): Uint8Array => {
  const lanes = lanesOf[voxels];
  const shape = gridOf({ values: values as NdArray, voxels });
  // Only colours are stored in fewer bytes than they are held in.
  const narrow = values.dtype === "int32" && lanes > 2;
  const data = narrow ? Uint8Array.from(values.data as Int32Array) : values.data;
  const dtype = narrow || values.dtype === "uint8" ? "bool" : values.dtype;
  const ordered =
    sizeOf(shape) > 1
      ? toRowMajor(data as unknown as Elements, { dtype }, { shape: [...shape].reverse(), lanes, path })
      : (data as unknown as Elements);
  return new Uint8Array(ordered.buffer, ordered.byteOffset, ordered.length * (data.byteLength / data.length));
};

/**
 * A volume as the bytes of a NIfTI file, little-endian and without a scale: NIfTI-1, or NIfTI-2 where an axis is longer than
 * 32,767. The element type stays; the affine is written as sform in the file's precision (float32 in NIfTI-1), and as qform
 * too where its axes stand at right angles.
 * @throws DataError for an affine that cannot be inverted, and values that do not fit `voxels`
 */
export function* niftiBytes(volume: VolumeToWrite, path?: string): Generator<Uint8Array> {
  check(volume, path);
  yield headerBytes(volume, path);
  yield dataBytes(volume, path);
}

async function* packed(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip();
  for (const piece of pieces) gzip.write(piece);
  gzip.end();
  yield* gzip;
}

/** Writes a volume as `.nii` or `.nii.gz`, atomically, as {@link niftiBytes}. @throws DataError, also for other endings */
export const writeNifti = async (path: string, volume: VolumeToWrite): Promise<void> => {
  checkPath("writeNifti", path);
  const ending = /\.nii(\.gz)?$/i.exec(path);
  if (!ending)
    throw new DataError({ path, expected: "a file name that ends in .nii or .nii.gz", found: "another ending" });
  const pieces = [...niftiBytes(volume, path)];
  const content: Content = ending[1] ? packed(pieces) : pieces;
  await atomicWrite(path, content);
};

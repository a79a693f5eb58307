/**
 * Headers of NIfTI-1 (Cox et al. 2004, nifti1.h) and NIfTI-2 (nifti2.h) files, of either byte order. No Node module is used
 * here.
 */
import { DataError } from "../errors.ts";
import { affineOfQuaternion, affineOfSpacing } from "./affine.ts";
import type { Space, Volume, VoxelKind } from "./volume.ts";

/** How one of NIfTI's types of numbers is stored. */
interface NiftiType {
  /** The NumPy type code without its byte order, of one number. */
  readonly code: string;
  readonly voxels: VoxelKind;
}

/** Types by the number in `datatype`. */
const niftiTypes: Readonly<Record<number, NiftiType>> = {
  2: { code: "u1", voxels: "real" },
  4: { code: "i2", voxels: "real" },
  8: { code: "i4", voxels: "real" },
  16: { code: "f4", voxels: "real" },
  32: { code: "f4", voxels: "complex" },
  64: { code: "f8", voxels: "real" },
  128: { code: "u1", voxels: "rgb" },
  256: { code: "i1", voxels: "real" },
  512: { code: "u2", voxels: "real" },
  768: { code: "u4", voxels: "real" },
  1024: { code: "i8", voxels: "real" },
  1280: { code: "u8", voxels: "real" },
  1792: { code: "f8", voxels: "complex" },
  2304: { code: "u1", voxels: "rgba" },
};

/** Types that machines do not agree about, or that no program writes. */
const refusedTypes: Readonly<Record<number, string>> = {
  0: "no type of numbers",
  1: "single bits",
  1536: "float128, whose bytes differ between machines",
  2048: "complex256, whose bytes differ between machines",
};

export const spaces: readonly Space[] = ["unknown", "scanner", "aligned", "Talairach", "MNI", "template"];
export const units = ["unknown", "m", "mm", "um"] as const;
export const timeUnits = ["unknown", "s", "ms", "us"] as const;

/** What stands before the numbers. */
export interface NiftiHeader extends Omit<Volume, "values"> {
  readonly version: 1 | 2;
  /** The NumPy type code of one stored number, with its byte order. */
  readonly code: string;
  /** [i, j, k, ...], without the axis of pairs or colours. */
  readonly shape: readonly number[];
  /** Byte of the first number in the file that holds the numbers. */
  readonly offset: number;
  /** Whether the numbers are in a second file, `.img`. */
  readonly separate: boolean;
  /** A value is slope * stored + intercept; undefined where it is the stored number. */
  readonly scale?: { readonly slope: number; readonly intercept: number };
}

/** The version and byte order by the first four bytes, which hold the header's length; undefined for other files. */
export const niftiStart = (start: Uint8Array): { readonly version: 1 | 2; readonly little: boolean } | undefined => {
  if (start.length < 4) return undefined;
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  for (const little of [true, false])
    for (const [version, length] of [
      [1, 348],
      [2, 540],
    ] as const)
      if (view.getInt32(0, little) === length) return { version, little };
  return undefined;
};

const letters = (bytes: Uint8Array, at: number, length: number): string => {
  const end = bytes.subarray(at, at + length).indexOf(0);
  return new TextDecoder("latin1").decode(bytes.subarray(at, at + (end < 0 ? length : end))).trimEnd();
};

/** Fields of both versions, at their places. */
const fieldsOf = (bytes: Uint8Array, version: 1 | 2, little: boolean) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const i16 = (at: number) => view.getInt16(at, little);
  const i32 = (at: number) => view.getInt32(at, little);
  const i64 = (at: number) => Number(view.getBigInt64(at, little));
  const f32 = (at: number) => view.getFloat32(at, little);
  const f64 = (at: number) => view.getFloat64(at, little);
  const series = (count: number, read: (at: number) => number, at: number, step: number) =>
    Array.from({ length: count }, (_, n) => read(at + n * step));
  return version === 1
    ? {
        magic: letters(bytes, 344, 4),
        dim: series(8, i16, 40, 2),
        datatype: i16(70),
        pixdim: series(8, f32, 76, 4),
        offset: f32(108),
        slope: f32(112),
        intercept: f32(116),
        units: bytes[123]!,
        description: letters(bytes, 148, 80),
        qform: i16(252),
        sform: i16(254),
        quaternion: series(6, f32, 256, 4),
        rows: series(12, f32, 280, 4),
      }
    : {
        magic: letters(bytes, 4, 4),
        dim: series(8, i64, 16, 8),
        datatype: i16(12),
        pixdim: series(8, f64, 104, 8),
        offset: i64(168),
        slope: f64(176),
        intercept: f64(184),
        units: i32(500),
        description: letters(bytes, 240, 80),
        qform: i32(344),
        sform: i32(348),
        quaternion: series(6, f64, 352, 8),
        rows: series(12, f64, 400, 8),
      };
};

type Fields = ReturnType<typeof fieldsOf>;

const shapeOf = ({ dim }: Fields, path: string): number[] => {
  const rank = dim[0]!;
  const shape = dim.slice(1, 1 + Math.max(0, rank));
  if (!(rank >= 1 && rank <= 7) || shape.some((size) => !(size >= 1)))
    throw new DataError({
      path,
      expected: "1 to 7 axes of at least one voxel each",
      found: `dim ${dim.join(", ")}`,
      fix: "Fetch or write it again",
    });
  return shape;
};

/** By the sform where it is set, else by the qform, else by the distances alone, as nifti1.h orders its three methods. */
const placeOf = ({
  sform,
  qform,
  rows,
  quaternion,
  pixdim,
}: Fields): Pick<Volume, "affine" | "affineFrom" | "space"> => {
  const spacing = pixdim.slice(1, 4).map((size) => Math.abs(size) || 1);
  if (sform > 0) {
    const row = (at: number) => rows.slice(at, at + 4) as [number, number, number, number];
    return { affine: [row(0), row(4), row(8), [0, 0, 0, 1]], affineFrom: "sform", space: spaces[sform] ?? "unknown" };
  }
  if (qform <= 0) return { affine: affineOfSpacing(spacing), affineFrom: "spacing", space: "unknown" };
  const [b, c, d, ...offset] = quaternion as [number, number, number, ...number[]];
  const affine = affineOfQuaternion({ bcd: [b, c, d], handedness: pixdim[0]! < 0 ? -1 : 1, spacing, offset });
  return { affine, affineFrom: "qform", space: spaces[qform] ?? "unknown" };
};

/**
 * Reads the 348 or 540 bytes of a header.
 * @throws DataError for headers that contradict themselves, for ANALYZE 7.5, and for types of numbers that cannot be read
 */
export const parseNiftiHeader = (bytes: Uint8Array, path: string): NiftiHeader => {
  const { version, little } = niftiStart(bytes)!;
  const fields = fieldsOf(bytes, version, little);
  const magic = /^(n\+|ni)([12])$/.exec(fields.magic);
  if (!magic || Number(magic[2]) !== version)
    throw new DataError({
      path,
      expected: `a NIfTI-${version} header (magic n+${version} or ni${version})`,
      found:
        fields.magic === "" && version === 1 ? "ANALYZE 7.5, which states no directions" : JSON.stringify(fields.magic),
      fix: "Convert it to NIfTI with the program that wrote it",
    });
  const shape = shapeOf(fields, path);
  const type = niftiTypes[fields.datatype];
  if (!type)
    throw new DataError({
      path,
      expected: "numbers of 8 to 64 bits, complex ones of 64 or 128, or 8-bit colours",
      found: refusedTypes[fields.datatype] ?? `datatype ${fields.datatype}`,
      fix: "Save it as float64 with the program that wrote it",
    });
  const least = magic[1] === "n+" ? (version === 1 ? 352 : 544) : 0;
  if (!(Number.isInteger(fields.offset) && fields.offset >= 0 && (fields.offset >= least || fields.offset === 0)))
    throw new DataError({
      path,
      expected: `the numbers to start at byte ${least} or later`,
      found: `${fields.offset}`,
    });
  const { slope, intercept } = fields;
  const scaled =
    Number.isFinite(slope) && Number.isFinite(intercept) && slope !== 0 && !(slope === 1 && intercept === 0);
  return {
    version,
    code: `${little ? "<" : ">"}${type.code}`,
    voxels: type.voxels,
    shape,
    offset: Math.max(fields.offset, least),
    separate: magic[1] === "ni",
    ...(scaled && type.voxels !== "rgb" && type.voxels !== "rgba" && { scale: { slope, intercept } }),
    ...placeOf(fields),
    spacing: shape.map((_, axis) => Math.abs(fields.pixdim[axis + 1]!)),
    unit: units[fields.units & 7] ?? "unknown",
    timeUnit: timeUnits[(fields.units & 0x38) >> 3] ?? "unknown",
    description: fields.description,
  };
};

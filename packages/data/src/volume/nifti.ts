/** NIfTI files: `.nii`, `.nii.gz`, and pairs of `.hdr` and `.img`. */
import { access } from "node:fs/promises";
import { type NdArray, sizeOf } from "@scorefield/tensor";
import type { ByteSource } from "../byte-source.ts";
import { withSource } from "../bytes.ts";
import { checkPath } from "../check-call.ts";
import { allocate, type Elements, elementType } from "../elements.ts";
import { DataError, describeSystemError } from "../errors.ts";
import { readElements } from "../npy.ts";
import { toRowMajor } from "../row-major.ts";
import { type NiftiHeader, niftiStart, parseNiftiHeader } from "./nifti-header.ts";
import { lanesOf, type Volume } from "./volume.ts";

const pieceBytes = 1 << 16;

const pass = async (source: ByteSource, count: number, path: string): Promise<void> => {
  const piece = new Uint8Array(Math.min(count, pieceBytes));
  for (let left = count; left > 0; left -= piece.length) {
    const wanted = piece.subarray(0, Math.min(left, piece.length));
    if ((await source.fill(wanted)) < wanted.length)
      throw new DataError({ path, expected: `numbers from byte ${count} on`, found: "the end of the file before it" });
  }
};

/** The header, and how many bytes of the source were read. */
const readHeader = async (source: ByteSource, path: string): Promise<{ header: NiftiHeader; read: number }> => {
  const start = new Uint8Array(4);
  const got = await source.fill(start);
  const found = niftiStart(start.subarray(0, got));
  if (!found)
    throw new DataError({
      path,
      expected: "a NIfTI file, whose first number is 348 or 540",
      found: got < 4 ? `${got} bytes` : "another format, or a damaged file",
    });
  const bytes = new Uint8Array(found.version === 1 ? 348 : 540);
  bytes.set(start);
  const rest = await source.fill(bytes.subarray(4));
  if (rest + 4 < bytes.length)
    throw new DataError({
      path,
      expected: `a header of ${bytes.length} bytes`,
      found: `the end of the file after ${rest + 4}`,
      fix: "Fetch or write it again",
    });
  return { header: parseNiftiHeader(bytes, path), read: bytes.length };
};

/** value = slope * stored + intercept, in float64; of a complex number the intercept moves the real part. */
const scaled = (
  data: Elements,
  { slope, intercept }: { slope: number; intercept: number },
  lanes: number,
): Float64Array => {
  const result = new Float64Array(data.length);
  for (let i = 0; i < result.length; i++) result[i] = slope * Number(data[i]) + (i % lanes === 0 ? intercept : 0);
  return result;
};

const readValues = async (source: ByteSource, header: NiftiHeader, path: string): Promise<NdArray> => {
  const { shape, voxels, code, scale } = header;
  const type = elementType(code.endsWith("u1") || code.endsWith("i1") ? `|${code.slice(1)}` : code)!;
  const lanes = lanesOf[voxels];
  const stored = allocate(type, sizeOf(shape) * lanes, path);
  await readElements(source, type, stored, path);
  // Some programs fill up the file; and gzip is checked at its end.
  const rest = new Uint8Array(pieceBytes);
  while ((await source.fill(rest)) > 0);
  const data = shape.length > 1 ? toRowMajor(stored, type, { shape, lanes, path }) : stored;
  const full = lanes === 1 ? shape : [...shape, lanes];
  const values = scale
    ? { dtype: "float64", shape: full, data: scaled(data, scale, lanes) }
    : { dtype: type.dtype, shape: full, data };
  return values as unknown as NdArray;
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** The other file of a pair, of the same spelling. */
const partner = async (path: string, from: string, to: string): Promise<string> => {
  const packed = /\.gz$/i.test(path);
  const name = packed ? path.slice(0, -3) : path;
  const [stem, ending] = [name.slice(0, -from.length), name.slice(-from.length)];
  for (const other of ending === from.toUpperCase() ? [to.toUpperCase(), to] : [to])
    for (const gz of packed ? [path.slice(-3), ""] : ["", ".gz"])
      if (await exists(`${stem}${other}${gz}`)) return `${stem}${other}${gz}`;
  throw new DataError({
    path,
    expected: `a second file beside it that ends in .${to}`,
    found: "none",
    fix: "Put both files of the pair, .hdr and .img, into one folder",
  });
};

const volumeOf = (values: NdArray, header: NiftiHeader): Volume => {
  const { voxels, affine, affineFrom, space, spacing, unit, timeUnit, description } = header;
  return { values, voxels, affine, affineFrom, space, spacing, unit, timeUnit, description };
};

/**
 * Reads a NIfTI-1 or NIfTI-2 file, of either byte order, gzip or not. Integers of 8 and 16 bits become int32, uint32 and
 * uint64 become int64; where the file states a scale (`scl_slope`, `scl_inter`) the values are scaled and float64. Complex
 * numbers and colours get a trailing axis. Extensions of the header are passed over.
 * @throws DataError for damaged files, ANALYZE 7.5 files, single bits and numbers of more than 64 bits
 */
export const readNifti = async (path: string): Promise<Volume> => {
  checkPath("readNifti", path);
  try {
    const first = /\.img(\.gz)?$/i.test(path) ? await partner(path, "img", "hdr") : path;
    const found = await withSource(first, async (source) => {
      const { header, read } = await readHeader(source, first);
      if (header.separate) return { header };
      await pass(source, header.offset - read, first);
      return { header, values: await readValues(source, header, first) };
    });
    const { header } = found;
    if (found.values) return volumeOf(found.values, header);
    const second = /\.img(\.gz)?$/i.test(path) ? path : await partner(path, "hdr", "img");
    const values = await withSource(second, async (source) => {
      await pass(source, header.offset, second);
      return readValues(source, header, second);
    });
    return volumeOf(values, header);
  } catch (error) {
    throw describeSystemError(error, path, "a NIfTI file");
  }
};

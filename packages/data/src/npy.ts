/** NumPy's array format (NPY versions 1 to 3), decoded from bytes in pieces. No Node module is used here. */

import { sizeOf } from "@scorefield/tensor";
import { type ByteSource, byteSource } from "./byte-source.ts";
import { checkBytes } from "./check-call.ts";
import { allocate, decodeNumbers, type Elements, type ElementType, elementType } from "./elements.ts";
import { DataError } from "./errors.ts";
import { toRowMajor } from "./row-major.ts";
import type { StoredArray } from "./stored-array.ts";

/** What stands before the numbers. */
export interface NpyHeader {
  /** The type as the file names it, such as `<f8`. */
  readonly code: string;
  readonly type: ElementType;
  /** True where the first axis varies fastest in the file. */
  readonly fortranOrder: boolean;
  /** The array's axes as NumPy counts them: without the pair axis of complex numbers. */
  readonly shape: readonly number[];
}

const magic = "\x93NUMPY";
const longestHeader = 1 << 20;
const pieceBytes = 1 << 20;

const unsupported: Readonly<Record<string, string>> = {
  O: "Python objects, which only Python can read",
  U: "text",
  S: "text",
  M: "dates",
  m: "time spans",
  V: "records of several fields",
};

const truncated = (path: string, expected: string, found: number): DataError =>
  new DataError({ path, expected, found: `the end of the file after ${found} bytes`, fix: "Fetch or write it again" });

const take = async (source: ByteSource, count: number, path: string, what: string): Promise<Uint8Array> => {
  const bytes = new Uint8Array(count);
  const got = await source.fill(bytes);
  if (got < count) throw truncated(path, `${count} bytes of ${what}`, got);
  return bytes;
};

/** Reads the header, leaving the source at the first number. @throws DataError for anything but an array of numbers */
export const readNpyHeader = async (source: ByteSource, path: string): Promise<NpyHeader> => {
  const start = await take(source, 8, path, "an NPY header");
  const found = String.fromCharCode(...start.subarray(0, 6));
  if (found !== magic)
    throw new DataError({ path, expected: "an NPY file", found: `one that starts with ${JSON.stringify(found)}` });
  const version = start[6]!;
  if (version < 1 || version > 3)
    throw new DataError({ path, expected: "NPY format version 1, 2 or 3", found: `version ${version}` });
  const lengthBytes = await take(source, version === 1 ? 2 : 4, path, "an NPY header");
  const length = lengthBytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
  if (length > longestHeader)
    throw new DataError({ path, expected: `a header of at most ${longestHeader} bytes`, found: `${length} bytes` });
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(
    await take(source, length, path, "an NPY header"),
  );

  const code = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  // Python 2 wrote sizes as 3L.
  const shapeText = /'shape'\s*:\s*\(([\dL,\s]*)\)/.exec(text)?.[1];
  if (code === undefined && /'descr'\s*:\s*\[/.test(text))
    throw new DataError({
      path,
      expected: "an array of numbers",
      found: "records of named fields",
      fix: "Save one array of numbers, e.g. numpy.lib.recfunctions.structured_to_unstructured(a)",
    });
  if (code === undefined || order === undefined || shapeText === undefined)
    throw new DataError({ path, expected: "descr, fortran_order and shape in the header", found: text.trim() });
  const type = elementType(code);
  if (!type)
    throw new DataError({
      path,
      expected: "an array of numbers",
      found: `${unsupported[code[1] ?? ""] ?? "a type that has no counterpart here"} (NumPy type ${code})`,
      fix: "Convert it in Python with a.astype(numpy.float64) and save it again",
    });
  const shape = shapeText.split(",").flatMap((size) => (size.trim() ? [Number.parseInt(size, 10)] : []));
  return { code, type, fortranOrder: order === "True", shape };
};

/** Fills all of `target` with the next numbers. @throws DataError when the file ends before or a number has no place */
export const readElements = async (
  source: ByteSource,
  type: ElementType,
  target: Elements,
  path: string,
): Promise<void> => {
  const buffer = new Uint8Array(Math.min(pieceBytes, target.length * type.bytes));
  for (let done = 0; done < target.length; ) {
    const wanted = Math.min(buffer.length / type.bytes, target.length - done);
    const bytes = buffer.subarray(0, wanted * type.bytes);
    const got = await source.fill(bytes);
    if (got < bytes.length)
      throw truncated(path, `${target.length * type.bytes} bytes of numbers`, done * type.bytes + got);
    decodeNumbers(type, bytes, target, done, path);
    done += wanted;
  }
};

/** @throws DataError unless the source is at its end */
export const expectEnd = async (source: ByteSource, path: string): Promise<void> => {
  if ((await source.fill(new Uint8Array(1))) > 0)
    throw new DataError({
      path,
      expected: "the end of the file after the last number",
      found: "more bytes",
      fix: "Save one array per file",
    });
};

/** Reads all the numbers that follow a header, in C order for any order of the file. */
export const readNpyData = async (
  source: ByteSource,
  { type, fortranOrder, shape }: NpyHeader,
  path: string,
): Promise<StoredArray> => {
  const data = allocate(type, sizeOf(shape) * type.lanes, path);
  await readElements(source, type, data, path);
  await expectEnd(source, path);
  const ordered = fortranOrder && shape.length > 1 ? toRowMajor(data, type, { shape, lanes: type.lanes, path }) : data;
  const { dtype, lanes } = type;
  const array =
    lanes === 2 ? { dtype, shape: [...shape, 2], data: ordered, complex: true } : { dtype, shape, data: ordered };
  return array as unknown as StoredArray;
};

/** Reads one whole array in the NPY format. */
export const readNpyFrom = async (source: ByteSource, path: string): Promise<StoredArray> =>
  readNpyData(source, await readNpyHeader(source, path), path);

/**
 * Decodes the bytes of an NPY file. Every type of number is read without loss. 8- and 16-bit integers become int32,
 * uint32 and uint64 become int64, float16 becomes float32. Complex numbers become a trailing axis of size 2 (real,
 * imaginary), and `complex` says so.
 * @param name of the file, for errors
 * @throws DataError for damaged bytes and for arrays of anything but numbers
 */
export const decodeNpy = async (bytes: Uint8Array, name: string): Promise<StoredArray> => {
  checkBytes("decodeNpy", bytes);
  return readNpyFrom(byteSource([bytes]), name);
};

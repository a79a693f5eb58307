/** NPY files on disk. */

import { atomicWrite } from "./atomic-write.ts";
import { withSource } from "./bytes.ts";
import { checkMade, checkPath } from "./check-call.ts";
import { readNpyFrom } from "./npy.ts";
import { checkPairs, type StoredArray } from "./stored-array.ts";

/**
 * Reads an NPY file; the element types are the same as for `decodeNpy`.
 * @throws DataError for damaged files and for arrays of anything but numbers
 */
export const readNpy = async (path: string): Promise<StoredArray> => {
  checkPath("readNpy", path);
  return withSource(path, (source) => readNpyFrom(source, path));
};

const codes = { float32: "<f4", float64: "<f8", int32: "<i4", int64: "<i8", bool: "|b1", uint8: "|u1" } as const;

/** An array of bytes, for pixels: tensors have no such element type. */
export interface ByteArray {
  readonly dtype: "uint8";
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** What stands before the numbers of an NPY file. @param code of the element type, such as `<f8` */
export const npyHeaderBytes = (code: string, axes: readonly number[]): Uint8Array => {
  const shape = axes.length === 1 ? `${axes[0]},` : axes.join(", ");
  const text = `{'descr': '${code}', 'fortran_order': False, 'shape': (${shape}), }`;
  // NumPy maps files into memory, so the numbers start at a multiple of 64 bytes.
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const header = new Uint8Array(length).fill(32);
  header.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, (length - 10) & 255, (length - 10) >> 8]);
  header.set(new TextEncoder().encode(text), 10);
  header[length - 1] = 10;
  return header;
};

/** An array as an NPY file, in pieces: what {@link writeNpy} writes. */
export function* npyBytes(array: StoredArray | ByteArray): Generator<Uint8Array> {
  checkMade("npyBytes", array, ["dtype", "shape", "data"], "an array");
  const complex = "complex" in array && array.complex === true;
  if (complex) checkPairs(array);
  const axes = complex ? array.shape.slice(0, -1) : array.shape;
  const code = complex ? (array.dtype === "float32" ? "<c8" : "<c16") : codes[array.dtype];
  yield npyHeaderBytes(code, axes);
  yield new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength);
}

/**
 * Writes an array as an NPY file (version 1, little-endian, C order), atomically. Pairs of an array that is `complex` become
 * complex64 or complex128: see {@link complexArray}.
 * @throws DataError
 */
export const writeNpy = async (path: string, array: StoredArray | ByteArray): Promise<void> => {
  checkPath("writeNpy", path);
  await atomicWrite(path, npyBytes(array));
};

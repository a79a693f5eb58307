/**
 * IDX files, the format of MNIST (LeCun, Cortes & Burges 1998): big-endian numbers of one type and any rank. No Node module
 * is used here.
 */

import { type NdArray, sizeOf } from "@scorefield/tensor";
import { type ByteSource, byteSource } from "./byte-source.ts";
import { checkBytes } from "./check-call.ts";
import { allocate, elementType } from "./elements.ts";
import { DataError } from "./errors.ts";
import { expectEnd, readElements } from "./npy.ts";

const codes: Readonly<Record<number, string>> = { 8: "|u1", 9: "|i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8" };

/**
 * Reads an array in the IDX format from bytes. Integers of 8 and 16 bits become int32.
 * @throws DataError for damaged bytes
 */
export const readIdxFrom = async (source: ByteSource, path: string): Promise<NdArray> => {
  const start = new Uint8Array(4);
  const got = await source.fill(start);
  const code = codes[start[2]!];
  const rank = start[3]!;
  if (got < 4 || start[0] !== 0 || start[1] !== 0 || !code || rank === 0) {
    const hex = [...start.subarray(0, got)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const expected = "an IDX file, which starts with 00 00, a type and the number of axes";
    throw new DataError({ path, expected, found: hex || "an empty file" });
  }
  const sizes = new Uint8Array(4 * rank);
  if ((await source.fill(sizes)) < sizes.length)
    throw new DataError({ path, expected: `the sizes of ${rank} axes`, found: "the end of the file" });
  const view = new DataView(sizes.buffer);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 * axis));
  const type = elementType(code)!;
  const data = allocate(type, sizeOf(shape), path);
  await readElements(source, type, data, path);
  await expectEnd(source, path);
  return { dtype: type.dtype, shape, data } as unknown as NdArray;
};

/**
 * Decodes the bytes of an IDX file, as {@link readIdxFrom}; unpack gzip before.
 * @param name of the file, for errors
 */
export const decodeIdx = async (bytes: Uint8Array, name: string): Promise<NdArray> => {
  checkBytes("decodeIdx", bytes);
  return readIdxFrom(byteSource([bytes]), name);
};

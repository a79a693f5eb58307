/** Flat vectors of parameters as named arrays in the safetensors format, with a checksum. No Node module is used here. */
import type { FlatLayout } from "@scorefield/core";
import { DataError, decodeSafetensors } from "@scorefield/data";
import { type NdArray, ndarray, sizeOf, zeros } from "@scorefield/tensor";
import { CheckpointError } from "../errors.ts";

/** Arrays by name. */
export type Arrays = Record<string, NdArray>;

/** Where each parameter lies in a vector. */
export type Entries = Pick<FlatLayout, "size" | "entries">;

/** The parameters in a vector as arrays named `prefix` and the parameter's name. */
export const splitVector = (vector: NdArray, { entries }: Entries, prefix = ""): Arrays =>
  Object.fromEntries(
    entries.map(({ name, shape, offset }) => {
      const data = (vector.data as Float32Array).subarray(offset, offset + sizeOf(shape));
      return [prefix + name, ndarray(data, shape)];
    }),
  );

/**
 * The vector of arrays named so.
 * @param path names the file in errors
 * @throws CheckpointError for an array that is missing or of another type or shape
 */
export const collectVector = (
  arrays: Readonly<Arrays>,
  { entries, size }: Entries,
  path: string,
  prefix = "",
): NdArray => {
  const vector = zeros([size]);
  for (const { name, shape, offset } of entries) {
    const array = arrays[prefix + name];
    if (array?.dtype !== "float32" || array.shape.join() !== shape.join())
      throw new CheckpointError(
        `${path}: expected ${prefix + name} of float32 [${shape.join(", ")}], as run.json describes the network, found ` +
          `${array ? `${array.dtype} [${array.shape.join(", ")}]` : "no such array"}`,
      );
    vector.data.set((array as NdArray<"float32">).data, offset);
  }
  return vector;
};

/** What a checksum is taken of: names, types, shapes and bytes of all arrays, in the order of their names. */
export function* checkedParts(arrays: Readonly<Arrays>): Generator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  for (const name of Object.keys(arrays).sort()) {
    const { dtype, shape, data } = arrays[name]!;
    yield encoder.encode(`${name}\n${dtype} ${shape.join()}\n`);
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}

/** The content of a file of weights. */
export interface Weights {
  readonly arrays: Readonly<Arrays>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads the bytes of a file of this format, and leaves its checksum to {@link expectChecksum}.
 * @throws CheckpointError when they are damaged, or of another format
 */
export const decodeUnchecked = (format: string, bytes: Uint8Array, path: string): Weights => {
  let content: ReturnType<typeof decodeSafetensors>;
  try {
    content = decodeSafetensors(bytes, path);
  } catch (cause) {
    throw cause instanceof DataError ? new CheckpointError(`damaged checkpoint ${cause.message}`, { cause }) : cause;
  }
  const { arrays, metadata } = content;
  if (metadata.format !== format || !Number.isInteger(Number(metadata.step)))
    throw new CheckpointError(`${path}: expected a checkpoint of format ${format}, found ${metadata.format ?? "none"}`);
  return { arrays, metadata };
};

/** @throws CheckpointError unless the SHA-256 found, in hexadecimal digits, is that which the file states */
export const expectChecksum = ({ metadata }: Weights, found: string, path: string): void => {
  if (found !== metadata.sha256)
    throw new CheckpointError(`damaged checkpoint ${path}: expected the SHA-256 it states, found another content`);
};

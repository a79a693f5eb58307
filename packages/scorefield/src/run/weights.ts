/** Flat vectors of parameters in safetensors files that other tools can read: one array per parameter, and a checksum. */
import { createHash } from "node:crypto";
import type { FlatLayout } from "@scorefield/core";
import { DataError, decodeSafetensors, encodeSafetensors } from "@scorefield/data";
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

const digest = (arrays: Readonly<Arrays>): string => {
  const hash = createHash("sha256");
  for (const name of Object.keys(arrays).sort()) {
    const { dtype, shape, data } = arrays[name]!;
    hash.update(`${name}\n${dtype} ${shape.join()}\n`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
};

/** The bytes of a file of this format, with a checksum of its arrays. */
export const encodeWeights = (format: string, arrays: Arrays, metadata: Readonly<Record<string, string>>): Uint8Array =>
  encodeSafetensors(arrays, { format, ...metadata, sha256: digest(arrays) });

/**
 * Reads the bytes of a file of this format.
 * @throws CheckpointError when they are damaged, or of another format
 */
export const decodeWeights = (
  format: string,
  bytes: Uint8Array,
  path: string,
): { readonly arrays: Readonly<Arrays>; readonly metadata: Readonly<Record<string, string>> } => {
  let content: ReturnType<typeof decodeSafetensors>;
  try {
    content = decodeSafetensors(bytes, path);
  } catch (cause) {
    throw cause instanceof DataError ? new CheckpointError(`damaged checkpoint ${cause.message}`, { cause }) : cause;
  }
  const { arrays, metadata } = content;
  if (metadata.format !== format || !Number.isInteger(Number(metadata.step)))
    throw new CheckpointError(`${path}: expected a checkpoint of format ${format}, found ${metadata.format ?? "none"}`);
  if (digest(arrays) !== metadata.sha256)
    throw new CheckpointError(`damaged checkpoint ${path}: expected the SHA-256 it states, found another content`);
  return { arrays, metadata };
};

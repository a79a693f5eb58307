/** Flat vectors of parameters in safetensors files that other tools can read: one array per parameter, and a checksum. */
import { createHash } from "node:crypto";
import { encodeSafetensors } from "@scorefield/data";
import { type Arrays, checkedParts, decodeUnchecked, expectChecksum, type Weights } from "./weight-arrays.ts";

const digest = (arrays: Readonly<Arrays>): string => {
  const hash = createHash("sha256");
  for (const part of checkedParts(arrays)) hash.update(part);
  return hash.digest("hex");
};

/** The bytes of a file of this format, with a checksum of its arrays. */
export const encodeWeights = (format: string, arrays: Arrays, metadata: Readonly<Record<string, string>>): Uint8Array =>
  encodeSafetensors(arrays, { format, ...metadata, sha256: digest(arrays) });

/**
 * Reads the bytes of a file of this format.
 * @throws CheckpointError when they are damaged, or of another format
 */
export const decodeWeights = (format: string, bytes: Uint8Array, path: string): Weights => {
  const weights = decodeUnchecked(format, bytes, path);
  expectChecksum(weights, digest(weights.arrays), path);
  return weights;
};

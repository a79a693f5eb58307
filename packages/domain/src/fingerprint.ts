/** What tells rows from others. */
import { createHash } from "node:crypto";
import type { FloatType, NdArray } from "@scorefield/tensor";

/** SHA-256 of columns and values, to notice when a file has changed. */
export const fingerprint = (columns: readonly string[], { data }: NdArray<FloatType>): string =>
  createHash("sha256")
    .update(JSON.stringify(columns))
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest("hex");

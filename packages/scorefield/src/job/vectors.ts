/** Flat vectors as contents of a store, in safetensors. */
import { DataError, decodeSafetensors, encodeSafetensors } from "@scorefield/data";
import type { NdArray } from "@scorefield/tensor";
import { JobError } from "./job-error.ts";
import type { Store } from "./store.ts";
import type { Content } from "./work.ts";

/**
 * Keeps vectors under their names.
 * @param options `rounded`: those that 8 binary digits are enough for, in half the bytes
 * @throws as {@link Store.put}
 */
export const putVectors = (
  store: Store,
  vectors: Readonly<Record<string, NdArray>>,
  { rounded = [] }: { readonly rounded?: readonly string[] } = {},
): Promise<Content> => store.put(encodeSafetensors(vectors, {}, { bfloat16: rounded }));

/**
 * Vectors of a file of them.
 * @param names which have to be there
 * @param size of each; default whatever they have
 * @throws JobError for other bytes than such vectors
 */
export const vectorsOf = <const N extends string>(
  bytes: Uint8Array,
  names: readonly N[],
  { size, title }: { readonly size?: number | undefined; readonly title: string },
): Record<N, NdArray> => {
  let found: Readonly<Record<string, NdArray>>;
  try {
    found = decodeSafetensors(bytes, title).arrays;
  } catch (cause) {
    if (!(cause instanceof DataError)) throw cause;
    throw new JobError(`expected vectors in safetensors: ${cause.message}`, { cause });
  }
  for (const name of names) {
    const vector = found[name];
    const isFit =
      vector?.dtype === "float32" && vector.shape.length === 1 && (size ?? vector.shape[0]) === vector.shape[0];
    if (!isFit)
      throw new JobError(
        `${title}: expected the vector ${name} float32[${size ?? "n"}], found ${vector ? `${vector.dtype}[${vector.shape}]` : "none"}; is it of another network?`,
      );
  }
  return found as Record<N, NdArray>;
};

/** Vectors of a store. @throws JobError as {@link vectorsOf}; as {@link Store.get} */
export const getVectors = async <const N extends string>(
  store: Store,
  content: Content,
  names: readonly N[],
  size?: number,
): Promise<Record<N, NdArray>> =>
  vectorsOf(await store.get(content), names, { size, title: `${store.title}: ${content.sha256}` });

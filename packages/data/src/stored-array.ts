/** Arrays as files keep them: with complex numbers, which `NdArray` holds as pairs. No Node module is used here. */
import type { FloatType, NdArray } from "@scorefield/tensor";
import { checkArray } from "./check-call.ts";
import { DataError } from "./errors.ts";

/** An array from a file, or for one. */
export type StoredArray = NdArray & {
  /** Set where the numbers are complex: the trailing axis of size 2 holds (real, imaginary). */
  readonly complex?: true;
};

/**
 * Says of an array of pairs that they are complex numbers, so that writers write them as such; nothing is copied.
 * @param pairs float32 or float64, [..., 2]: (real, imaginary) @throws DataError for other arrays
 */
export const complexArray = <D extends FloatType>(pairs: NdArray<D>): NdArray<D> & { readonly complex: true } => {
  checkArray("complexArray", pairs);
  checkPairs(pairs);
  return { ...pairs, complex: true };
};

/** @throws DataError unless float pairs in a trailing axis of 2 */
export const checkPairs = (
  { dtype, shape }: Pick<NdArray, "shape"> & { readonly dtype: string },
  path?: string,
): void => {
  if ((dtype === "float32" || dtype === "float64") && shape.at(-1) === 2) return;
  throw new DataError({
    path,
    expected: "complex numbers as float32 or float64 with a trailing axis of 2, (real, imaginary)",
    found: `${dtype} of shape [${shape.join(", ")}]`,
  });
};

/** Rows of a set, which is an array [n, ...shape] or a dataset. */
import type { Dataset } from "@scorefield/core";
import { isNdArray, type NdArray, sizeOf, zeros } from "@scorefield/tensor";

/** How many samples a set has, and the shape of one. */
export const shapeOf = (set: NdArray | Dataset): { readonly count: number; readonly shape: readonly number[] } =>
  isNdArray(set) ? { count: set.shape[0] ?? 0, shape: set.shape.slice(1) } : set;

/** These rows, as floats. @param rows numbers below the set's count */
export const rowsOf = async (set: NdArray | Dataset, rows: readonly number[]): Promise<NdArray> => {
  if (!isNdArray(set)) return set.read(rows);
  const size = sizeOf(set.shape.slice(1));
  const picked = zeros([rows.length, ...set.shape.slice(1)], set.dtype === "float64" ? "float64" : "float32");
  for (const [i, row] of rows.entries())
    for (let k = 0; k < size; k++) picked.data[i * size + k] = Number(set.data[row * size + k]);
  return picked;
};

/** All rows; of an array itself. */
export const allRows = async (set: NdArray | Dataset): Promise<NdArray> =>
  isNdArray(set) ? set : set.read(Array.from({ length: set.count }, (_, i) => i));

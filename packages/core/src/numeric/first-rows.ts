import { type NdArray, sizeOf } from "@scorefield/tensor";

/** The first rows of an array [n, ...], all if there are no more, without a copy. */
export const firstRows = (array: NdArray, most: number): NdArray => {
  const [n = 0, ...shape] = array.shape;
  const rows = Math.min(n, most);
  return { ...array, shape: [rows, ...shape], data: array.data.subarray(0, rows * sizeOf(shape)) } as NdArray;
};

import { type FloatType, type NdArray, zeros } from "@scorefield/tensor";

/** A column of rows [n, columns], in their element type. */
export const columnOf = ({ data, dtype, shape: [n = 0, width = 0] }: NdArray<FloatType>, j: number) => {
  const column = zeros([n], dtype).data as Float32Array | Float64Array;
  for (let i = 0; i < n; i++) column[i] = data[i * width + j]!;
  return column;
};

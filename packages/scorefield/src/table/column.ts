import type { FloatType, NdArray } from "@scorefield/tensor";

/** A column of rows [n, columns]. */
export const columnOf = ({ data, shape: [n = 0, width = 0] }: NdArray<FloatType>, j: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => data[i * width + j]!);

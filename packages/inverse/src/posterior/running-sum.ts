import { greaterOrEqual, iota, matmul, type Tensor } from "@scorefield/tensor";

/** Sums of the first 1, 2, ... numbers along the last axis, as a product with a triangle of ones. */
export const runningSum = (x: Tensor): Tensor => {
  const size = x.shape.at(-1)!;
  const index = iota(size);
  const triangle = greaterOrEqual(index.reshape([1, size]), index.reshape([size, 1]));
  return matmul(x, triangle.cast(x.dtype));
};

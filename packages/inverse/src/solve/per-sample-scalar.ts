import { constant, type Tensor } from "@scorefield/tensor";

/**
 * A number for every sample, as a tensor that multiplies x [n, ...].
 * @param value a number, a scalar, or one for each sample [n]
 * @returns [] or [n, 1, ..., 1]
 */
export const perSampleScalar = (value: Tensor | number, x: Tensor): Tensor => {
  if (typeof value === "number") return constant(value, x.dtype);
  return value.rank === 0 ? value : value.reshape([value.shape[0]!, ...x.shape.slice(1).map(() => 1)]);
};

/** Convolutions of which only the part is kept that the sample's edges do not touch. */
import { ArgumentError } from "@scorefield/core";
import { conv, convTranspose, type NdArray, ndarray, type Shape, sizeOf, type Tensor } from "@scorefield/tensor";
import { constantLike } from "../solve/constant-like.ts";
import { circulant } from "./circulant.ts";
import { onGrid } from "./kernels.ts";
import type { LinearParts } from "./linear-operator.ts";

/**
 * y[i] = sum over j of k[j] x[i + m - 1 - j] along the last axes, for a kernel of size m: the size n becomes n - m + 1. The bound of the
 * norm is that of the circular convolution, of which this is a part.
 * @param name of the operator, for errors
 * @throws ArgumentError for a kernel that is larger than the sample
 */
export const validConvolution = (
  name: string,
  input: Shape,
  kernel: NdArray<"float64">,
): Pick<LinearParts, "output" | "apply" | "adjoint" | "normBound"> => {
  const rank = kernel.shape.length;
  const [leading, grid] = [input.slice(0, -rank), input.slice(-rank)];
  if (!kernel.shape.every((size, i) => size <= grid[i]!))
    throw new ArgumentError(
      `${name}: expected a kernel of at most [${grid}], found [${kernel.shape}]; take circular edges`,
    );
  const output = [...leading, ...grid.map((size, i) => size - kernel.shape[i]! + 1)];
  // `conv` does not mirror the kernel.
  const weight = ndarray(kernel.data.toReversed(), [1, 1, ...kernel.shape]);
  const each = (x: Tensor, f: (x: Tensor) => Tensor, shape: Shape): Tensor =>
    f(x.reshape([x.shape[0]! * sizeOf(leading), 1, ...x.shape.slice(-rank)])).reshape([x.shape[0]!, ...shape]);
  return {
    output,
    apply: (x) => each(x, (planes) => conv(planes, constantLike(weight, x)), output),
    adjoint: (y) => each(y, (planes) => convTranspose(planes, constantLike(weight, y)), input),
    normBound: circulant(onGrid(kernel, grid)).gains.reduce((most, gain) => Math.max(most, gain), 0),
  };
};

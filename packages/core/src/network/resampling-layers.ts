/** Halving and doubling the resolution, for any size: halves are rounded up, and doubles are cut to the size wanted. */
import { averagePool, type Shape, type Tensor, upsampleNearest } from "@scorefield/tensor";
import { type Convolution, convolution } from "./convolution.ts";

/**
 * Half the resolution: by a convolution with stride 2, or without one by the mean over pairs along each axis. At an odd
 * size the last element is a pair with itself.
 * @param x [n, c, ...spatial]
 * @returns [n, c', ...spatial / 2], rounded up
 */
export const halveResolution = (strided: Convolution<Tensor> | undefined, x: Tensor): Tensor => {
  if (strided) return convolution(strided, x, 2);
  const odd = x.shape.map((size, axis) => [0, axis > 1 ? size % 2 : 0] as const);
  return averagePool(odd.some(([, more]) => more > 0) ? x.pad(odd, { mode: "edge" }) : x, 2);
};

/**
 * Twice the resolution: every element repeated along each axis, then a convolution (Odena et al. 2016).
 * @param x [n, c, ...spatial]
 * @param size of the result, 2 * spatial or one less along each axis
 */
export const doubleResolution = (parameters: Convolution<Tensor>, x: Tensor, size: Shape): Tensor =>
  convolution(parameters, upsampleNearest(x, 2).slice([null, null, ...size.map((n) => [0, n] as const)]));

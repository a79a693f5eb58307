/** What noise has in common whose numbers are independent. */
import { uniform } from "@scorefield/core";
import { type FloatType, type NdArray, type Tensor, zeros } from "@scorefield/tensor";
import type { NoiseDrawOptions } from "./noise.ts";

/** The sum over the numbers of each sample: [n, ...] to [n]. */
export const sumOfSample = (x: Tensor): Tensor => x.reshape([x.shape[0]!, -1]).sum(1);

/** The mean over the numbers of each sample: [n, ...] to [n]. */
export const meanOfSample = (x: Tensor): Tensor => x.reshape([x.shape[0]!, -1]).mean(1);

/** Draws number by number from uniform numbers in [0, 1). */
export const fromUniform = (
  z: NdArray,
  options: NoiseDrawOptions,
  draw: (z: number, u: number) => number,
): NdArray<FloatType> => {
  const u = uniform(z.shape, { ...options, purpose: "measurement", dtype: "float64" }).data;
  const drawn = zeros(z.shape, z.dtype as FloatType);
  for (let i = 0; i < u.length; i++) drawn.data[i] = draw(Number(z.data[i]), u[i]!);
  return drawn;
};

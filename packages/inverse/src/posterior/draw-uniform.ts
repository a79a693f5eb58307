/** Uniform numbers in traced functions, of the standard normal draws that a sampler is given. */
import type { Tensor } from "@scorefield/tensor";

/** Phi(z) of the first number of each sample: uniform on (0, 1), [n]. */
export const uniformOf = (z: Tensor): Tensor => {
  const first = z
    .reshape([z.shape[0]!, -1])
    .slice([null, [0, 1]])
    .reshape([-1]);
  return first.multiply(Math.SQRT1_2).erf().add(1).multiply(0.5);
};

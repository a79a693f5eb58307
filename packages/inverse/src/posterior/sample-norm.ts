import type { Tensor } from "@scorefield/tensor";

/** |v| of each sample, [n]. Its derivative at 0 is 0. */
export const sampleNorm = (v: Tensor): Tensor => v.reshape([v.shape[0]!, -1]).square().sum(1).add(1e-30).sqrt();

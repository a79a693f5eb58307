import type { Tensor } from "@scorefield/tensor";

/** The sum over the elements of each sample: [n, ...shape] to [n]. */
export const perSample = (values: Tensor): Tensor => values.reshape([values.shape[0]!, -1]).sum(1);

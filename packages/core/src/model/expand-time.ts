import type { Tensor } from "@scorefield/tensor";

/**
 * Times as they broadcast against samples.
 * @param t times, or other numbers for each sample, [n]
 * @param rank of the samples [n, ...shape], batch axis included
 * @returns [n, 1, ..., 1] of that rank
 */
export const expandTime = (t: Tensor, rank: number): Tensor =>
  t.reshape([t.shape[0]!, ...new Array<number>(rank - 1).fill(1)]);

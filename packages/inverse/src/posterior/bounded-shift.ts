/** A limit that no right guidance reaches, for denoisers whose Jacobian is not right. */
import type { Tensor } from "@scorefield/tensor";
import type { LinearOperator } from "../operator/operator.ts";
import { sampleNorm } from "./sample-norm.ts";

/**
 * A shift C A* (A C A* + sigma_y^2 I)^-1 r, of at most the length at which it explains the residual r. For a covariance C it never is
 * longer, |A shift| <= |r|, since the eigenvalues of A C A* (A C A* + sigma_y^2 I)^-1 are between 0 and 1. The Jacobian of a trained
 * network has negative eigenvalues at large noise, and a few steps of the sampler would then diverge.
 * @param shift [n, ...input] @param residual r, [n, ...output]
 */
export const boundedShift = (operator: LinearOperator, shift: Tensor, residual: Tensor): Tensor => {
  const [explained, allowed] = [sampleNorm(operator.apply(shift)), sampleNorm(residual)];
  const share = allowed.divide(explained.add(1e-30)).min(1);
  return shift.multiply(share.reshape([share.shape[0]!, ...shift.shape.slice(1).map(() => 1)]));
};

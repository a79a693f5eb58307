/** How far the scores at different noise levels are from the scores of one density that evolves with the noise. */
import { constant, grad, jvp, type Tensor } from "@scorefield/tensor";
import { exactDivergence, hutchinsonDivergence } from "../model/divergence.ts";
import { expandTime } from "../model/expand-time.ts";
import { perSample } from "../model/per-sample.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { score } from "../model/tweedie.ts";

/**
 * The residual of the score Fokker-Planck equation (Lai et al. 2023, equation 8) for dx = f x dt + g dw,
 *
 *     d s / dt - grad_x [ g^2 / 2 (div s + |s|^2) - f x . s ]
 *
 * times 2 sigma^3 / g^2: the change of sigma s, the predicted noise, per unit of the logarithm of sigma / alpha that is
 * not explained by the field itself. Zero for every exact model.
 * @param x noisy points, [n, ...shape]
 * @param t their times, [n]
 * @param probes directions [n, ...shape] of unit second moment that estimate the divergence. Without them it is exact,
 *   at the cost of one derivative per dimension
 * @returns [n, ...shape]
 */
export const fokkerPlanckResidual = (
  model: ScoreModel,
  x: Tensor,
  t: Tensor,
  probes: readonly Tensor[] = [],
): Tensor => {
  const spread = (values: Tensor): Tensor => expandTime(values, x.rank);
  const { process } = model;
  const halfSquare = process.diffusion(t).square().multiply(0.5);
  const potential = (at: Tensor): Tensor => {
    const field = (point: Tensor): Tensor => score(model, point, t);
    const { value, divergences } =
      probes.length > 0 ? hutchinsonDivergence(field, at, probes) : exactDivergence(field, at);
    const divergence = divergences.reduce((total, each) => total.add(each)).divide(divergences.length);
    const spreading = divergence.add(perSample(value.square())).multiply(halfSquare);
    // Samples do not depend on each other, so the gradient of their sum holds the gradient of each.
    return spreading.subtract(perSample(at.multiply(value)).multiply(process.drift(t))).sum();
  };
  const [, rate] = jvp((time: Tensor) => score(model, x, time), t, constant(1, t.dtype).broadcastTo(t.shape));
  const scale = process.sigma(t).power(3).divide(halfSquare);
  return rate.subtract(grad(potential)(x)).multiply(spread(scale));
};

/** From a noisy point to the data within one step of a sampler: a few steps of a solver, unrolled in its graph. */
import { type ScoreModel, setting } from "@scorefield/core";
import type { Tensor } from "@scorefield/tensor";
import { ratioOf, spread, timeOfRatio } from "../method/level-of.ts";

/** How many steps of it a method takes at each of its levels. */
export const innerStepsSetting = setting.whole({
  least: 1,
  most: 1000,
  default: 5,
  help: "steps of the ODE from each level to the data",
});

/**
 * Solves the reverse process of y = x / alpha from noise r to none, in steps of r^(1 / 7) equal in length (Karras et al. 2022,
 * equation 5), down to the first time of the process and from there to the denoised point. Each step is DPM-Solver++ of order 2 (Lu et
 * al. 2022, algorithm 2 and appendix on SDEs), with h the step of log(1 / r) and h_- the one before:
 *
 *     E = D + (h / 2 h_-) (D - D_-)
 *     y' = E + q (y - E)                                  the probability-flow ODE      q = r' / r
 *     y' = E + q^2 (y - E) + r' sqrt(1 - q^2) z           the reverse SDE
 *
 * @param y points at noise r, [n, ...shape]
 * @param t the times at which sigma / alpha is r, [n]
 * @param noise for the SDE, standard normal draws for all steps but the last, each [n, ...shape]
 * @returns [n, ...shape], without noise
 */
export const innerFlow = (
  model: ScoreModel,
  y: Tensor,
  t: Tensor,
  { steps, noise }: { readonly steps: number; readonly noise?: readonly Tensor[] },
): Tensor => {
  const { process } = model;
  const power = 1 / 7;
  const first = process.sigma(process.times.first) / process.alpha(process.times.first);
  const top = ratioOf(process, t).power(power);
  const bottom = first ** power;
  let [point, r, at] = [y, ratioOf(process, t), t];
  let before: { readonly denoised: Tensor; readonly h: Tensor } | undefined;
  for (let k = 1; k < steps; k++) {
    const denoised = model.denoise(point.multiply(spread(process.alpha(at), y)), at);
    // Never above the level itself, which may be the first already.
    const next = top
      .add(
        top
          .multiply(-1)
          .add(bottom)
          .multiply(k / (steps - 1)),
      )
      .power(7)
      .min(r);
    const h = r.divide(next).log();
    const estimate = before
      ? denoised.add(denoised.subtract(before.denoised).multiply(spread(h.divide(before.h.add(1e-9)).multiply(0.5), y)))
      : denoised;
    const q = spread(next.divide(r), y);
    const z = noise?.[k - 1];
    const left = point.subtract(estimate);
    point = z
      ? estimate
          .add(left.multiply(q.square()))
          .add(spread(next, y).multiply(q.square().multiply(-1).add(1).relu().sqrt()).multiply(z))
      : estimate.add(left.multiply(q));
    before = { denoised, h };
    [r, at] = [next, timeOfRatio(process, next)];
  }
  return model.denoise(point.multiply(spread(process.alpha(at), y)), at);
};

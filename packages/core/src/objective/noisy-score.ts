/** What objectives on the score share: noisy data, the score that a denoiser gives there, and how levels are weighted. */
import { constant, type Tensor } from "@scorefield/tensor";
import { expandTime } from "../model/expand-time.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { score } from "../model/tweedie.ts";
import { choice } from "../part/setting.ts";
import type { Process } from "../process/process.ts";
import { noiseDistributionSetting } from "./noise-distribution.ts";
import type { ObjectiveInputs } from "./objective.ts";

/**
 * How much each noise level counts, as factor of a loss on the score:
 * - `sigma^2`: the scale of the noise, at which all levels count alike (Song & Ermon 2019);
 * - `likelihood`: g(t)^2; with `uniformTimes` a bound on the log-likelihood (Song et al. 2021b);
 * - `none`: 1.
 */
export type ScoreWeighting = "sigma^2" | "likelihood" | "none";

/** Settings of every objective on the score. */
export const scoreMatchingSettings = {
  weighting: choice({
    values: ["sigma^2", "likelihood", "none"],
    default: "sigma^2",
    help: "how much each noise level counts",
  }),
  noiseDistribution: noiseDistributionSetting,
};

/** The factor at times t, [n] or a scalar. */
export const scoreWeight = (weighting: ScoreWeighting, process: Process, t: Tensor): Tensor => {
  switch (weighting) {
    case "sigma^2":
      return process.sigma(t).square();
    case "likelihood":
      return process.diffusion(t).square();
    case "none":
      return constant(1, t.dtype);
  }
};

/** alpha x_0 + sigma z */
export const perturb = (process: Process, { x, t, noise }: ObjectiveInputs): Tensor => {
  const spread = (values: Tensor): Tensor => expandTime(values, x.rank);
  return x.multiply(spread(process.alpha(t))).add(noise.multiply(spread(process.sigma(t))));
};

/** A denoiser in training as a score model for samples like x [n, ...shape]. */
export const noisyModel = (denoise: ScoreModel["denoise"], process: Process, x: Tensor): ScoreModel => ({
  process,
  shape: x.shape.slice(1),
  denoise,
});

/** The score of a denoiser in training at times t, as a field. */
export const scoreField =
  (denoise: ScoreModel["denoise"], process: Process, t: Tensor) =>
  (x: Tensor): Tensor =>
    score(noisyModel(denoise, process, x), x, t);

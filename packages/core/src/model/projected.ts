/** A model whose denoised estimates satisfy a constraint exactly. */
import { type Tensor, where } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { checkPositive } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { checkOptions, type Known } from "../part/check-options.ts";
import { checkModel } from "./check-model.ts";
import { expandTime } from "./expand-time.ts";
import type { ScoreModel } from "./score-model.ts";

/** Options of {@link projected}. */
export interface ProjectedOptions {
  /**
   * Project only where the noise-to-data ratio sigma / alpha is at most this. Default: everywhere. It is for a constraint that
   * bends, such as a circle: a posterior mean lies inside of it, rightly, until the noise is small against its radius.
   */
  readonly below?: number;
}

const known = { below: true } satisfies Known<ProjectedOptions>;

/**
 * Projects every denoised estimate, so that samples whose last step is an estimate satisfy the constraint to rounding.
 * For a linear constraint that all data satisfy this adds no error: the posterior mean satisfies it too, and projection
 * only takes away the network's error. For others it does: see {@link ProjectedOptions.below}.
 * @param project the nearest samples that satisfy the constraint, such as `linearConstraint(...).project`
 * @throws ArgumentError for what is not a model or a function, unknown options, and a ratio that is not positive
 */
export const projected = (
  model: ScoreModel,
  project: (x: Tensor) => Tensor,
  options: ProjectedOptions = {},
): ScoreModel => {
  checkModel("projected", model);
  if (typeof project !== "function")
    throw new ArgumentError(
      `projected: expected a function of points such as linearConstraint(...).project, found ${showValue(project)}`,
    );
  checkOptions("projected", options, known);
  const { below } = options;
  if (below !== undefined) checkPositive("projected below", below);
  const { process } = model;
  return {
    process,
    shape: model.shape,
    ...(model.conditions && { conditions: model.conditions }),
    ...(model.evaluations !== undefined && { evaluations: model.evaluations }),
    denoise: (x, t, given) => {
      const estimate = model.denoise(x, t, given);
      if (below === undefined) return project(estimate);
      const near = expandTime(process.sigma(t).divide(process.alpha(t)).lessOrEqual(below), x.rank);
      return where(near, project(estimate), estimate);
    },
  };
};

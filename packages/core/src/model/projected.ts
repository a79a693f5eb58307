/** A model whose denoised estimates satisfy a constraint exactly. */
import type { Tensor } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { ArgumentError } from "../errors.ts";
import { checkModel } from "./check-model.ts";
import type { ScoreModel } from "./score-model.ts";

/**
 * Projects every denoised estimate, so that samples whose last step is an estimate satisfy the constraint to rounding.
 * For a linear constraint that all data satisfy this adds no error: the posterior mean satisfies it too, and projection
 * only takes away the network's error.
 * @param project the nearest samples that satisfy the constraint, such as `linearConstraint(...).project`
 */
export const projected = (model: ScoreModel, project: (x: Tensor) => Tensor): ScoreModel => {
  checkModel("projected", model);
  if (typeof project !== "function")
    throw new ArgumentError(
      `projected: expected a function of points such as linearConstraint(...).project, found ${showValue(project)}`,
    );
  return {
    process: model.process,
    shape: model.shape,
    ...(model.conditions && { conditions: model.conditions }),
    ...(model.evaluations !== undefined && { evaluations: model.evaluations }),
    denoise: (x, t, given) => project(model.denoise(x, t, given)),
  };
};

/** A guided score as a score model: what a method adds to the prior's denoised point. */
import { type Given, type ScoreModel, scheduleAt } from "@scorefield/core";
import { checkConditionNames } from "@scorefield/core/internal";
import type { Tensor } from "@scorefield/tensor";
import { measuredConditions, measurementName, type Problem, withoutMeasurement } from "./problem.ts";

/** Where a method guides: noisy points, their schedule, and the prior. */
export interface GuidancePoint {
  /** Noisy points, [n, ...shape]. */
  readonly x: Tensor;
  /** Their times, [n]. */
  readonly t: Tensor;
  /** The schedule at t, [n, 1, ...] of the points' rank. */
  readonly alpha: Tensor;
  readonly sigma: Tensor;
  /** The prior's E[x_0 | x_t = x] at these times, [n, ...shape]. */
  denoise(x: Tensor): Tensor;
}

/**
 * The step from the prior's denoised point to the posterior's.
 * @param y measurements, [n, ...operator.output]
 * @returns the prior's denoised point and what is added to it, (sigma^2 / alpha) grad_x log p(y | x_t), both [n, ...shape] in units of
 *   the data
 */
export type Guide = (at: GuidancePoint, y: Tensor) => { readonly denoised: Tensor; readonly shift: Tensor };

/**
 * The model of p(x_t | y): with Tweedie's formula on both sides of posterior score = prior score + likelihood score,
 *
 *     E[x_0 | x_t, y] = E[x_0 | x_t] + (sigma^2 / alpha) grad_x log p(y | x_t)
 *
 * The measurement is a condition, so that one compiled model serves all measurements, also another for each sample. Given none, it is
 * the prior.
 * @param owner in errors
 */
export const guidedModel = (owner: string, problem: Problem, guide: Guide): ScoreModel => {
  const { model } = problem;
  const { process, shape, evaluations } = model;
  const conditions = measuredConditions(problem);
  const guided = (x: Tensor, t: Tensor, given: Given) => {
    const own = withoutMeasurement(given);
    const { alpha, sigma } = scheduleAt(process, t, x);
    const at = { x, t, alpha, sigma, denoise: (point: Tensor) => model.denoise(point, t, own) };
    return { ...guide(at, given[measurementName]!), own, alpha, sigma };
  };
  const plain = (given: Given): boolean => {
    checkConditionNames(owner, { conditions }, Object.keys(given));
    return given[measurementName] === undefined;
  };
  const { score } = model;
  return {
    process,
    shape,
    conditions,
    ...(evaluations !== undefined && { evaluations }),
    denoise: (x, t, given = {}) => {
      if (plain(given)) return model.denoise(x, t, given);
      const { denoised, shift } = guided(x, t, given);
      return denoised.add(shift);
    },
    ...(score && {
      score: (x: Tensor, t: Tensor, given: Given = {}) => {
        if (plain(given)) return score(x, t, given);
        const { shift, own, alpha, sigma } = guided(x, t, given);
        return score(x, t, own).add(shift.multiply(alpha.divide(sigma.square())));
      },
    }),
  };
};

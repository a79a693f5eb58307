/** The learning rate and the moving average over the course of training. */
import { checkCount, checkPositive } from "../check.ts";
import { ArgumentError } from "../errors.ts";

/** The course of the learning rate. */
export interface Schedule {
  /** Steps over which the rate rises linearly from 0, default 100 (at most a tenth of training). */
  readonly warmUp?: number;
  /** How the rate goes on: `cosine` falls to 0 at the end (Loshchilov & Hutter 2017), `constant` stays. Default cosine. */
  readonly decay?: "cosine" | "constant";
}

/** The learning rate of a step (the first is 0) out of `steps`. */
export const learningRateAt = (
  step: number,
  steps: number,
  peak: number,
  { warmUp = Math.min(100, Math.ceil(steps / 10)), decay = "cosine" }: Schedule = {},
): number => {
  if (step < warmUp) return (peak * (step + 1)) / warmUp;
  if (decay === "constant") return peak;
  return (peak / 2) * (1 + Math.cos((Math.PI * (step - warmUp)) / Math.max(1, steps - warmUp)));
};

/**
 * The learning rate of a step (the first is 0) of a training whose number of steps is not known. It follows the share
 * of training done before the step, in [0, 1].
 */
export const learningRateAtShare = (
  step: number,
  share: number,
  peak: number,
  { warmUp, decay = "cosine" }: Schedule = {},
): number => {
  // Over 100 steps, or a tenth of training where that is shorter.
  const risen = warmUp === undefined ? Math.max((step + 1) / 100, 10 * share) : (step + 1) / Math.max(1, warmUp);
  return Math.min(1, risen) * (decay === "constant" ? peak : (peak / 2) * (1 + Math.cos(Math.PI * share)));
};

/** @throws ArgumentError for settings out of range */
export const checkSchedule = (peak: number, { warmUp = 0, decay = "cosine" }: Schedule, name = "train"): void => {
  checkPositive(`${name} learningRate`, peak);
  checkCount(`${name} warmUp`, warmUp);
  if (decay !== "cosine" && decay !== "constant")
    throw new ArgumentError(`${name} decay: expected "cosine" or "constant", found ${decay}`);
};

/**
 * The decay of the average in a step: `decay` in the long run, less at the start so that the random initial values are
 * soon forgotten.
 */
export const averageDecayAt = (step: number, decay: number): number => Math.min(decay, (1 + step) / (10 + step));

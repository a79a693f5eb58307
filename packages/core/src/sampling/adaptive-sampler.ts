/** What a sampler is that chooses the length of its steps: one attempt at a step, with an estimate of its error. */
import type { Tensor } from "@scorefield/tensor";
import type { Clock } from "../integrate/integrate.ts";
import type { Controller } from "../integrate/step-control.ts";
import type { ScoreModel } from "../model/score-model.ts";
import type { Process } from "../process/process.ts";
import type { KindRecipe } from "../recipe.ts";
import type { Sampler, SamplerState } from "./sampler.ts";

/** Where an attempt goes, for each sample separately. */
export interface AttemptTimes {
  /** [n] */
  readonly from: Tensor;
  /** [n], smaller than `from`, or equal to it for a sample that is done, whose result is not used. */
  readonly to: Tensor;
}

/** A state proposed by an attempt. */
export interface Attempt extends SamplerState {
  /** Estimated error in units of the tolerance, [n]: at most 1 where the state is good enough to go on from. */
  readonly error: Tensor;
}

/** A sampler that chooses the length of its steps, for each sample, by an estimate of its error. */
export interface AdaptiveSampler {
  /** Its name and settings, as plain JSON. */
  readonly recipe: KindRecipe;
  /** A quantity that falls with time from noise to data, in which the length of a step is measured. */
  readonly clock: (process: Process) => Clock;
  /** How the error of an attempt gives the length of the next. */
  readonly controller: Controller;
  /** Attempts after which a sample is given up. */
  readonly maxSteps: number;
  /** Whether the last state is replaced by its denoised estimate, with one evaluation more. */
  readonly denoiseLast: boolean;
  /** Evaluations of the model before the first attempt, in {@link AdaptiveSampler.start}. */
  readonly evaluationsToStart: number;
  /** Evaluations of the model in an attempt. */
  readonly evaluationsPerAttempt: number;
  /**
   * Whether an attempt takes noise. For each sample this is the increment of a Brownian motion over the step, with the
   * clock as its time, divided by the root of the step's length. After a failed attempt the motion stays the same.
   */
  readonly stochastic: boolean;
  /**
   * What the first attempt finds carried, tensors [n, ...shape]. After a failed attempt the next finds the same again.
   */
  start(model: ScoreModel, x: Tensor, from: Tensor): readonly Tensor[];
  /** @param noise [n, ...shape], for a method that is not stochastic zeros */
  attempt(model: ScoreModel, state: SamplerState, times: AttemptTimes, noise: Tensor): Attempt;
}

/** Local error allowed. */
export interface Tolerance {
  /** In units of the data. */
  readonly absolute: number;
  /** As a share of the state. */
  readonly relative: number;
}

/**
 * The root mean square over the elements of each sample of error / (absolute + relative max(|a|, |b|)), [n] (Hairer,
 * Norsett & Wanner 1993, equation II.4.11).
 */
export const scaledError = (error: Tensor, a: Tensor, b: Tensor, { absolute, relative }: Tolerance): Tensor =>
  error
    .divide(a.abs().max(b.abs()).multiply(relative).add(absolute))
    .reshape([a.shape[0]!, -1])
    .square()
    .mean(1)
    .sqrt();

/** A sampler of either sort. */
export type AnySampler = Sampler | AdaptiveSampler;

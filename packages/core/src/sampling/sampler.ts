/** What a sampler is: a grid of times and one pure step. The loop exists once, in {@link "./loop.ts"}. */
import type { Tensor } from "@scorefield/tensor";
import type { Bound } from "../model/with-given.ts";
import { checkMade } from "../part/check-options.ts";
import { checkProcess } from "../process/check-process.ts";
import type { Process } from "../process/process.ts";
import type { KindRecipe } from "../recipe.ts";

/** What goes from step to step: the samples, and what a method carries besides them. */
export interface SamplerState {
  /** [n, ...shape] */
  readonly x: Tensor;
  /** {@link Sampler.carries} tensors [n, ...shape]; zeros before the first step. */
  readonly carried: readonly Tensor[];
}

/** The times of a step, each [n] with all entries equal. */
export interface StepTimes {
  readonly from: Tensor;
  /** The next time, smaller than `from`, or equal to it for a chain that stays at a time. */
  readonly to: Tensor;
  /**
   * Times of the grid before `from`, the latest first. Their number is what the sampler remembers, or fewer if fewer
   * steps were taken since the start or the last restart.
   */
  readonly before: readonly Tensor[];
}

/** A sampler with a grid of times: data, and one pure step. */
export interface Sampler {
  /** Its name and settings, as plain JSON. */
  readonly recipe: KindRecipe;
  /** Times from noise to data, at least one. Strictly falling, unless the sampler is a chain that stays at a time. */
  grid(process: Process): readonly number[];
  /** Whether times of the grid may repeat, and the first need not be the process's last: Langevin chains. Default no. */
  readonly chain?: boolean;
  /**
   * Whether times of the grid may rise. From a time to a later one the loop adds the noise between the two, without the
   * sampler, and forgets what was carried: restart sampling. Default no.
   */
  readonly restarts?: boolean;
  /** Whether the last state is replaced by its denoised estimate, with one evaluation more. */
  readonly denoiseLast: boolean;
  /** Evaluations of the model in one step. */
  readonly evaluationsPerStep: number;
  /** The latest time at which a step from a time evaluates the model, where that is later: churn. Default the time itself. */
  reach?(process: Process, from: number): number;
  /** Standard normal draws of a sample's shape that a step takes; 0 for a deterministic method. */
  readonly noises: number;
  /** Tensors of a sample's shape carried from step to step besides x: past estimates, momentum. */
  readonly carries: number;
  /**
   * What the carried tensors estimate, at the times before: the data, E[x_0 | x], or the noise, E[z | x]. It lets a
   * corrector move x between two steps. Left out where nothing is carried, or something else.
   */
  readonly remembers?: "denoised" | "noise";
  /** Times before the current one that a step looks at. The first steps of a multistep method find fewer. */
  readonly memory: number;
  /**
   * One step.
   * @param model with its conditions given already
   * @param noise {@link Sampler.noises} standard normal draws [n, ...shape]
   */
  step(model: Bound, state: SamplerState, times: StepTimes, noise: readonly Tensor[]): SamplerState;
}

/** The parts of a sampler that steps from x and one time to the next, without carrying anything. */
export interface OneStep extends Omit<Sampler, "step" | "carries" | "memory"> {
  step(model: Bound, x: Tensor, from: Tensor, to: Tensor, noise: readonly Tensor[]): Tensor;
}

/** A sampler that carries nothing besides x. */
export const oneStep = ({ step, ...sampler }: OneStep): Sampler => ({
  ...sampler,
  carries: 0,
  memory: 0,
  step: (model, { x }, { from, to }, noise) => ({ x: step(model, x, from, to, noise), carried: [] }),
});

/**
 * How often a sampler evaluates the model to make a sample.
 * @throws ArgumentError for a value that is not a sampler with a grid, or not a process
 */
export const evaluations = (sampler: Sampler, process: Process): number => {
  checkMade("evaluations sampler", sampler, ["grid", "evaluationsPerStep"], "a sampler with a grid, such as heun()");
  checkProcess("evaluations", process);
  const grid = sampler.grid(process);
  const rises = grid.filter((t, k) => k > 0 && t > grid[k - 1]!).length;
  return (grid.length - 1 - rises) * sampler.evaluationsPerStep + (sampler.denoiseLast ? 1 : 0);
};

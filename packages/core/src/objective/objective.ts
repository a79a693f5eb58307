/** What training minimises. */
import type { Tensor, Tensors } from "@scorefield/tensor";
import type { Parameters } from "../network/network.ts";
import type { Process } from "../process/process.ts";
import type { KindRecipe } from "../recipe.ts";
import type { NoiseDistribution } from "./noise-distribution.ts";

/** What an objective is given of a batch. */
export interface ObjectiveInputs<T = Tensor> {
  /** Clean data, [n, ...shape]. */
  readonly x: T;
  /** Times, [n]. */
  readonly t: T;
  /** Standard normal draws, [n, ...shape]. */
  readonly noise: T;
  /** {@link Objective.probes} more standard normal draws [n, ...shape]. */
  readonly probes?: readonly T[];
}

/** A loss to minimise, and the distribution of noise that it is taken at. */
export interface Objective {
  readonly recipe: KindRecipe;
  readonly noiseDistribution: NoiseDistribution;
  /** Random directions that the loss looks along, default 0. */
  readonly probes?: number;
  /**
   * Fresh values of parameters that the objective itself has, deterministic by seed. They are learnt along with the
   * network's and are no part of the model.
   */
  initialise?(seed: number): Parameters;
  /**
   * The loss of a batch, a scalar: the mean over samples and elements.
   * @param denoise the model being trained: noisy data [n, ...shape] and times [n] to estimates of the data
   * @param parameters the tree of {@link Objective.initialise}, as tensors, for an objective that has some
   */
  loss(
    denoise: (x: Tensor, t: Tensor) => Tensor,
    process: Process,
    inputs: ObjectiveInputs,
    parameters?: Tensors,
  ): Tensor;
}

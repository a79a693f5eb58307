/** What trees and linear models are told of the rows that they learn from. */
import type { Known } from "@scorefield/core/internal";
import type { PredictionObjective } from "./losses.ts";

/** Options of all models that predict. */
export interface PredictionOptions {
  /** `binary`: labels 0 and 1. `classes`: labels 0 to classes - 1. `squares`: numbers. Default `binary`. */
  readonly objective?: PredictionObjective;
  /** Of the objective `classes`: how many, default one more than the largest label. */
  readonly classes?: number;
  /** Levels of each column, [d]: its cells are codes from 0. A column of numbers has 0. Default: all are numbers. */
  readonly categories?: readonly number[] | undefined;
  /** How much each row counts, [n], at least 0. Default 1 each. */
  readonly sampleWeights?: ArrayLike<number> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The names of {@link PredictionOptions}. */
export const predictionOptions = {
  objective: true,
  classes: true,
  categories: true,
  sampleWeights: true,
  signal: true,
} satisfies Known<PredictionOptions>;

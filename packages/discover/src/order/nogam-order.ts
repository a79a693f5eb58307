import { checkOptions, checkPositive, checkWhole, type Known, type Rows } from "@scorefield/core/internal";
import type { Observations } from "../graph/observations.ts";
import { crossFitted, type RegressionSettings } from "./kernel-regression.ts";
import { type CausalOrder, type OrderOptions, orderOptions, orderTask, peelLeaves } from "./peel.ts";
import { standardised, takeColumns } from "./standard-columns.ts";
import { type SteinOptions, steinOfRows, usualRidge } from "./stein.ts";

/** Options of {@link noGamOrder}. */
export interface NoGamOrderOptions extends OrderOptions, Pick<SteinOptions, "ridge"> {
  /** Rows that span the functions of its regressions. Default 100. */
  readonly landmarks?: number;
}

const known = { ...orderOptions, ridge: true, landmarks: true } satisfies Known<NoGamOrderOptions>;

const errorOfScore = (rows: Rows, score: Float64Array, at: number, settings: RegressionSettings): number => {
  const { n, d, data } = rows;
  const own = Float64Array.from({ length: n }, (_, i) => data[i * d + at]!);
  const others = Array.from({ length: d }, (_, j) => j).filter((j) => j !== at);
  const explained = crossFitted(takeColumns(rows, others), own, settings);
  const residual = standardised(own.map((value, i) => value - explained[i]!));
  const target = standardised(Float64Array.from({ length: n }, (_, i) => score[i * d + at]!));
  if (!residual || !target) return Number.POSITIVE_INFINITY;
  const predicted = crossFitted({ n, d: 1, data: residual }, target, settings);
  return predicted.reduce((sum, value, i) => sum + (value - target[i]!) ** 2, 0) / n;
};

/**
 * Orders variables by the score function, for noise of any distribution: NoGAM (Montagna et al. 2023, algorithm 1). The residual
 * of a leaf given all others is its noise, and its score is a function of that noise alone. So the variable whose score is best
 * predicted from its residual is taken off. The error is counted as a share of the score's variance.
 *
 *     const { order } = await noGamOrder(observations, { signal });
 *
 * Rows with a target are left out, and columns are standardised.
 * @throws ArgumentError for observations or options that do not fit; the signal's reason when aborted
 */
export const noGamOrder = async (observations: Observations, options: NoGamOrderOptions = {}): Promise<CausalOrder> => {
  checkOptions("noGamOrder", options, known);
  const { ridge = usualRidge, landmarks = 100, seed = 0, signal } = options;
  checkPositive("noGamOrder ridge", ridge);
  checkWhole("noGamOrder landmarks", landmarks);
  const task = orderTask("noGamOrder", observations, options);
  const settings = { landmarks, ridge: 1e-3, folds: 5, seed };
  return peelLeaves(
    task,
    (left) => {
      const rows = takeColumns(task.columns.rows, left);
      const { score } = steinOfRows(rows, { ridge });
      return left.map((_, at) => {
        signal?.throwIfAborted();
        return errorOfScore(rows, score, at, settings);
      });
    },
    options,
  );
};

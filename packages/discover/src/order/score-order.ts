import { checkOptions, checkPositive, type Known } from "@scorefield/core/internal";
import type { Observations } from "../graph/observations.ts";
import { type CausalOrder, type OrderOptions, orderOptions, orderTask, peelLeaves } from "./peel.ts";
import { takeColumns } from "./standard-columns.ts";
import { type SteinOptions, steinOfRows, usualRidge } from "./stein.ts";

/** Options of {@link scoreOrder}. */
export interface ScoreOrderOptions extends OrderOptions, Pick<SteinOptions, "ridge"> {}

const known = { ...orderOptions, ridge: true } satisfies Known<ScoreOrderOptions>;

/** The variance of each column of [n, d]. */
export const columnVariances = (values: ArrayLike<number>, n: number, d: number): Float64Array => {
  const [sums, squares] = [new Float64Array(d), new Float64Array(d)];
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) sums[j]! += values[i * d + j]! / n;
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) squares[j]! += (values[i * d + j]! - sums[j]!) ** 2 / n;
  return squares;
};

/**
 * Orders variables by the score function: SCORE (Rolland et al. 2022, algorithm 1). Where noise is additive and Gaussian, the
 * entry d^2 log p / d x_j^2 is the same everywhere exactly for a leaf j that no other variable depends on by a curve. The
 * variable whose entry varies least is taken off, and the rest is looked at again. Linear effects leave no trace in it.
 *
 *     const { order } = await scoreOrder(observations, { signal });
 *
 * Rows with a target are left out, and columns are standardised. 1,000 rows of d variables take about d seconds.
 * @throws ArgumentError for observations or options that do not fit; the signal's reason when aborted
 */
export const scoreOrder = async (observations: Observations, options: ScoreOrderOptions = {}): Promise<CausalOrder> => {
  checkOptions("scoreOrder", options, known);
  const { ridge = usualRidge } = options;
  checkPositive("scoreOrder ridge", ridge);
  const task = orderTask("scoreOrder", observations, options);
  const { rows } = task.columns;
  return peelLeaves(
    task,
    (left) => columnVariances(steinOfRows(takeColumns(rows, left), { ridge }).jacobianDiagonal, rows.n, left.length),
    options,
  );
};

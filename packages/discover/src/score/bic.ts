/** The Bayesian information criterion of linear Gaussian graphs, and of mixed ones. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions, type Known } from "@scorefield/core/internal";
import { showValue } from "@scorefield/tensor/internal";
import type { Observations } from "../graph/observations.ts";
import { additionPivots, leastPivot, logPivots, subsetPivots } from "./cholesky.ts";
import { type CovarianceTable, momentsOf } from "./moments.ts";
import { remembering, type Score } from "./score.ts";

export interface BicOptions {
  /** Price of a parameter, in units of log(rows) / 2. Higher ones give sparser graphs. Positive, default 1. */
  readonly penalty?: number;
  /**
   * Gamma of the extended criterion (Chen & Chen 2008): each parent costs gamma log(variables) more. For many variables and few rows;
   * 0 to 1, default 0.
   */
  readonly extended?: number;
}

const known = { penalty: true, extended: true } satisfies Known<BicOptions>;

/**
 * The log-likelihood of a linear Gaussian graph at its best parameters, less `penalty` log(rows) / 2 for each parameter (Schwarz 1978;
 * Geiger & Heckerman 1994). Columns are standardised first, so that units change nothing.
 *
 * Categories take part as columns of 0 and 1 for each level but the first, as if they were Gaussian: the degenerate Gaussian score
 * (Andrews, Ramsey & Cooper 2019). A conditional Gaussian score would fit a regression for each combination of levels, needs rows for
 * every one, and differs between graphs that no data can tell apart; this one is equal in a class and needs the covariance alone.
 *
 * Rows in which a variable was set from outside are left out of its local score (Cooper & Yoo 1999; Hauser & Buhlmann 2012).
 * A variable that is a linear function of others keeps 1e-10 of its variance. As many parents as rows have a score of -Infinity.
 * @param data observations, or a covariance with the rows that it stands for
 * @throws ArgumentError for values that are not finite, fewer than 2 rows that a variable can use, and options out of range
 */
export const bic = (data: Observations | CovarianceTable, options: BicOptions = {}): Score => {
  checkOptions("bic", options, known);
  const { penalty = 1, extended = 0 } = options;
  if (!(penalty > 0 && Number.isFinite(penalty)))
    throw new ArgumentError(`bic penalty: expected a positive number, found ${showValue(penalty)}`);
  if (!(extended >= 0 && extended <= 1))
    throw new ArgumentError(`bic extended: expected a number from 0 to 1, found ${showValue(extended)}`);
  const moments = momentsOf("bic", data);
  const { names, shown, rows, targets, width, blocks } = moments;
  const perEdge = extended * Math.log(names.length);
  const price = (used: number) => (penalty * Math.log(used)) / 2;
  const local = (variable: number, parents: readonly number[]): number => {
    const { covariance, rows: used } = moments.of(variable);
    const own = blocks[variable]!;
    const columns = parents.flatMap((parent) => blocks[parent]!);
    const p = columns.length;
    const q = own.length;
    for (const column of own) columns.push(column);
    const [, residual] = logPivots(covariance, width, columns, p, leastPivot);
    // With so many parents the likelihood has no maximum.
    if (p + q >= used) return Number.NEGATIVE_INFINITY;
    const fit = -(used / 2) * (residual + q * (1 + Math.log(2 * Math.PI)));
    return fit - price(used) * (q * p + (q * (q + 1)) / 2 + q) - perEdge * q * p;
  };
  const remembered = remembering(names.length, local);
  const score: Score = { kind: "bic", names, shown, rows, targets, equivalent: true, local: remembered };
  if (blocks.some((block) => block.length > 1)) return score;
  /** The score of a number with so many parents, by the logarithm of what they leave of its variance. */
  const value = (used: number, size: number, residual: number): number =>
    size + 1 >= used
      ? Number.NEGATIVE_INFINITY
      : -(used / 2) * (residual + 1 + Math.log(2 * Math.PI)) - price(used) * (size + 2) - perEdge * size;
  return {
    ...score,
    table: (variable, candidates) => {
      const { covariance, rows: used } = moments.of(variable);
      const table = new Float64Array(2 ** candidates.length);
      subsetPivots(covariance, width, variable, candidates, leastPivot, (mask, size, _, residual) => {
        table[mask] = value(used, size, residual);
      });
      return table;
    },
    additions: (variable, parents) => {
      const { covariance, rows: used } = moments.of(variable);
      const sorted = [...parents].sort((a, b) => a - b);
      const { residuals } = additionPivots(covariance, width, variable, sorted, leastPivot);
      const scores = residuals.map((residual) => value(used, parents.length + 1, residual));
      const own = remembered(variable, parents);
      for (const at of [variable, ...parents]) scores[at] = own;
      return scores;
    },
  };
};

/** The Bayesian score of linear Gaussian graphs. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions, checkPositive, type Known, logGamma } from "@scorefield/core/internal";
import { showValue } from "@scorefield/tensor/internal";
import type { Observations } from "../graph/observations.ts";
import { additionPivots, logPivots, subsetPivots } from "./cholesky.ts";
import { type CovarianceTable, momentsOf } from "./moments.ts";
import { remembering, type Score } from "./score.ts";

export interface BgeOptions {
  /** alpha_mu: rows that the prior of the mean is worth. Positive, default 1. */
  readonly meanWeight?: number;
  /** alpha_w: degrees of freedom of the prior of the precision; above the number of variables + 1. Default variables + meanWeight + 1. */
  readonly freedom?: number;
}

const known = { meanWeight: true, freedom: true } satisfies Known<BgeOptions>;

/** Pivots are at least t of the prior; a floor that is never reached. */
const floor = Number.MIN_VALUE;

/**
 * The marginal likelihood of a linear Gaussian graph under a normal-Wishart prior, BGe (Geiger & Heckerman 2002, corrected by Kuipers,
 * Moffa & Heckerman 2014). The prior's matrix is t I with t = alpha_mu (alpha_w - n - 1) / (alpha_mu + 1) and
 * its mean is 0, both in units of standardised columns, so that units change nothing.
 *
 * Rows in which a variable was set from outside are left out of its local score.
 * @param data observations, or a covariance with the rows that it stands for
 * @throws ArgumentError for categories, for values that are not finite, and for options out of range
 */
export const bge = (data: Observations | CovarianceTable, options: BgeOptions = {}): Score => {
  checkOptions("bge", options, known);
  const { meanWeight = 1 } = options;
  checkPositive("bge meanWeight", meanWeight);
  const moments = momentsOf("bge", data);
  if ("categories" in data && data.categories?.some((levels) => levels > 0))
    throw new ArgumentError(
      "bge: expected numbers, found categories; use bic, which takes both, or bdeu for categories",
    );
  const { names, shown, rows, targets, width } = moments;
  const d = names.length;
  const { freedom = d + meanWeight + 1 } = options;
  if (!(freedom > d + 1 && Number.isFinite(freedom)))
    throw new ArgumentError(`bge freedom: expected a number above ${d + 1}, found ${showValue(freedom)}`);
  const spare = freedom - d;
  const scale = (meanWeight * (spare - 1)) / (meanWeight + 1);

  /** The matrix R of Kuipers et al. 2014, by the rows that a variable can use. */
  const kept = new Map<object, Float64Array>();
  const posterior = (variable: number) => {
    const local = moments.of(variable);
    let matrix = kept.get(local);
    if (!matrix) {
      const { rows: n, mean, covariance } = local;
      const pull = (n * meanWeight) / (n + meanWeight);
      matrix = covariance.map((value, k) => {
        const [a, b] = [Math.floor(k / width), k % width];
        return n * value + pull * mean[a]! * mean[b]! + (a === b ? scale : 0);
      });
      kept.set(local, matrix);
    }
    return { matrix, n: local.rows };
  };

  /** A local score by the number of parents and both log-determinants. */
  const value = (n: number, p: number, logParents: number, logResidual: number): number => {
    const after = n + spare + p;
    return (
      Math.log(meanWeight / (n + meanWeight)) / 2 +
      logGamma((after + 1) / 2) -
      logGamma((spare + p + 1) / 2) -
      (n / 2) * Math.log(Math.PI) +
      ((spare + 2 * p + 1) / 2) * Math.log(scale) -
      ((after + 1) / 2) * (logParents + logResidual) +
      (after / 2) * logParents
    );
  };
  const local = (variable: number, parents: readonly number[]): number => {
    const { matrix, n } = posterior(variable);
    const [first, rest] = logPivots(matrix, width, [...parents, variable], parents.length, floor);
    return value(n, parents.length, first, rest);
  };
  const remembered = remembering(d, local);
  return {
    kind: "bge",
    names,
    shown,
    rows,
    targets,
    equivalent: true,
    local: remembered,
    table: (variable, candidates) => {
      const { matrix, n } = posterior(variable);
      const table = new Float64Array(2 ** candidates.length);
      subsetPivots(matrix, width, variable, candidates, floor, (mask, size, logParents, logResidual) => {
        table[mask] = value(n, size, logParents, logResidual);
      });
      return table;
    },
    additions: (variable, parents) => {
      const { matrix, n } = posterior(variable);
      const sorted = [...parents].sort((a, b) => a - b);
      const { logDeterminant, pivots, residuals } = additionPivots(matrix, width, variable, sorted, floor);
      const scores = residuals.map((residual, other) =>
        value(n, parents.length + 1, logDeterminant + pivots[other]!, residual),
      );
      const own = remembered(variable, parents);
      for (const at of [variable, ...parents]) scores[at] = own;
      return scores;
    },
  };
};

/** The Bayesian information criterion of graphs whose effects are smooth curves. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions, type Known } from "@scorefield/core/internal";
import { showValue } from "@scorefield/tensor/internal";
import type { Observations } from "../graph/observations.ts";
import { leastPivot, logPivots } from "./cholesky.ts";
import { columnsOf } from "./columns.ts";
import { momentsOfColumns, standardised } from "./moments.ts";
import { remembering, type Score } from "./score.ts";
import { knotCounts, splineBasis } from "./spline-basis.ts";

export interface AdditiveBicOptions {
  /** Knots of each curve, 3 to 7: it has as many parameters less one. Default 5. */
  readonly knots?: number;
  /** Price of a parameter, in units of log(rows) / 2. Positive, default 1. */
  readonly penalty?: number;
}

const known = { knots: true, penalty: true } satisfies Known<AdditiveBicOptions>;

/**
 * The log-likelihood of x_j = sum of f_ij(x_i) + Gaussian noise, f natural cubic splines, less `penalty` log(rows) / 2 for each parameter: an
 * additive model, scored as in CAM (Buhlmann, Peters & Ernest 2014). Where effects are curved, graphs of one class differ in it, so that it
 * directs edges that bic leaves open. Where they are straight it is no better than bic, and its directions mean little.
 *
 * exactSearch, hillClimb and edgeProbabilities take it; ges, which walks over classes, does not. Columns are standardised first. A category
 * is refused. Rows in which a variable was set from outside are left out of its local score.
 * @throws ArgumentError for categories, for values that are not finite, and for options out of range
 */
export const additiveBic = (observations: Observations, options: AdditiveBicOptions = {}): Score => {
  checkOptions("additiveBic", options, known);
  const { knots = 5, penalty = 1 } = options;
  if (!knotCounts.includes(knots))
    throw new ArgumentError(`additiveBic knots: expected one of ${knotCounts.join(", ")}, found ${showValue(knots)}`);
  if (!(penalty > 0 && Number.isFinite(penalty)))
    throw new ArgumentError(`additiveBic penalty: expected a positive number, found ${showValue(penalty)}`);
  const table = columnsOf("additiveBic", observations);
  const { names, shown, rows, levels, targets } = table;
  const category = levels.findIndex((count) => count > 0);
  if (category >= 0)
    throw new ArgumentError(`additiveBic: expected numbers, found categories of ${names[category]}; bic takes both`);
  const columns: Float64Array[] = [];
  /** The functions of each variable; the first is the variable itself. */
  const curves = table.columns.map((column) => {
    const plain = standardised(column);
    const isFlat = plain.every((value) => value === 0);
    return (isFlat ? [plain] : splineBasis(plain, knots)).map((curve) => columns.push(standardised(curve)) - 1);
  });
  const width = columns.length;
  const moments = momentsOfColumns("additiveBic", table, columns);
  const local = (variable: number, parents: readonly number[]): number => {
    const { covariance, rows: used } = moments(variable);
    const part = parents.flatMap((parent) => curves[parent]!);
    const p = part.length;
    if (p + 1 >= used) return Number.NEGATIVE_INFINITY;
    part.push(curves[variable]![0]!);
    const [, residual] = logPivots(covariance, width, part, p, leastPivot);
    return -(used / 2) * (residual + 1 + Math.log(2 * Math.PI)) - ((penalty * Math.log(used)) / 2) * (p + 2);
  };
  return {
    kind: "additiveBic",
    names,
    shown,
    rows,
    targets,
    equivalent: false,
    local: remembering(names.length, local),
  };
};

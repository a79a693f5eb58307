/** Draws of the parameters of a linear Gaussian graph given rows. */
import { ArgumentError } from "@scorefield/core";
import { leastPivot } from "../score/cholesky.ts";
import type { Moments } from "../score/moments.ts";

/** A regression of a variable on its parents, in units of standardised columns. */
export interface Regression {
  readonly parents: readonly number[];
  /** The variable's mean over the rows that it can use, and its parents'. */
  readonly mean: number;
  readonly parentMeans: readonly number[];
  readonly slopes: Float64Array;
  /** Rows less parameters. */
  readonly freedom: number;
  readonly rows: number;
  /** Sum of the squares of what is left. */
  readonly squares: number;
  /** Cholesky factor of the parents' covariance, [p, p] by rows, lower. */
  readonly factor: Float64Array;
}

/**
 * Least squares of a variable on its parents.
 * @throws ArgumentError unless there are more rows than parameters
 */
export const regress = (name: string, moments: Moments, variable: number, parents: readonly number[]): Regression => {
  const { covariance, mean, rows } = moments.of(variable);
  const { width } = moments;
  const p = parents.length;
  const freedom = rows - p - 1;
  if (freedom < 1)
    throw new ArgumentError(
      `${name}: expected more rows than causes of ${moments.names[variable]}, found ${rows} rows and ${p} causes`,
    );
  const factor = new Float64Array(p * p);
  const reduced = new Float64Array(p);
  let left = covariance[variable * width + variable]!;
  for (let i = 0; i < p; i++) {
    const row = parents[i]! * width;
    for (let j = 0; j <= i; j++) {
      let sum = covariance[row + parents[j]!]!;
      for (let k = 0; k < j; k++) sum -= factor[i * p + k]! * factor[j * p + k]!;
      factor[i * p + j] = i === j ? Math.sqrt(Math.max(sum, leastPivot)) : sum / factor[j * p + j]!;
    }
    let shared = covariance[row + variable]!;
    for (let k = 0; k < i; k++) shared -= factor[i * p + k]! * reduced[k]!;
    reduced[i] = shared / factor[i * p + i]!;
    left -= reduced[i]! ** 2;
  }
  return {
    parents,
    mean: mean[variable]!,
    parentMeans: parents.map((parent) => mean[parent]!),
    slopes: backwards(factor, reduced),
    freedom,
    rows,
    squares: rows * Math.max(left, 0),
    factor,
  };
};

/** The x of L^T x = y for a lower factor. */
const backwards = (factor: Float64Array, right: Float64Array): Float64Array => {
  const p = right.length;
  const x = right.slice();
  for (let i = p - 1; i >= 0; i--) {
    for (let k = i + 1; k < p; k++) x[i]! -= factor[k * p + i]! * x[k]!;
    x[i]! /= factor[i * p + i]!;
  }
  return x;
};

/** Normal draws by Box and Muller's method (1958), from uniform ones. */
const gaussianFrom = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** A draw from the gamma distribution (Marsaglia & Tsang 2000). */
const gammaFrom = (shape: number, random: () => number): number => {
  if (shape < 1) return gammaFrom(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const z = gaussianFrom(random);
    const v = (1 + c * z) ** 3;
    if (v > 0 && Math.log(1 - random()) < (z * z) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
};

/** A draw of a regression's parameters. */
export interface RegressionDraw {
  readonly mean: number;
  readonly slopes: Float64Array;
  readonly deviation: number;
  /** Standard normal, for the noise of a row. */
  readonly noise: number;
}

/** From the posterior under the prior 1 / sigma^2 (Gelman et al. 2013, section 14.2). */
export const drawRegression = (regression: Regression, random: () => number): RegressionDraw => {
  const { mean, slopes, freedom, rows, squares, factor } = regression;
  const deviation = Math.sqrt(squares / (2 * gammaFrom(freedom / 2, random)));
  const scale = deviation / Math.sqrt(rows);
  const z = slopes.map(() => gaussianFrom(random));
  const moved = backwards(factor, z);
  return {
    mean: mean + scale * gaussianFrom(random),
    slopes: slopes.map((slope, i) => slope + scale * moved[i]!),
    deviation,
    noise: gaussianFrom(random),
  };
};

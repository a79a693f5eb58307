/** The posterior of a mixture of Gaussians under linear measurements, in closed form. */
import { ArgumentError, type GaussianComponent, type Mixture } from "@scorefield/core";
import { cholesky } from "../solve/cholesky.ts";
import { transposed } from "../solve/transposed.ts";

/**
 * A component N(m, C) of the prior, with y = A x + N(0, sigma^2 I). Its posterior has another mean for every y, and one covariance for
 * all (Bishop 2006, equations 2.113 to 2.117):
 *
 *     mean = m + G (y - A m)      G = C A^T S^-1      covariance = C - G A C      S = A C A^T + sigma^2 I
 *     log weight = log pi + log N(y; A m, S) + constant
 */
export interface ComponentPosterior {
  readonly logPrior: number;
  /** m, [d], and A m, [m]. */
  readonly mean: Float64Array;
  readonly measured: Float64Array;
  /** G, row-major [d, m]. */
  readonly gain: Float64Array;
  /** W with W^T W = S^-1, row-major lower triangular [m, m], and log det S. */
  readonly whitening: Float64Array;
  readonly logDeterminant: number;
  /** Row-major [d, d]. */
  readonly covariance: Float64Array;
}

/** C, row-major [d, d]. */
const covarianceOf = ({ variances, basis }: GaussianComponent): Float64Array => {
  const d = variances.length;
  const c = new Float64Array(d * d);
  if (!basis) for (let i = 0; i < d; i++) c[i * d + i] = variances[i]!;
  else
    for (let i = 0; i < d; i++)
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let k = 0; k < d; k++) sum += basis[i * d + k]! * variances[k]! * basis[j * d + k]!;
        c[i * d + j] = c[j * d + i] = sum;
      }
  return c;
};

/** @param matrix A, row-major [m, d] @param sigma deviation of the noise */
const componentPosterior = (
  component: GaussianComponent,
  weight: number,
  matrix: Float64Array,
  sigma: number,
): ComponentPosterior => {
  const { mean } = component;
  const d = mean.length;
  const m = matrix.length / d;
  const c = covarianceOf(component);
  const measured = new Float64Array(m);
  // A C, [m, d]
  const product = new Float64Array(m * d);
  for (let i = 0; i < m; i++)
    for (let k = 0; k < d; k++) {
      const a = matrix[i * d + k]!;
      if (a === 0) continue;
      measured[i]! += a * mean[k]!;
      for (let j = 0; j < d; j++) product[i * d + j]! += a * c[k * d + j]!;
    }
  const s = new Float64Array(m * m);
  for (let i = 0; i < m; i++)
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? sigma ** 2 : 0;
      for (let k = 0; k < d; k++) sum += product[i * d + k]! * matrix[j * d + k]!;
      s[i * m + j] = s[j * m + i] = sum;
    }
  const root = cholesky(s, m);
  if (!root)
    throw new ArgumentError(
      "posterior: expected a positive definite covariance of y, found one that rounds to none; take more noise",
    );
  const { factor, inverse: whitening } = root;
  let logDeterminant = 0;
  for (let i = 0; i < m; i++) logDeterminant += 2 * Math.log(factor[i * m + i]!);
  // W A C, [m, d]: covariance = C - (W A C)^T (W A C), and G = (W A C)^T W.
  const white = times(whitening, product, m, m, d);
  const gain = times(transposed(white, m, d), whitening, d, m, m);
  const covariance = times(transposed(white, m, d), white, d, m, d).map((value, i) => c[i]! - value);
  return { logPrior: Math.log(weight), mean, measured, gain, whitening, logDeterminant, covariance };
};

/** A B for A [n, k] and B [k, m], all row-major. */
const times = (a: Float64Array, b: Float64Array, n: number, k: number, m: number): Float64Array => {
  const product = new Float64Array(n * m);
  for (let i = 0; i < n; i++)
    for (let l = 0; l < k; l++) {
      const value = a[i * k + l]!;
      if (value !== 0) for (let j = 0; j < m; j++) product[i * m + j]! += value * b[l * m + j]!;
    }
  return product;
};

/** What the posterior of every component is for any y. */
export const componentPosteriors = (
  { weights, components }: Mixture,
  matrix: Float64Array,
  sigma: number,
): ComponentPosterior[] => components.map((component, k) => componentPosterior(component, weights[k]!, matrix, sigma));

/** A component given y: the mean of x and the logarithm of its weight, up to a constant of all components. */
export const componentGiven = (
  { logPrior, mean, measured, gain, whitening, logDeterminant }: ComponentPosterior,
  y: ArrayLike<number>,
): { readonly mean: Float64Array; readonly logWeight: number } => {
  const m = measured.length;
  const residual = measured.map((value, i) => y[i]! - value);
  const distance = times(whitening, residual, m, m, 1).reduce((sum, value) => sum + value * value, 0);
  const moved = times(gain, residual, mean.length, m, 1);
  return {
    mean: mean.map((value, i) => value + moved[i]!),
    logWeight: logPrior - 0.5 * (distance + logDeterminant),
  };
};

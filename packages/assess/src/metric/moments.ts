/** Means, covariances and correlations of sample sets. */

import { ArgumentError } from "@scorefield/core";
import { meanRow, type Rows, toRowPair, toRows } from "@scorefield/core/internal";
import { type NdArray, ndarray } from "@scorefield/tensor";

const covarianceOf = (rows: Rows): Float64Array => {
  const { n, d, data } = rows;
  const mean = meanRow(rows);
  const sums = new Float64Array(d * d);
  const centred = new Float64Array(d);
  // Centred first: the difference of mean square and squared mean loses all digits when the mean is large.
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) centred[j] = data[i * d + j]! - mean[j]!;
    for (let j = 0; j < d; j++) for (let k = 0; k <= j; k++) sums[j * d + k]! += centred[j]! * centred[k]!;
  }
  for (let j = 0; j < d; j++)
    for (let k = 0; k <= j; k++) sums[k * d + j] = sums[j * d + k] = sums[j * d + k]! / (n - 1);
  return sums;
};

const correlationOf = (name: string, rows: Rows): Float64Array => {
  const { d } = rows;
  const covariance = covarianceOf(rows);
  const deviations = Array.from({ length: d }, (_, j) => Math.sqrt(covariance[j * d + j]!));
  const constant = deviations.indexOf(0);
  if (constant >= 0)
    throw new ArgumentError(`${name}: expected columns that vary, found column ${constant} constant; leave it out`);
  return covariance.map((value, i) =>
    Math.floor(i / d) === i % d ? 1 : value / (deviations[Math.floor(i / d)]! * deviations[i % d]!),
  );
};

/**
 * The mean of the rows of [n, ...], float64 [d] with d the elements of a row.
 * @throws ShapeError without rows; ArgumentError for values not finite
 */
export const sampleMean = (samples: NdArray): NdArray<"float64"> => ndarray(meanRow(toRows("sampleMean", samples)));

/**
 * The covariance of the rows of [n, ...], float64 [d, d], divided by n - 1.
 * @throws ShapeError for fewer than two rows; ArgumentError for values not finite
 */
export const sampleCovariance = (samples: NdArray): NdArray<"float64"> => {
  const rows = toRows("sampleCovariance", samples, 2);
  return ndarray(covarianceOf(rows), [rows.d, rows.d]);
};

/**
 * Pearson's correlations of the columns of [n, ...], float64 [d, d].
 * @throws ShapeError for fewer than two rows; ArgumentError for a constant column or values not finite
 */
export const sampleCorrelation = (samples: NdArray): NdArray<"float64"> => {
  const rows = toRows("sampleCorrelation", samples, 2);
  return ndarray(correlationOf("sampleCorrelation", rows), [rows.d, rows.d]);
};

/**
 * How far apart the correlation matrices of two sets are: `frobenius`, the root of the sum of squared differences over
 * all d^2 entries, and `rootMeanSquare`, over the d (d - 1) entries off the diagonal (0 for one column).
 * @throws ShapeError for rows of different size or fewer than two; ArgumentError as {@link sampleCorrelation}
 */
export const correlationError = (
  a: NdArray,
  b: NdArray,
): { readonly frobenius: number; readonly rootMeanSquare: number } => {
  const [x, y] = toRowPair("correlationError", a, b, 2);
  const other = correlationOf("correlationError, second set", y);
  let squares = 0;
  correlationOf("correlationError, first set", x).forEach((value, i) => {
    squares += (value - other[i]!) ** 2;
  });
  return { frobenius: Math.sqrt(squares), rootMeanSquare: Math.sqrt(squares / Math.max(1, x.d * (x.d - 1))) };
};

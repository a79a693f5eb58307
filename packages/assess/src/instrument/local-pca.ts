/** The dimension of the data around a point without a model: principal components of its neighbours. */

import { ArgumentError } from "@scorefield/core";
import { type Rows, symmetricEigenvalues, toRowPair } from "@scorefield/core/internal";
import { type NdArray, ndarray } from "@scorefield/tensor";

/** Options of {@link localPca}. */
export interface LocalPcaOptions {
  /** Number of neighbours, default 100 or all where there are fewer. */
  readonly neighbours?: number;
  /** Components of less than this share of the largest one's variance do not count. Default 0.05. */
  readonly share?: number;
}

/** Indices of the k rows nearest to a query that is not itself among them: a row of distance 0 is left out once. */
const nearestRows = ({ n, d, data }: Rows, query: Float64Array, k: number): Int32Array => {
  const squares = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) squares[i]! += (data[i * d + j]! - query[j]!) ** 2;
  const order = Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => squares[a]! - squares[b]!);
  return squares[order[0]!] === 0 && n > k ? order.slice(1, k + 1) : order.slice(0, k);
};

/**
 * Eigenvalues of the smaller of the two matrices of products, of rows or of columns. Both have the same eigenvalues,
 * except zeros.
 */
const squaredSingularValues = (rows: Float64Array, count: number, d: number): Float64Array => {
  const size = Math.min(count, d);
  const products = new Float64Array(size * size);
  if (count < d)
    for (let a = 0; a < size; a++)
      for (let b = 0; b <= a; b++) {
        let sum = 0;
        for (let j = 0; j < d; j++) sum += rows[a * d + j]! * rows[b * d + j]!;
        products[a * size + b] = sum;
      }
  else
    for (let r = 0; r < count; r++)
      for (let a = 0; a < size; a++)
        for (let b = 0; b <= a; b++) products[a * size + b]! += rows[r * d + a]! * rows[r * d + b]!;
  return symmetricEigenvalues(products, size);
};

/**
 * Local principal component analysis (Fukunaga & Olsen 1971): the covariance of the neighbours of a point has k variances
 * of the size of the neighbourhood and others that are small. The baseline for what a model finds.
 * @param data [m, ...shape] @param x points to be examined, which may be rows of the data, [n, ...shape]
 * @returns the dimension of each, and its variances as shares of the largest, in descending order, [n, d]
 * @throws ShapeError for rows of different size; ArgumentError for values not finite or options out of range
 */
export const localPca = (
  data: NdArray,
  x: NdArray,
  { neighbours, share = 0.05 }: LocalPcaOptions = {},
): { readonly dimension: NdArray<"float64">; readonly variances: NdArray<"float64"> } => {
  const [known, queries] = toRowPair("localPca", data, x, 1);
  const { n, d } = known;
  const k = neighbours ?? Math.min(100, n);
  if (!(Number.isInteger(k) && k > 1 && k <= n))
    throw new ArgumentError(`localPca: expected from 2 neighbours to the ${n} rows of the data, found ${k}`);
  if (!(share > 0 && share < 1)) throw new ArgumentError(`localPca: expected a share in (0, 1), found ${share}`);
  const dimension = new Float64Array(queries.n);
  const variances = new Float64Array(queries.n * d);
  for (let i = 0; i < queries.n; i++) {
    const rows = nearestRows(known, queries.data.subarray(i * d, (i + 1) * d), k);
    const mean = new Float64Array(d);
    for (const row of rows) for (let j = 0; j < d; j++) mean[j]! += known.data[row * d + j]! / k;
    const centred = new Float64Array(k * d);
    for (const [r, row] of rows.entries())
      for (let j = 0; j < d; j++) centred[r * d + j] = known.data[row * d + j]! - mean[j]!;
    const values = squaredSingularValues(centred, k, d);
    const largest = Math.max(values[0]!, Number.MIN_VALUE);
    for (let j = 0; j < d; j++) variances[i * d + j] = Math.max(0, values[j] ?? 0) / largest;
    dimension[i] = values[0]! > 0 ? variances.subarray(i * d, (i + 1) * d).filter((value) => value >= share).length : 0;
  }
  return { dimension: ndarray(dimension), variances: ndarray(variances, [queries.n, d]) };
};

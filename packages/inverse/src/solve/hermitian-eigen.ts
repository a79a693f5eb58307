/**
 * Eigenvalues and eigenvectors of a Hermitian matrix, as those of a real symmetric one of twice the size: by Householder's
 * reduction and the implicit QL method (Golub & Van Loan 2013, algorithms 8.3.1 and 8.3.3).
 */

import { diagonaliseTridiagonal } from "@scorefield/core/internal";

/** Rows of `vectors` are orthonormal eigenvectors, in the order of `values`. */
interface SymmetricEigenRows {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** A = Q T Q^T with T tridiagonal. @returns Q^T by rows, the diagonal of T and what stands beside it */
const tridiagonalise = (a: Float64Array, d: number) => {
  const rows = new Float64Array(d * d);
  for (let i = 0; i < d; i++) rows[i * d + i] = 1;
  const [v, w, dots] = [new Float64Array(d), new Float64Array(d), new Float64Array(d)];
  const beside = new Float64Array(d);
  for (let k = 0; k < d - 1; k++) {
    let square = 0;
    for (let i = k + 1; i < d; i++) square += (v[i] = a[i * d + k]!) ** 2;
    const first = v[k + 1]!;
    const alpha = first > 0 ? -Math.sqrt(square) : Math.sqrt(square);
    // Nothing is left to be zeroed: the reflection is the identity.
    if (square - first * first <= 0) {
      beside[k] = first;
      continue;
    }
    beside[k] = alpha;
    v[k + 1] = first - alpha;
    const h = square - first * alpha;
    let dot = 0;
    for (let i = k + 1; i < d; i++) {
      let sum = 0;
      for (let j = k + 1; j < d; j++) sum += a[i * d + j]! * v[j]!;
      dot += (w[i] = sum / h) * v[i]!;
    }
    for (let i = k + 1; i < d; i++) w[i]! -= (dot / (2 * h)) * v[i]!;
    for (let i = k + 1; i < d; i++) for (let j = k + 1; j < d; j++) a[i * d + j]! -= v[i]! * w[j]! + w[i]! * v[j]!;
    // Q^T <- (1 - v v^T / h) Q^T. Before step k the first column is that of the identity.
    dots.fill(0);
    for (let i = k + 1; i < d; i++) for (let j = 1; j < d; j++) dots[j]! += v[i]! * rows[i * d + j]!;
    for (let i = k + 1; i < d; i++) for (let j = 1; j < d; j++) rows[i * d + j]! -= (v[i]! / h) * dots[j]!;
  }
  return { rows, beside, diagonal: Float64Array.from({ length: d }, (_, i) => a[i * d + i]!) };
};

/**
 * Accurate to rounding relative to the largest eigenvalue, in about 10 d^3 operations.
 * @param matrix row-major [d, d], symmetric, finite; not changed
 */
export const symmetricEigenRows = (matrix: Float64Array, d: number): SymmetricEigenRows => {
  const { rows, beside, diagonal } = tridiagonalise(matrix.slice(), d);
  diagonaliseTridiagonal(diagonal, beside, (i, c, s) => rotate(rows, d, i, c, s));
  return { values: diagonal, vectors: rows };
};

/** Rows i and i + 1: (x, y) <- (c x - s y, s x + c y). */
const rotate = (a: Float64Array, d: number, i: number, c: number, s: number): void => {
  for (let at = i * d; at < (i + 1) * d; at++) {
    const [x, y] = [a[at]!, a[at + d]!];
    a[at] = c * x - s * y;
    a[at + d] = s * x + c * y;
  }
};

/**
 * The orthogonal projection on the eigenvectors of a Hermitian matrix whose eigenvalue is at least `share` of the largest.
 * @param matrix [d, d, 2], pairs (re, im), positive semi-definite
 * @returns the projection, [d, d, 2], and its rank
 */
export const spectralProjection = (
  matrix: Float64Array,
  d: number,
  share: number,
): { readonly projection: Float64Array; readonly rank: number } => {
  // Re and Im as [[Re, -Im], [Im, Re]]: each eigenvalue occurs twice, for v and for i v.
  const n = 2 * d;
  const real = new Float64Array(n * n);
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++) {
      const [re, im] = [matrix[2 * (i * d + j)]!, matrix[2 * (i * d + j) + 1]!];
      real[i * n + j] = real[(i + d) * n + j + d] = re;
      real[i * n + j + d] = -im;
      real[(i + d) * n + j] = im;
    }
  const { values, vectors } = symmetricEigenRows(real, n);
  const least = share * values.reduce((a, b) => Math.max(a, b), 0);
  const projection = new Float64Array(2 * d * d);
  let kept = 0;
  for (const [k, value] of values.entries()) {
    if (!(value >= least && value > 0)) continue;
    kept++;
    const v = vectors.subarray(k * n, (k + 1) * n);
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) {
        const at = 2 * (i * d + j);
        projection[at]! += v[i]! * v[j]!;
        projection[at + 1]! += v[i + d]! * v[j]!;
      }
  }
  return { projection, rank: kept / 2 };
};

/** Eigenvalues alone of a symmetric matrix, for matrices of up to a few thousand rows. */
import { diagonaliseTridiagonal } from "./tridiagonal.ts";

/**
 * Householder's reduction to a tridiagonal matrix (Golub & Van Loan 2013, algorithm 8.3.1), in 4/3 d^3 operations. In
 * each step A <- A - v w^T - w v^T on what is left of A. This is fused with the product with the next vector, so that
 * the matrix is read once per step.
 * @param a row-major [d, d], symmetric; its lower triangle is overwritten
 */
const tridiagonalise = (a: Float64Array, d: number): { diagonal: Float64Array; below: Float64Array } => {
  const diagonal = new Float64Array(d);
  const below = new Float64Array(d);
  let [v, w] = [new Float64Array(d), new Float64Array(d)];
  let [nextV, nextW] = [new Float64Array(d), new Float64Array(d)];
  // From the last row upwards: row i is zeroed left of its element i - 1, and rows 0 to i - 1 are left.
  for (let i = d - 1; i > 0; i--) {
    const at = i * d;
    for (let k = 0; k <= i; k++) a[at + k]! -= v[i]! * w[k]! + w[i]! * v[k]!;
    diagonal[i] = a[at + i]!;
    let square = 0;
    for (let k = 0; k < i - 1; k++) square += a[at + k]! ** 2;
    const last = a[at + i - 1]!;
    const norm = Math.sqrt(square + last * last);
    const alpha = square === 0 ? last : last > 0 ? -norm : norm;
    below[i] = alpha;
    for (let k = 0; k < i; k++) nextV[k] = a[at + k]!;
    // Without anything to be zeroed v is 0, and the reflection 1 - v v^T / h the identity.
    if (square === 0) nextV.fill(0, 0, i);
    else nextV[i - 1] = last - alpha;
    const h = square === 0 ? 1 : norm * norm - last * alpha;
    nextW.fill(0, 0, i);
    updateAndMultiply(a, d, i, v, w, nextV, nextW);
    let dot = 0;
    for (let k = 0; k < i; k++) {
      nextW[k]! /= h;
      dot += nextW[k]! * nextV[k]!;
    }
    for (let k = 0; k < i; k++) nextW[k]! -= (dot / (2 * h)) * nextV[k]!;
    [v, w, nextV, nextW] = [nextV, nextW, v, w];
  }
  diagonal[0] = a[0]! - 2 * v[0]! * w[0]!;
  return { diagonal, below };
};

/** A <- A - v w^T - w v^T on the first `size` rows of the lower triangle, and y <- y + A x with the A that results. */
const updateAndMultiply = (
  a: Float64Array,
  d: number,
  size: number,
  v: Float64Array,
  w: Float64Array,
  x: Float64Array,
  y: Float64Array,
): void => {
  for (let r = 0; r < size; r++) {
    const at = r * d;
    const vr = v[r]!;
    const wr = w[r]!;
    const xr = x[r]!;
    let sum = 0;
    for (let k = 0; k < r; k++) {
      const value = a[at + k]! - vr * w[k]! - wr * v[k]!;
      a[at + k] = value;
      sum += value * x[k]!;
      y[k]! += value * xr;
    }
    const value = a[at + r]! - 2 * vr * wr;
    a[at + r] = value;
    y[r]! += sum + value * xr;
  }
};

/**
 * Accurate to rounding relative to the largest eigenvalue.
 * @param matrix row-major [d, d], symmetric, finite; only its lower triangle is read, and it is overwritten
 * @returns [d], in descending order
 */
export const symmetricEigenvalues = (matrix: Float64Array, d: number): Float64Array => {
  const { diagonal, below } = tridiagonalise(matrix, d);
  const beside = new Float64Array(d);
  beside.set(below.subarray(1));
  diagonaliseTridiagonal(diagonal, beside);
  return diagonal.sort().reverse();
};

/** Linear equations of a few unknowns. */

/**
 * The x of A x = b, by elimination with pivots (Golub & Van Loan 2013, algorithm 3.4.1).
 * @param matrix A, row-major [d, d]; not changed
 * @param right b, [d]; not changed
 * @returns [d], or undefined where A is singular
 */
export const solve = (matrix: Float64Array, right: Float64Array): Float64Array | undefined => {
  const d = right.length;
  const a = matrix.slice();
  const x = right.slice();
  for (let k = 0; k < d; k++) {
    let pivot = k;
    for (let i = k + 1; i < d; i++) if (Math.abs(a[i * d + k]!) > Math.abs(a[pivot * d + k]!)) pivot = i;
    if (!(Math.abs(a[pivot * d + k]!) > 1e-300)) return undefined;
    if (pivot !== k) {
      for (let j = 0; j < d; j++) [a[k * d + j], a[pivot * d + j]] = [a[pivot * d + j]!, a[k * d + j]!];
      [x[k], x[pivot]] = [x[pivot]!, x[k]!];
    }
    for (let i = k + 1; i < d; i++) {
      const factor = a[i * d + k]! / a[k * d + k]!;
      for (let j = k; j < d; j++) a[i * d + j]! -= factor * a[k * d + j]!;
      x[i]! -= factor * x[k]!;
    }
  }
  for (let k = d - 1; k >= 0; k--) {
    for (let j = k + 1; j < d; j++) x[k]! -= a[k * d + j]! * x[j]!;
    x[k]! /= a[k * d + k]!;
  }
  return x;
};

/** Cholesky's factor of a positive definite matrix, and its inverse. */

/**
 * L of A = L L^T (Golub & Van Loan 2013, algorithm 4.2.1), and L^-1 by forward substitution.
 * @param matrix row-major [d, d], symmetric; not changed
 * @returns row-major lower triangular matrices, or undefined where the matrix is not positive definite
 */
export const cholesky = (
  matrix: Float64Array,
  d: number,
): { readonly factor: Float64Array; readonly inverse: Float64Array } | undefined => {
  const l = new Float64Array(d * d);
  for (let i = 0; i < d; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * d + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * d + k]! * l[j * d + k]!;
      if (i === j && !(sum > 0)) return undefined;
      l[i * d + j] = i === j ? Math.sqrt(sum) : sum / l[j * d + j]!;
    }
  const inverse = new Float64Array(d * d);
  for (let j = 0; j < d; j++)
    for (let i = j; i < d; i++) {
      let sum = i === j ? 1 : 0;
      for (let k = j; k < i; k++) sum -= l[i * d + k]! * inverse[k * d + j]!;
      inverse[i * d + j] = sum / l[i * d + i]!;
    }
  return { factor: l, inverse };
};

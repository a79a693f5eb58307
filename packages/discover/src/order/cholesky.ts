/** Linear equations of a symmetric positive definite matrix. */

/**
 * Replaces the lower triangle of A by its factor L, A = L L^T (Golub & Van Loan 2013, algorithm 4.2.1). The upper triangle is
 * not read.
 * @param matrix A, row-major [n, n]
 * @returns whether A is positive definite
 */
export const factorise = (matrix: Float64Array, n: number): boolean => {
  for (let i = 0; i < n; i++) {
    const rowI = i * n;
    for (let j = 0; j <= i; j++) {
      const rowJ = j * n;
      let [a, b, c, e] = [0, 0, 0, 0];
      let k = 0;
      for (; k + 3 < j; k += 4) {
        a += matrix[rowI + k]! * matrix[rowJ + k]!;
        b += matrix[rowI + k + 1]! * matrix[rowJ + k + 1]!;
        c += matrix[rowI + k + 2]! * matrix[rowJ + k + 2]!;
        e += matrix[rowI + k + 3]! * matrix[rowJ + k + 3]!;
      }
      for (; k < j; k++) a += matrix[rowI + k]! * matrix[rowJ + k]!;
      const left = matrix[rowI + j]! - (a + b + c + e);
      if (j < i) matrix[rowI + j] = left / matrix[rowJ + j]!;
      else {
        if (!(left > 0)) return false;
        matrix[rowI + i] = Math.sqrt(left);
      }
    }
  }
  return true;
};

/**
 * Solves L L^T X = B in place, for several right sides at once.
 * @param factor L by {@link factorise} @param right B, row-major [n, columns]; becomes X
 */
export const solveFactored = (factor: Float64Array, n: number, right: Float64Array, columns: number): void => {
  for (let i = 0; i < n; i++) {
    const at = i * columns;
    for (let k = 0; k < i; k++) {
      const weight = factor[i * n + k]!;
      const from = k * columns;
      for (let c = 0; c < columns; c++) right[at + c]! -= weight * right[from + c]!;
    }
    const scale = 1 / factor[i * n + i]!;
    for (let c = 0; c < columns; c++) right[at + c]! *= scale;
  }
  for (let i = n - 1; i >= 0; i--) {
    const at = i * columns;
    const scale = 1 / factor[i * n + i]!;
    for (let c = 0; c < columns; c++) right[at + c]! *= scale;
    for (let k = 0; k < i; k++) {
      const weight = factor[i * n + k]!;
      const to = k * columns;
      for (let c = 0; c < columns; c++) right[to + c]! -= weight * right[at + c]!;
    }
  }
};

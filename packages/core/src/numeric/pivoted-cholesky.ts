/** Cholesky's factorisation of a matrix that may be singular. */
import type { Rows } from "./rows.ts";

/**
 * Rows C with C^T C = A, at most d of them, by Cholesky's factorisation with diagonal pivoting (Golub & Van Loan 2013,
 * algorithm 4.2.4). It ends where what is left is rounding error.
 * @param matrix row-major [d, d], symmetric positive semi-definite; not changed
 */
export const pivotedCholesky = (matrix: Float64Array, d: number): Rows => {
  const factor = new Float64Array(d * d);
  const left = Float64Array.from({ length: d }, (_, j) => matrix[j * d + j]!);
  const used = new Uint8Array(d);
  const tolerance = d * Number.EPSILON * left.reduce((most, value) => Math.max(most, value), 0);
  let rank = 0;
  for (; rank < d; rank++) {
    let pivot = -1;
    for (let j = 0; j < d; j++) if (!used[j] && (pivot < 0 || left[j]! > left[pivot]!)) pivot = j;
    if (!(left[pivot]! > tolerance)) break;
    used[pivot] = 1;
    const row = factor.subarray(rank * d, (rank + 1) * d);
    row.set(matrix.subarray(pivot * d, (pivot + 1) * d));
    for (let r = 0; r < rank; r++) {
      const weight = factor[r * d + pivot]!;
      if (weight === 0) continue;
      for (let j = 0; j < d; j++) row[j]! -= weight * factor[r * d + j]!;
    }
    const root = Math.sqrt(left[pivot]!);
    for (let j = 0; j < d; j++) {
      row[j] = used[j] && j !== pivot ? 0 : row[j]! / root;
      left[j]! -= row[j]! ** 2;
    }
    row[pivot] = root;
  }
  return { n: rank, d, data: factor.subarray(0, rank * d) };
};

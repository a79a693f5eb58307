import type { SparseMatrix } from "@scorefield/tensor";

/**
 * An upper bound of the largest singular value of a matrix without negative entries. For any v > 0 the largest eigenvalue of
 * M = A^T A is at most the largest (M v)_i / v_i (Collatz 1942; Horn & Johnson 2013, theorem 8.1.26). The bound tightens with each
 * step of the power method for v.
 */
export const positiveNormBound = ({ rows, columns, starts, indices, values }: SparseMatrix, steps = 8): number => {
  let v = new Float64Array(columns).fill(1);
  let least = Number.POSITIVE_INFINITY;
  for (let step = 0; step < steps; step++) {
    const next = new Float64Array(columns);
    for (let r = 0; r < rows; r++) {
      let sum = 0;
      for (let k = starts[r]!; k < starts[r + 1]!; k++) sum += values[k]! * v[indices[k]!]!;
      for (let k = starts[r]!; k < starts[r + 1]!; k++) next[indices[k]!]! += values[k]! * sum;
    }
    let [ratio, most] = [0, 0];
    for (let i = 0; i < columns; i++) {
      ratio = Math.max(ratio, next[i]! / v[i]!);
      most = Math.max(most, next[i]!);
    }
    least = Math.min(least, ratio);
    // What no row sees stays above 0.
    if (most > 0) v = next.map((value) => value / most + 1e-6);
  }
  return Math.sqrt(least);
};

/** Symmetric Toeplitz matrices: every diagonal has one value. No Node module is used here. */

/**
 * Solves T x = b by the recursion of Levinson (1946), T being positive definite: n^2 operations in place of n^3.
 * @param column the first column of T @param right b, as long
 */
export const solveToeplitz = (column: ArrayLike<number>, right: ArrayLike<number>): Float64Array => {
  const n = right.length;
  const x = new Float64Array(n);
  if (n === 0) return x;
  // Coefficients of the predictor from all places before, which grows by one place at a time.
  const a = new Float64Array(n);
  let error = column[0]!;
  x[0] = right[0]! / error;
  for (let k = 1; k < n; k++) {
    let sum = column[k]!;
    for (let i = 1; i < k; i++) sum += a[i]! * column[k - i]!;
    const reflection = -sum / error;
    for (let i = 1, j = k - 1; i <= j; i++, j--) {
      const [front, back] = [a[i]!, a[j]!];
      a[i] = front + reflection * back;
      if (i !== j) a[j] = back + reflection * front;
    }
    a[k] = reflection;
    error *= 1 - reflection ** 2;
    let rest = right[k]!;
    for (let i = 0; i < k; i++) rest -= column[k - i]! * x[i]!;
    const step = rest / error;
    x[k] = step;
    for (let i = 0; i < k; i++) x[i]! += step * a[k - i]!;
  }
  return x;
};

/**
 * The diagonal of the inverse of such a matrix, by its first column (Trench 1964).
 * @param column the first column of T, positive definite
 */
export const inverseDiagonal = (column: ArrayLike<number>): Float64Array => {
  const n = column.length;
  const unit = new Float64Array(n);
  unit[0] = 1;
  const x = solveToeplitz(column, unit);
  const diagonal = new Float64Array(n);
  for (let i = 0; i < n; i++) diagonal[i] = i === 0 ? x[0]! : diagonal[i - 1]! + (x[i]! ** 2 - x[n - i]! ** 2) / x[0]!;
  return diagonal;
};

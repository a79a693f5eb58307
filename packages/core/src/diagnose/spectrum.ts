/** Eigenvalues alone of a symmetric matrix, for matrices too large for Jacobi's rotations. */

/** Householder's reflections to a tridiagonal matrix (Golub & Van Loan 2013, algorithm 8.3.1); diagonal and next to it. */
const tridiagonal = (matrix: Float64Array, d: number): { main: Float64Array; beside: Float64Array } => {
  const a = matrix.slice();
  const beside = new Float64Array(Math.max(0, d - 1));
  const v = new Float64Array(d);
  const w = new Float64Array(d);
  for (let k = 0; k < d - 1; k++) {
    let square = 0;
    for (let i = k + 1; i < d; i++) {
      v[i] = a[i * d + k]!;
      square += v[i]! ** 2;
    }
    const length = Math.sqrt(square);
    const head = v[k + 1]!;
    beside[k] = head > 0 ? -length : length;
    v[k + 1]! -= beside[k]!;
    // |v|^2 / 2
    const half = square - head * beside[k]!;
    if (half === 0 || k === d - 2) {
      if (k === d - 2) beside[k] = head;
      continue;
    }
    let overlap = 0;
    for (let i = k + 1; i < d; i++) {
      let sum = 0;
      for (let j = k + 1; j < d; j++) sum += a[i * d + j]! * v[j]!;
      w[i] = sum / half;
      overlap += w[i]! * v[i]!;
    }
    overlap /= 2 * half;
    for (let i = k + 1; i < d; i++) w[i]! -= overlap * v[i]!;
    for (let i = k + 1; i < d; i++) for (let j = k + 1; j < d; j++) a[i * d + j]! -= v[i]! * w[j]! + w[i]! * v[j]!;
  }
  return { main: Float64Array.from({ length: d }, (_, i) => a[i * d + i]!), beside };
};

/** How many eigenvalues of a tridiagonal matrix are below x, by Sylvester's law of inertia. */
const countBelow = (main: Float64Array, beside: Float64Array, x: number, tiny: number): number => {
  let count = 0;
  let pivot = 1;
  for (let i = 0; i < main.length; i++) {
    pivot = main[i]! - x - (i === 0 ? 0 : beside[i - 1]! ** 2 / pivot);
    if (Math.abs(pivot) < tiny) pivot = -tiny;
    if (pivot < 0) count++;
  }
  return count;
};

/**
 * Eigenvalues in descending order, accurate to rounding relative to the largest, by bisection on the tridiagonal form
 * (Golub & Van Loan 2013, section 8.4.1); about 4 d^3 / 3 operations.
 * @param matrix row-major [d, d], symmetric, finite; not changed
 */
export const symmetricEigenvalues = (matrix: Float64Array, d: number): Float64Array => {
  const { main, beside } = tridiagonal(matrix, d);
  // Gershgorin's circles hold all of them.
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < d; i++) {
    const radius = Math.abs(beside[i - 1] ?? 0) + Math.abs(beside[i] ?? 0);
    low = Math.min(low, main[i]! - radius);
    high = Math.max(high, main[i]! + radius);
  }
  const size = Math.max(Math.abs(low), Math.abs(high), Number.MIN_VALUE);
  const tiny = size * 1e-30;
  return Float64Array.from({ length: d }, (_, k) => {
    // The k-th largest has d - 1 - k below it.
    let [a, b] = [low - 1e-15 * size, high + 1e-15 * size];
    while (b - a > 2e-16 * size) {
      const middle = (a + b) / 2;
      if (middle <= a || middle >= b) break;
      if (countBelow(main, beside, middle, tiny) > d - 1 - k) b = middle;
      else a = middle;
    }
    return (a + b) / 2;
  });
};

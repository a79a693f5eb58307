/** Eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations (Golub & Van Loan 2013, section 8.5). */

/** A = V diag(values) V^T with orthonormal columns of V. */
interface SymmetricEigen {
  /** In no particular order, [d]. */
  readonly values: Float64Array;
  /** Row-major [d, d]; column j belongs to value j. */
  readonly vectors: Float64Array;
}

/** Rotates rows p and q of a row-major matrix of width d: (p, q) <- (c p - s q, s p + c q). */
const rotateRows = (a: Float64Array, d: number, p: number, q: number, c: number, s: number): void => {
  for (let k = 0; k < d; k++) {
    const x = a[p * d + k]!;
    const y = a[q * d + k]!;
    a[p * d + k] = c * x - s * y;
    a[q * d + k] = s * x + c * y;
  }
};

const rotateColumns = (a: Float64Array, d: number, p: number, q: number, c: number, s: number): void => {
  for (let k = 0; k < d; k++) {
    const x = a[k * d + p]!;
    const y = a[k * d + q]!;
    a[k * d + p] = c * x - s * y;
    a[k * d + q] = s * x + c * y;
  }
};

/**
 * Accurate to rounding relative to the largest eigenvalue. It takes about 10 d^3 operations a sweep and 5 to 10 sweeps,
 * so it suits d up to a few hundred.
 * @param matrix row-major [d, d], symmetric, finite; not changed
 */
export const symmetricEigen = (matrix: Float64Array, d: number): SymmetricEigen => {
  const a = matrix.slice();
  // Rows of v are the eigenvectors while rotating: rows lie together in memory.
  const v = new Float64Array(d * d);
  for (let i = 0; i < d; i++) v[i * d + i] = 1;
  const size = Math.sqrt(a.reduce((sum, value) => sum + value * value, 0));
  for (let sweep = 0, rotated = true; rotated && sweep < 50; sweep++) {
    rotated = false;
    for (let p = 0; p < d - 1; p++)
      for (let q = p + 1; q < d; q++) {
        const off = a[p * d + q]!;
        if (Math.abs(off) <= 1e-17 * size) continue;
        rotated = true;
        // The smaller of the two angles that make element (p, q) vanish, by its tangent.
        const tau = (a[q * d + q]! - a[p * d + p]!) / (2 * off);
        const tangent = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
        const c = 1 / Math.sqrt(1 + tangent * tangent);
        const s = tangent * c;
        rotateRows(a, d, p, q, c, s);
        rotateColumns(a, d, p, q, c, s);
        a[p * d + q] = a[q * d + p] = 0;
        rotateRows(v, d, p, q, c, s);
      }
  }
  const vectors = new Float64Array(d * d);
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) vectors[i * d + j] = v[j * d + i]!;
  return { values: Float64Array.from({ length: d }, (_, i) => a[i * d + i]!), vectors };
};

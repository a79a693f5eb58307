/** Eigenvalues of a symmetric tridiagonal matrix. */

/**
 * The implicit QL method (Golub & Van Loan 2013, section 8.3.3).
 * @param diagonal [n]; it becomes the eigenvalues, in no particular order
 * @param beside [n], entry i between diagonal i and i + 1; it is overwritten
 * @param rotate called for each rotation of rows i and i + 1 of the eigenvectors: (x, y) <- (c x - s y, s x + c y)
 */
export const diagonaliseTridiagonal = (
  diagonal: Float64Array,
  beside: Float64Array,
  rotate?: (i: number, c: number, s: number) => void,
): void => {
  const n = diagonal.length;
  const e = beside;
  for (let l = 0; l < n; l++)
    for (let sweep = 0; sweep < 60; sweep++) {
      let m = l;
      for (; m < n - 1; m++) {
        const size = Math.abs(diagonal[m]!) + Math.abs(diagonal[m + 1]!);
        if (Math.abs(e[m]!) <= Number.EPSILON * size) break;
      }
      if (m === l) break;
      // Wilkinson's shift, from the upper left corner.
      const g0 = (diagonal[l + 1]! - diagonal[l]!) / (2 * e[l]!);
      const r0 = Math.hypot(g0, 1);
      let g = diagonal[m]! - diagonal[l]! + e[l]! / (g0 + (g0 >= 0 ? r0 : -r0));
      let [s, c, p] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * e[i]!;
        const b = c * e[i]!;
        const r = Math.sqrt(f * f + g * g);
        e[i + 1] = r;
        if (r === 0) {
          diagonal[i + 1]! -= p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = diagonal[i + 1]! - p;
        const t = (diagonal[i]! - g) * s + 2 * c * b;
        p = s * t;
        diagonal[i + 1] = g + p;
        g = c * t - b;
        rotate?.(i, c, s);
      }
      if (i >= l) continue;
      diagonal[l]! -= p;
      e[l] = g;
      e[m] = 0;
    }
};

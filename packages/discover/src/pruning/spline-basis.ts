/** Smooth functions of one variable: natural cubic splines. */

/** Knots at even shares of the values, from the least to the greatest; fewer where values repeat. */
const knotsOf = (column: Float64Array, count: number): number[] => {
  const sorted = column.slice().sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  return [...new Set(Array.from({ length: count }, (_, k) => at(k / (count - 1))))];
};

/**
 * An orthonormal basis of natural cubic splines (Hastie, Tibshirani & Friedman 2009, equations 5.4 and 5.5) without constants: the
 * columns have mean 0, mean square 1 and are uncorrelated over the rows. The first is linear.
 * @param functions how many, at least 1. A variable of few values has fewer
 * @returns functions [n] each; none for a variable that does not vary
 */
export const splineBasis = (column: Float64Array, functions: number): Float64Array[] => {
  const n = column.length;
  const knots = knotsOf(column, functions + 1);
  const last = knots.length - 1;
  if (last < 1) return [];
  const cube = (x: number): number => (x > 0 ? x * x * x : 0);
  const bent = (x: number, k: number): number =>
    (cube(x - knots[k]!) - cube(x - knots[last]!)) / (knots[last]! - knots[k]!);
  const raw = [
    column.slice(),
    ...Array.from({ length: Math.max(0, last - 1) }, (_, k) => column.map((x) => bent(x, k) - bent(x, last - 1))),
  ];
  const basis: Float64Array[] = [];
  for (const values of raw) {
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    const start = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
    const rest = values.map((value) => value - mean);
    // Twice, so that rounding leaves nothing of the functions before.
    for (let pass = 0; pass < 2; pass++)
      for (const other of basis) {
        const share = rest.reduce((sum, value, i) => sum + value * other[i]!, 0) / n;
        for (let i = 0; i < n; i++) rest[i]! -= share * other[i]!;
      }
    const size = Math.sqrt(rest.reduce((sum, value) => sum + value * value, 0) / n);
    if (size > 1e-6 * start) basis.push(rest.map((value) => value / size));
  }
  return basis;
};

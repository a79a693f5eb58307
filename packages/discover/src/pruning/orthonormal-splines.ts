/** Smooth functions of one variable that are orthonormal over its rows. */
import { splineBasis } from "../score/spline-basis.ts";

/** The most functions of a variable. */
export const mostFunctions = 6;

/**
 * Natural cubic splines without constants: the functions have mean 0, mean square 1 and are uncorrelated over the rows (Gram and
 * Schmidt). The first is linear.
 * @param functions how many, 1 to 6. A variable of few values has fewer
 * @returns functions [n] each; none for a variable that does not vary
 */
export const orthonormalSplines = (column: Float64Array, functions: number): Float64Array[] => {
  const n = column.length;
  const basis: Float64Array[] = [];
  for (const values of functions === 1 ? [column] : splineBasis(column, functions + 1)) {
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

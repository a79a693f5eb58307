/** Smooth functions of a column. */

/** Shares of rows below each knot (Harrell 2015, table 2.3). */
const knotShares: Readonly<Record<number, readonly number[]>> = {
  3: [0.1, 0.5, 0.9],
  4: [0.05, 0.35, 0.65, 0.95],
  5: [0.05, 0.275, 0.5, 0.725, 0.95],
  6: [0.05, 0.23, 0.41, 0.59, 0.77, 0.95],
  7: [0.025, 0.1833, 0.3417, 0.5, 0.6583, 0.8167, 0.975],
};

/** Numbers of knots that there are. */
export const knotCounts = Object.keys(knotShares).map(Number);

/**
 * A basis of natural cubic splines: the column itself and one function for each knot but two, linear beyond the outer ones (Hastie,
 * Tibshirani & Friedman 2009, equations 5.4 and 5.5). Knots stand at quantiles; equal ones count once, so that a column of few values has
 * fewer functions.
 * @param column with deviation 1
 */
export const splineBasis = (column: Float64Array, knots: number): Float64Array[] => {
  const sorted = column.slice().sort();
  const at = [...new Set(knotShares[knots]!.map((share) => sorted[Math.round(share * (sorted.length - 1))]!))];
  const last = at.at(-1)!;
  const before = at.at(-2);
  const cube = (x: number) => (x > 0 ? x * x * x : 0);
  const slopeFrom = (knot: number, x: number) => (cube(x - knot) - cube(x - last)) / (last - knot);
  const curved = at.slice(0, -2).map((knot) => column.map((x) => slopeFrom(knot, x) - slopeFrom(before!, x)));
  return [column.slice(), ...curved];
};

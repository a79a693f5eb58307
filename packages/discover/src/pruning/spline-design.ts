/** Additive spline regressions of one variable on many, by inner products of basis functions alone. */
import { innerProducts } from "@scorefield/core/internal";
import { factorise, solveFactored } from "../order/cholesky.ts";
import { orthonormalSplines } from "./orthonormal-splines.ts";

/** Basis functions of all variables over some rows. */
export interface SplineDesign {
  readonly rows: number;
  /** Where the functions of each variable begin; one longer than the variables. */
  readonly starts: Int32Array;
  /** Means of products of functions, [functions, functions]. */
  readonly gram: Float64Array;
  /** Means of products of functions with a variable, [functions]. */
  sidesOf(variable: number): Float64Array;
  /** The variance of a variable. */
  varianceOf(variable: number): number;
}

/** The design of columns [n] over rows, each with this many functions at most. */
export const splineDesign = (columns: readonly Float64Array[], rows: Int32Array, functions: number): SplineDesign => {
  const n = rows.length;
  const taken = columns.map((column) => {
    const cells = Float64Array.from(rows, (row) => column[row]!);
    const mean = cells.reduce((sum, cell) => sum + cell, 0) / n;
    return cells.map((cell) => cell - mean);
  });
  const bases = taken.map((column) => orthonormalSplines(column, functions));
  const starts = new Int32Array(columns.length + 1);
  for (const [j, basis] of bases.entries()) starts[j + 1] = starts[j]! + basis.length;
  const all = new Float64Array(starts.at(-1)! * n);
  for (const [k, values] of bases.flat().entries()) all.set(values, k * n);
  const rowsOfFunctions = { n: starts.at(-1)!, d: n, data: all };
  const gram = innerProducts(rowsOfFunctions, rowsOfFunctions).map((value) => value / n);
  const products = innerProducts(rowsOfFunctions, { n: 1, d: n, data: taken[0]! });
  return {
    rows: n,
    starts,
    gram,
    sidesOf: (variable) => {
      const sides = variable === 0 ? products : innerProducts(rowsOfFunctions, { n: 1, d: n, data: taken[variable]! });
      return sides.map((value) => value / n);
    },
    varianceOf: (variable) => taken[variable]!.reduce((sum, value) => sum + value * value, 0) / n,
  };
};

/** Steps of boosting that choose candidates, and how far each goes. */
const boostingSteps = 100;
const boostingRate = 0.3;

/**
 * The candidates that say most about a variable: componentwise boosting of squared errors (Buhlmann & Yu 2003) with the functions
 * of one candidate as component, as in the preliminary selection of CAM (Buhlmann, Peters & Ernest 2014, section 3.1).
 * @returns at most `most` of them, in their order
 */
export const chooseCandidates = (
  { starts, gram }: SplineDesign,
  sides: Float64Array,
  candidates: readonly number[],
  most: number,
): number[] => {
  if (candidates.length <= most) return [...candidates];
  const m = sides.length;
  const rest = sides.slice();
  const gained = new Map<number, number>();
  const gainOf = (j: number): number => {
    let sum = 0;
    for (let k = starts[j]!; k < starts[j + 1]!; k++) sum += rest[k]! ** 2;
    return sum;
  };
  for (let step = 0; step < boostingSteps; step++) {
    const best = candidates.reduce((a, b) => (gainOf(b) > gainOf(a) ? b : a));
    gained.set(best, (gained.get(best) ?? 0) + gainOf(best));
    const moves = rest.slice(starts[best]!, starts[best + 1]!).map((value) => boostingRate * value);
    for (const [k, move] of moves.entries()) {
      const row = (starts[best]! + k) * m;
      for (let at = 0; at < m; at++) rest[at]! -= move * gram[row + at]!;
    }
  }
  const chosen = [...gained.keys()].sort((a, b) => gained.get(b)! - gained.get(a)! || a - b).slice(0, most);
  return chosen.sort((a, b) => a - b);
};

/** How much worse a regression is without one of its variables. */
export interface PartialTest {
  /** F statistic, and its degrees of freedom. */
  readonly f: number;
  readonly above: number;
  readonly below: number;
  /** Share of the variance that the other variables leave which this one explains. */
  readonly strength: number;
}

/**
 * Partial F tests of the parents of a variable. Leaving out the functions P of one raises the mean squared residual by
 * b_P^T (G^-1)_PP^-1 b_P, with b the coefficients and G the means of products (Seber & Lee 2003, section 4.3).
 * @returns one test for each parent, or none where the functions outnumber the rows
 */
export const partialTests = (
  { starts, gram, rows }: SplineDesign,
  sides: Float64Array,
  variance: number,
  parents: readonly number[],
): PartialTest[] | undefined => {
  const all = sides.length;
  const functions = parents.flatMap((j) =>
    Array.from({ length: starts[j + 1]! - starts[j]! }, (_, k) => starts[j]! + k),
  );
  const m = functions.length;
  const below = rows - 1 - m;
  if (below < 1) return undefined;
  const system = new Float64Array(m * m);
  // Columns: the sides, and the unit vectors, which become the inverse.
  const width = m + 1;
  const right = new Float64Array(m * width);
  for (const [a, from] of functions.entries()) {
    for (const [b, to] of functions.entries()) system[a * m + b] = gram[from * all + to]!;
    system[a * m + a]! += 1e-9;
    right[a * width] = sides[from]!;
    right[a * width + 1 + a] = 1;
  }
  if (!factorise(system, m)) return undefined;
  solveFactored(system, m, right, width);
  let residual = variance;
  for (const [a, from] of functions.entries()) residual -= right[a * width]! * sides[from]!;
  residual = Math.max(residual, 1e-12 * variance);
  let at = 0;
  return parents.map((j) => {
    const count = starts[j + 1]! - starts[j]!;
    const first = at;
    at += count;
    const block = new Float64Array(count * count);
    const moved = new Float64Array(count);
    for (let a = 0; a < count; a++) {
      moved[a] = right[(first + a) * width]!;
      for (let b = 0; b < count; b++) block[a * count + b] = right[(first + a) * width + 1 + first + b]!;
    }
    const coefficients = moved.slice();
    let rise = 0;
    if (factorise(block, count)) {
      solveFactored(block, count, moved, 1);
      rise = moved.reduce((sum, value, k) => sum + value * coefficients[k]!, 0);
    }
    return { f: rise / count / (residual / below), above: count, below, strength: rise / (residual + rise) };
  });
};

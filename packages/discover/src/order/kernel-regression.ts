/** Predictions of rows by a kernel regression that did not see them. */
import { permutation } from "@scorefield/core";
import type { Rows } from "@scorefield/core/internal";
import { factorise, solveFactored } from "./cholesky.ts";
import { gaussianKernel, medianDistance, squaredDistances } from "./kernel.ts";

/** How a kernel regression is done. */
export interface RegressionSettings {
  /** Rows that the functions are spanned by, drawn: all rows where there are no more. */
  readonly landmarks: number;
  /** Price of a function's squared norm, for each row. */
  readonly ridge: number;
  /** Parts that rows are cut into: each is predicted from the others. */
  readonly folds: number;
  readonly seed: number;
}

/**
 * Ridge regression in the span of the kernel at some rows (Williams & Seeger 2001; Rudi, Camoriano & Rosasco 2015, equation 5),
 * (K_mn K_nm + n ridge K_mm) a = K_mn y, with cross-fitting.
 * @param x rows to predict from @param y what is predicted, [n]
 * @returns predictions, [n]
 */
export const crossFitted = (x: Rows, y: ArrayLike<number>, settings: RegressionSettings): Float64Array => {
  const { landmarks, ridge, folds, seed } = settings;
  const { n, d, data } = x;
  const drawn = permutation(n, { seed, purpose: "resampling" }).data;
  const m = Math.min(n, landmarks);
  const centres: Rows = { n: m, d, data: new Float64Array(m * d) };
  for (let k = 0; k < m; k++) centres.data.set(data.subarray(drawn[k]! * d, (drawn[k]! + 1) * d), k * d);
  const among = squaredDistances(centres, centres);
  const width = medianDistance(among, m);
  gaussianKernel(among, width);
  const kernel = gaussianKernel(squaredDistances(x, centres), width);
  const foldOf = (place: number): number => place % folds;
  const grams = Array.from({ length: folds }, () => new Float64Array(m * m));
  const sides = Array.from({ length: folds }, () => new Float64Array(m));
  for (let place = 0; place < n; place++) {
    const row = drawn[place]!;
    const [gram, side] = [grams[foldOf(place)]!, sides[foldOf(place)]!];
    for (let a = 0; a < m; a++) {
      const weight = kernel[row * m + a]!;
      side[a]! += weight * y[row]!;
      for (let b = 0; b <= a; b++) gram[a * m + b]! += weight * kernel[row * m + b]!;
    }
  }
  const predicted = new Float64Array(n);
  for (let fold = 0; fold < folds; fold++) {
    const system = new Float64Array(m * m);
    const right = new Float64Array(m);
    for (let other = 0; other < folds; other++) {
      if (other === fold) continue;
      for (let at = 0; at < m * m; at++) system[at]! += grams[other]![at]!;
      for (let a = 0; a < m; a++) right[a]! += sides[other]![a]!;
    }
    for (let at = 0; at < m * m; at++) system[at]! += n * ridge * among[at]!;
    // Landmarks that are nearly equal make the matrix singular up to rounding.
    for (let a = 0; a < m; a++) system[a * m + a]! += 1e-8 * n;
    if (!factorise(system, m)) continue;
    solveFactored(system, m, right, 1);
    for (let place = fold; place < n; place += folds) {
      const row = drawn[place]!;
      let sum = 0;
      for (let a = 0; a < m; a++) sum += kernel[row * m + a]! * right[a]!;
      predicted[row] = sum;
    }
  }
  return predicted;
};

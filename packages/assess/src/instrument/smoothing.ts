/** How much fatter tails and how much softer peaks one distribution has than another. */

import { ArgumentError } from "@scorefield/core";
import { checkArray, toRowPair } from "@scorefield/core/internal";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { checkNeighbours, nearestSquares } from "../anomaly/nearest-neighbours.ts";

/** Options of {@link smoothing}. */
export interface SmoothingOptions {
  /** Share of the reference that makes its tails, and as much its peaks. Default 0.05. */
  readonly share?: number;
}

/** A ratio of probabilities, with its standard error from both sets. */
export interface ShareRatio {
  readonly ratio: number;
  readonly standardError: number;
}

/** Both ratios are 1 for equal distributions. */
export interface Smoothing {
  /** Probability of what is as unlikely as the least likely `share` of the reference, over `share`: above 1 tails are fatter. */
  readonly tails: ShareRatio;
  /** Probability of what is as likely as the most likely `share` of the reference, over `share`: below 1 peaks are softer. */
  readonly peaks: ShareRatio;
}

const heightsOf = (name: string, values: NdArray): Float64Array => {
  checkArray(`smoothing ${name}`, values);
  const heights = Float64Array.from(values.data as ArrayLike<number>, Number).sort();
  if (heights.length < 2 || heights.some(Number.isNaN))
    throw new ArgumentError(`smoothing: expected at least two numbers as ${name}, found ${heights.length} or NaN`);
  return heights;
};

/**
 * Compares the heights of samples with the heights of a reference under one and the same height function: the true
 * log-density where it is known, or {@link densityOrder}. A blurred copy of a distribution has fewer samples on its
 * peaks and more in its tails.
 * @param samples heights of samples of the distribution in question, [n]; any monotone function of a density
 * @param reference heights of draws of the distribution it should be, [m]
 * @throws ArgumentError for too few numbers, NaN, or a share outside (0, 1/2]
 */
export const smoothing = (samples: NdArray, reference: NdArray, { share = 0.05 }: SmoothingOptions = {}): Smoothing => {
  const [found, expected] = [
    heightsOf("heights of samples", samples),
    heightsOf("heights of the reference", reference),
  ];
  if (!(share > 0 && share <= 0.5)) throw new ArgumentError(`smoothing: expected a share in (0, 1/2], found ${share}`);
  const m = expected.length;
  // The k-th of m draws has k / (m + 1) of the distribution below it on average.
  const quantile = (share: number): number => {
    const at = Math.min(m - 1, Math.max(0, share * (m + 1) - 1));
    const below = Math.floor(at);
    const above = Math.min(m - 1, below + 1);
    return expected[below]! + (at - below) * (expected[above]! - expected[below]!);
  };
  const portion = (low: number, high: number): number =>
    found.filter((height) => height > low && height < high).length / found.length;
  /** @param p the samples' probability beyond the reference's quantile at `level` */
  const ratioOf = (p: number, level: number): ShareRatio => {
    // The quantile is estimated from m draws: its own share is uncertain, and p with it by the ratio of the two
    // densities there.
    const density = portion(quantile(level - share / 2), quantile(level + share / 2)) / share;
    const variance = (p * (1 - p)) / found.length + (density ** 2 * share * (1 - share)) / m;
    return { ratio: p / share, standardError: Math.sqrt(variance) / share };
  };
  return {
    tails: ratioOf(portion(Number.NEGATIVE_INFINITY, quantile(share)), share),
    peaks: ratioOf(portion(quantile(1 - share), Number.POSITIVE_INFINITY), 1 - share),
  };
};

/**
 * A stand-in for the log-density where it is not known: minus the logarithm of the distance to the k-th nearest row of
 * the data. It orders points as a nearest-neighbour estimate of the density does (Loftsgaarden & Quesenberry 1965).
 * @param data [m, ...shape]; rows that are examined must not be among them @param x [n, ...shape]
 * @returns [n]
 * @throws ShapeError for rows of different size; ArgumentError for values not finite or k out of range
 */
export const densityOrder = (
  data: NdArray,
  x: NdArray,
  { k = 5 }: { readonly k?: number } = {},
): NdArray<"float64"> => {
  const [known, queries] = toRowPair("densityOrder", data, x);
  checkNeighbours("densityOrder", k, known.n);
  const squares = nearestSquares(known, queries, k);
  return ndarray(
    Float64Array.from({ length: queries.n }, (_, i) => -0.5 * Math.log(squares[i * k + k - 1]! || Number.MIN_VALUE)),
  );
};

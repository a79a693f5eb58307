/** How two sample sets differ column by column. */

import { sortedColumns, toRowPair } from "@scorefield/core/internal";
import type { NdArray } from "@scorefield/tensor";
import { transportCost } from "./wasserstein.ts";

/** The largest difference between the empirical distribution functions of two ascending lists. */
const kolmogorovSmirnov = (a: Float64Array, b: Float64Array): number => {
  let largest = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const value = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i]! <= value) i++;
    while (j < b.length && b[j]! <= value) j++;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return largest;
};

/** Distances between the distributions of one column in two sets. */
export interface MarginalDistance {
  /** The two-sample Kolmogorov-Smirnov distance, in [0, 1]. */
  readonly kolmogorovSmirnov: number;
  /** The Wasserstein distance of order 1, in the units of the column. */
  readonly wasserstein: number;
}

/**
 * One distance per column of [n, ...] and [m, ...].
 * @throws ShapeError for rows of different size; ArgumentError for values not finite
 */
export const marginals = (a: NdArray, b: NdArray): MarginalDistance[] => {
  const [x, y] = toRowPair("marginals", a, b);
  const others = sortedColumns(y);
  return sortedColumns(x).map((column, j) => ({
    kolmogorovSmirnov: kolmogorovSmirnov(column, others[j]!),
    wasserstein: transportCost(column, others[j]!, 1),
  }));
};

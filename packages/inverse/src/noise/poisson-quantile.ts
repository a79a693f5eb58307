/** Counts from uniform numbers. */
import { ArgumentError } from "@scorefield/core";
import { hostLogFactorial } from "./log-factorial.ts";

/** Counts of a larger mean are not whole numbers of a float64, or take too long. */
const largestMean = 1e9;

/**
 * The smallest k with P(K <= k) > u for K ~ Poisson(mean): by inversion, one uniform number for each count, so that equal numbers give
 * counts that rise with the mean. It begins 12 deviations below the mean, below which there is a probability of less than 1e-16, and
 * takes about 12 sqrt(mean) operations.
 * @param u in [0, 1)
 * @throws ArgumentError for a mean above 1e9, or one that is not finite
 */
export const poissonQuantile = (u: number, mean: number): number => {
  if (!(mean <= largestMean))
    throw new ArgumentError(`poisson draw: expected a mean count of at most 1e9, found ${mean}`);
  if (mean <= 0) return 0;
  const width = 12 * Math.sqrt(mean) + 20;
  let k = Math.max(0, Math.floor(mean - width));
  let probability = Math.exp(k * Math.log(mean) - mean - hostLogFactorial(k));
  let below = probability;
  // Far above the mean nothing is added any more: the sum may stay below u by its rounding.
  while (below <= u && !(k > mean && probability < 1e-18)) {
    k++;
    probability *= mean / k;
    below += probability;
  }
  return k;
};

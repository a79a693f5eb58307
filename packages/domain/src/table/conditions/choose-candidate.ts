/** The choice among candidates by the density ratio r = p / q, p the density of the data and q that of the model. */
import { uniform } from "@scorefield/core";

/**
 * A candidate is taken with the probability min(1, r / largestRatio), so that a row needs about `largestRatio` candidates.
 * With a larger one, the few rows whose r is above it would come nearer to the data.
 */
export const largestRatio = 4;

/** Where so many candidates were not taken, one of them is, with a probability in proportion to r. */
export const chosenAmong = 16;

/**
 * Decides on one candidate.
 * @param logRatio log r of it, in nats @param seed of its stream @param index of its sample
 * @returns `taken`: by rejection sampling (von Neumann 1951; with a classifier's ratio, Azadi et al. 2019). `value`: where
 *   none of `chosenAmong` is taken, the candidate of the largest value has been drawn in proportion to r (importance
 *   resampling: Rubin 1987), as log(a / (1 - a)) has a Gumbel variable
 *   added, a the probability of being taken
 */
export const chooseCandidate = (logRatio: number, seed: number, index: number): { taken: boolean; value: number } => {
  const draws = uniform([1, 2], { seed, firstSample: index, purpose: "resampling", dtype: "float64" }).data;
  // Draws may be 0.
  const [u, v] = Array.from(draws, (draw) => Math.log(draw + 2 ** -54)) as [number, number];
  const logShare = logRatio - Math.log(largestRatio);
  // What is not taken has a small ratio more often, by 1 minus the share that is taken. Weights make up for that.
  const left = Math.max(-Math.expm1(Math.min(logShare, 0)), Number.EPSILON);
  return { taken: u < logShare, value: logShare - Math.log(left) - Math.log(-v) };
};

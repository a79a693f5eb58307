/** Scores of draws beside what came: the continuous ranked probability score, and coverage. */
import { ArgumentError } from "@scorefield/core";
import { checkArray } from "@scorefield/core/internal";
import { type NdArray, ShapeError } from "@scorefield/tensor";

const checkDraws = (owner: string, draws: NdArray, truths: NdArray): { readonly n: number; readonly k: number } => {
  checkArray(`${owner} draws`, draws);
  checkArray(`${owner} truths`, truths);
  const [k = 0, n = 0] = draws.shape;
  if (draws.shape.length !== 2 || k < 2 || truths.shape.join() !== `${n}`)
    throw new ShapeError(
      `${owner}: expected draws [k, n] with k > 1 and truths [n], found [${draws.shape.join(", ")}] and [${truths.shape.join(", ")}]`,
    );
  return { n, k };
};

/** The draws of one number, in order. */
const sortedDraws = ({ data }: NdArray, n: number, k: number, i: number): Float64Array =>
  Float64Array.from({ length: k }, (_, draw) => Number(data[draw * n + i])).sort();

/**
 * The continuous ranked probability score of each number, from draws (Gneiting & Raftery 2007, equation 21): E|X - y| - E|X - X'| / 2, with
 * the unbiased estimate of the second mean. It is in the unit of the numbers, least for the true distribution, and the absolute error
 * where all draws are equal.
 * @param draws [k, n], at least two of each number @param truths [n]; where it is NaN, so is the score
 * @returns [n]
 * @throws ShapeError for other shapes
 */
export const rankedProbabilityScores = (draws: NdArray, truths: NdArray): Float64Array => {
  const { n, k } = checkDraws("rankedProbabilityScores", draws, truths);
  return Float64Array.from({ length: n }, (_, i) => {
    const y = Number(truths.data[i]);
    const sorted = sortedDraws(draws, n, k, i);
    let [error, spread] = [0, 0];
    for (let j = 0; j < k; j++) {
      error += Math.abs(sorted[j]! - y);
      // In order, x_j is the larger one of j pairs and the smaller one of k - 1 - j.
      spread += (2 * j - k + 1) * sorted[j]!;
    }
    return error / k - spread / (k * (k - 1));
  });
};

/**
 * The mean of {@link rankedProbabilityScores}, of the numbers whose truth is known.
 * @throws ShapeError as it; ArgumentError where no truth is known
 */
export const crps = (draws: NdArray, truths: NdArray): number => {
  const known = rankedProbabilityScores(draws, truths).filter((score) => !Number.isNaN(score));
  if (known.length === 0) throw new ArgumentError("crps: expected a truth that is known, found none");
  return known.reduce((sum, score) => sum + score, 0) / known.length;
};

/** A quantile of values in order, by linear interpolation. */
export const quantileOf = (sorted: ArrayLike<number>, probability: number): number => {
  const at = probability * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
};

/**
 * Quantiles of draws.
 * @param draws [k, n] @param probabilities in [0, 1]
 * @returns for each probability [n]
 */
export const drawQuantiles = (draws: NdArray, probabilities: readonly number[]): Float64Array[] => {
  checkArray("drawQuantiles draws", draws);
  const [k = 0, n = 0] = draws.shape;
  if (draws.shape.length !== 2 || k < 1)
    throw new ShapeError(`drawQuantiles: expected draws [k, n], found [${draws.shape.join(", ")}]`);
  const wrong = probabilities.find((p) => !(p >= 0 && p <= 1));
  if (wrong !== undefined) throw new ArgumentError(`drawQuantiles: expected probabilities in [0, 1], found ${wrong}`);
  const made = probabilities.map(() => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    const sorted = sortedDraws(draws, n, k, i);
    for (const [p, probability] of probabilities.entries()) made[p]![i] = quantileOf(sorted, probability);
  }
  return made;
};

/**
 * The share of known truths inside the central interval of the draws that should hold a share of `level`. Of k draws the interval
 * holds (k - 1) / (k + 1) at most, so take many.
 * @param level in (0, 1)
 * @throws ShapeError for other shapes; ArgumentError for a level out of range
 */
export const coverage = (draws: NdArray, truths: NdArray, level = 0.9): number => {
  checkDraws("coverage", draws, truths);
  if (!(level > 0 && level < 1)) throw new ArgumentError(`coverage level: expected a number in (0, 1), found ${level}`);
  const [low, high] = drawQuantiles(draws, [(1 - level) / 2, (1 + level) / 2]) as [Float64Array, Float64Array];
  let [known, inside] = [0, 0];
  for (let i = 0; i < low.length; i++) {
    const y = Number(truths.data[i]);
    if (Number.isNaN(y)) continue;
    known++;
    if (y >= low[i]! && y <= high[i]!) inside++;
  }
  return inside / known;
};

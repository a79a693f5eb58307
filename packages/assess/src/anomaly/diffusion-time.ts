/**
 * Diffusion-time estimation: how long noise must have worked on data for a row to come out (Livernoche et al. 2024).
 * What the paper calls time is here the logarithm of the ratio r = sigma / alpha, which every process passes through.
 */

import { ArgumentError } from "@scorefield/core";
import { checkMade, toRowPair, toRows } from "@scorefield/core/internal";
import { type NdArray, ndarray } from "@scorefield/tensor";
import type { AnomalyDetector } from "./detector.ts";
import { checkNeighbours, nearestSquares } from "./nearest-neighbours.ts";

/** Options of {@link diffusionTime}. */
export interface DiffusionTimeOptions {
  /** Neighbours whose squared distances are averaged, default 5. */
  readonly k?: number;
  /** Least and largest noise, in units of the data; defaults 1e-3 and 1e3. */
  readonly lowest?: number;
  readonly highest?: number;
  /** Levels of log r between them, default 300. */
  readonly levels?: number;
}

/** @throws ArgumentError unless 0 < lowest < highest, both finite */
export const checkLevels = (name: string, lowest: number, highest: number): void => {
  if (!(lowest > 0 && lowest < highest && Number.isFinite(highest)))
    throw new ArgumentError(`${name}: expected 0 < lowest < highest, found ${lowest} and ${highest}`);
};

/**
 * The posterior mean of log r for a row at mean squared distance `square` from the data, in d dimensions. With all
 * levels equally probable before, p(r | row) is in proportion to r^-d exp(-square / (2 r^2)). This is an inverse gamma
 * distribution of r^2.
 */
export const expectedLogRatio = (square: number, d: number, logRatios: Float64Array): number => {
  const exponents = logRatios.map((u) => -d * u - (square / 2) * Math.exp(-2 * u));
  const largest = exponents.reduce((a, b) => Math.max(a, b));
  let [mass, sum] = [0, 0];
  for (const [i, exponent] of exponents.entries()) {
    const weight = Math.exp(exponent - largest);
    mass += weight;
    sum += weight * logRatios[i]!;
  }
  return sum / mass;
};

const prepare = (
  data: NdArray,
  { k = 5, lowest = 1e-3, highest = 1e3, levels = 300 }: DiffusionTimeOptions,
  fewest = k,
) => {
  const known = toRows("diffusionTime", data);
  checkNeighbours("diffusionTime", fewest, known.n);
  checkLevels("diffusionTime", lowest, highest);
  if (!(Number.isInteger(levels) && levels > 1))
    throw new ArgumentError(`diffusionTime: expected at least 2 levels, found ${levels}`);
  const [first, last] = [Math.log(lowest), Math.log(highest)];
  const logRatios = Float64Array.from({ length: levels }, (_, i) => first + (i / (levels - 1)) * (last - first));
  /** From the squared distances of a row to its neighbours. */
  const timeOf = (squares: Float64Array): number =>
    expectedLogRatio(squares.reduce((sum, value) => sum + value, 0) / squares.length, known.d, logRatios);
  return { known, timeOf, recipe: { kind: "diffusion-time", k, lowest, highest, levels }, k };
};

/**
 * The non-parametric estimate: scores by the posterior mean of log r, given the mean squared distance to the k nearest
 * rows of the data. It ranks rows as that distance does, and reads as a noise level: exp(score) in units of the data.
 * @param data [m, ...shape], best standardised
 * @throws ShapeError without rows; ArgumentError for values not finite or options out of range
 */
export const diffusionTime = (data: NdArray, options: DiffusionTimeOptions = {}): AnomalyDetector => {
  const { known, timeOf, recipe, k } = prepare(data, options);
  return {
    recipe,
    score: async (rows) => {
      const [, queries] = toRowPair("diffusionTime", data, rows);
      const squares = nearestSquares(known, queries, k);
      return ndarray(Float64Array.from({ length: queries.n }, (_, i) => timeOf(squares.subarray(i * k, (i + 1) * k))));
    },
  };
};

/**
 * The scores that {@link diffusionTime} gives rows of the data themselves, each compared with all other rows.
 * @param positions of the rows, [n]
 * @returns [n]
 * @throws as {@link diffusionTime}, and ArgumentError for data of no more than k rows
 */
export const diffusionTimesWithin = (
  data: NdArray,
  positions: ArrayLike<number>,
  options: DiffusionTimeOptions = {},
): NdArray<"float64"> => {
  const { k = 5 } = options;
  const { known, timeOf } = prepare(data, options, k + 1);
  const { d } = known;
  checkMade("diffusionTimesWithin positions", positions, ["length"], "positions of rows");
  const chosen = Float64Array.from(positions);
  const beyond = chosen.find((position) => !(Number.isInteger(position) && position >= 0 && position < known.n));
  if (beyond !== undefined)
    throw new ArgumentError(`diffusionTimesWithin: expected positions below ${known.n}, found ${beyond}`);
  const queries = new Float64Array(chosen.length * d);
  for (const [i, position] of chosen.entries())
    queries.set(known.data.subarray(position * d, (position + 1) * d), i * d);
  // The nearest row is the row itself, or one equal to it.
  const squares = nearestSquares(known, { n: chosen.length, d, data: queries }, k + 1);
  return ndarray(chosen.map((_, i) => timeOf(squares.subarray(i * (k + 1) + 1, (i + 1) * (k + 1)))));
};

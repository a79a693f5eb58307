/** Whether an estimator's posteriors are as uncertain as they should be, over many simulations. */
import { ArgumentError, uniform } from "@scorefield/core";
import { checkMade, checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import type { NdArray } from "@scorefield/tensor";
import { centralRanks, type RankStatistic, rankStatistic } from "../posterior/rank-statistic.ts";
import type { PosteriorDrawOptions, PosteriorEstimator } from "./estimator.ts";
import { drawPrior } from "./prior.ts";
import { checkSimulations } from "./simulate.ts";

/** Options of {@link calibratePosterior}. */
export interface CalibratePosteriorOptions extends PosteriorDrawOptions {
  /** Parameters [n, d] drawn from the prior, at least 50, that the estimator has not learnt from. */
  readonly parameters: NdArray;
  /** What the simulator made of them, [n, ...shape]. */
  readonly data: NdArray;
  /** Draws of each posterior, default 99: a truth then has 100 ranks. */
  readonly draws?: number;
  /** Names of parameters, [d]. Default `parameter 1` and so on. */
  readonly names?: readonly string[];
}

/** What {@link calibratePosterior} found. */
export interface PosteriorCalibration {
  readonly problems: number;
  readonly draws: number;
  /** Ranks of each parameter, by name, and of the `distance to a random point` (TARP). */
  readonly statistics: readonly RankStatistic[];
  /** The probability of ranks at least this uneven under the right posterior: the least p-value times their number, at most 1. */
  readonly pValue: number;
  /** Central intervals of single parameters: the share of truths within them, and its standard error if it were right. */
  readonly coverage: { readonly expected: number; readonly found: number; readonly standardError: number };
  /**
   * Tests of accuracy with random points: the share of problems whose truth is within the ball around a random point that holds a share
   * `levels` of the draws. It equals the level under the right posterior. Below it for low levels and above for high ones: the draws
   * are too wide.
   */
  readonly randomPoints: { readonly levels: readonly number[]; readonly found: readonly number[] };
}

const known = {
  parameters: true,
  data: true,
  draws: true,
  names: true,
  seed: true,
  sampler: true,
  batch: true,
  signal: true,
  runtime: true,
} satisfies Known<CalibratePosteriorOptions>;

const levels = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

/**
 * Simulation-based calibration of an estimator (Talts et al. 2018, algorithm 1): the rank of every true parameter among the draws given
 * its data is uniform under the right posterior. So is the rank of its distance to a random point, which sees all parameters together
 * (TARP: Lemos et al. 2023, algorithm 2; points are draws of the prior, distances in deviations of the truths).
 *
 * Uniform ranks do not show that a posterior is narrow: the prior itself has them, for every parameter. For one observation, see
 * `localTwoSampleTest` of `scorefield/assess`.
 * @throws ArgumentError | ShapeError for what is no estimator, fewer than 50 simulations or 9 draws, and simulations of another shape; as
 *   `drawEach` of the estimator
 */
export const calibratePosterior = async (
  estimator: PosteriorEstimator,
  options: CalibratePosteriorOptions,
): Promise<PosteriorCalibration> => {
  const owner = "calibratePosterior";
  checkMade(owner, estimator, ["prior", "drawEach", "logDensity"], "an estimator, as trainPosterior makes");
  checkOptions(owner, options, known);
  const { parameters: _, data: __, names, draws = 99, seed = 0, ...how } = options;
  const { prior } = estimator;
  const d = prior.size;
  const { parameters, data } = checkSimulations(owner, options, d);
  const n = parameters.shape[0]!;
  checkWhole(`${owner} draws`, draws);
  if (n < 50) throw new ArgumentError(`${owner}: expected at least 50 simulations, so that bins fill, found ${n}`);
  if (draws < 9)
    throw new ArgumentError(`${owner} draws: expected at least 9, so that each bin has a rank, found ${draws}`);
  if (names !== undefined && names.length !== d)
    throw new ArgumentError(`${owner} names: expected ${d}, one for each parameter, found ${names.length}`);
  const drawn = await estimator.drawEach(data, { ...how, draws, seed });
  const inner = centralRanks(draws);
  const statistic = (name: string, truth: Float64Array, values: Float64Array, step: number): RankStatistic =>
    rankStatistic(name, truth, values, draws, inner, uniform([n], { seed, step, purpose: "probe" }).data);
  const column = (all: NdArray<"float64">, j: number): Float64Array =>
    Float64Array.from({ length: all.data.length / d }, (_, i) => all.data[i * d + j]!);
  const alone = Array.from({ length: d }, (_, j) =>
    statistic(names?.[j] ?? `parameter ${j + 1}`, column(parameters, j), column(drawn, j), j),
  );
  const units = Array.from({ length: d }, (_, j) => deviationOf(column(parameters, j)));
  // Far from the seeds that simulations are drawn with: a point must not be the truth.
  const points = drawPrior(owner, prior, n, seed + 2_038_074_743).data;
  const distances = (all: NdArray<"float64">, copies: number): Float64Array =>
    Float64Array.from({ length: n * copies }, (_, r) => {
      const i = Math.floor(r / copies);
      let sum = 0;
      for (let j = 0; j < d; j++) sum += ((all.data[r * d + j]! - points[i * d + j]!) / units[j]!) ** 2;
      return sum;
    });
  const together = statistic("distance to a random point", distances(parameters, 1), distances(drawn, draws), d);
  const statistics = [...alone, together];
  const expected = inner / (draws + 1);
  return {
    problems: n,
    draws,
    statistics,
    pValue: Math.min(1, statistics.length * Math.min(...statistics.map(({ pValue }) => pValue))),
    coverage: {
      expected,
      found: alone.reduce((sum, { coverage }) => sum + coverage / d, 0),
      standardError: Math.sqrt((expected * (1 - expected)) / n),
    },
    randomPoints: {
      levels,
      found: levels.map((level) => {
        // Ranks 0 to draws are as probable each: of those below level (draws + 1), whole and in part.
        const most = level * (draws + 1);
        return together.ranks.reduce((sum, rank) => sum + Math.min(1, Math.max(0, most - rank)), 0) / n;
      }),
    },
  };
};

const deviationOf = (values: Float64Array): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) || 1;
};

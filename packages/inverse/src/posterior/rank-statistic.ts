/** Ranks of a truth among draws: uniform where the draws are of the right posterior. */
import { chiSquareTail } from "../solve/chi-square.ts";

/** Ranks of the truth among the draws, of one number that is taken of both. */
export interface RankStatistic {
  /** `direction 1` to `direction n`, or `misfit`, the square misfit to the measurement. */
  readonly name: string;
  /** How many of the draws are below the truth, of each problem: 0 to draws. */
  readonly ranks: Int32Array;
  /** Pearson's statistic of the ranks in `bins` bins against equal shares, and the probability of at least this if ranks are uniform. */
  readonly chiSquare: number;
  readonly bins: number;
  readonly pValue: number;
  /** Share of problems whose truth is within the central interval of the draws. */
  readonly coverage: number;
}

const bins = 10;

/** How many ranks the central interval of about 90 % has, of `draws` + 1. */
export const centralRanks = (draws: number): number => Math.max(1, Math.round(0.9 * (draws + 1)));

/**
 * The statistic of one number of truths and draws.
 * @param truth of each problem, [n]
 * @param values of the draws, [n x draws]
 * @param inner ranks of the central interval
 * @param ties uniform draws in [0, 1), [n]: which rank a truth gets among equals
 */
export const rankStatistic = (
  name: string,
  truth: Float64Array,
  values: Float64Array,
  draws: number,
  inner: number,
  ties: ArrayLike<number>,
): RankStatistic => {
  const ranks = Int32Array.from(truth, (value, i) => {
    let [below, equal] = [0, 0];
    for (let k = 0; k < draws; k++) {
      const draw = values[i * draws + k]!;
      if (draw < value) below++;
      else if (draw === value) equal++;
    }
    // Among equals any rank is as good as another.
    return below + Math.floor(ties[i]! * (equal + 1));
  });
  const n = ranks.length;
  const counts = new Float64Array(bins);
  const expected = new Float64Array(bins);
  const binOf = (rank: number): number => Math.floor((rank * bins) / (draws + 1));
  for (let rank = 0; rank <= draws; rank++) expected[binOf(rank)]! += n / (draws + 1);
  for (const rank of ranks) counts[binOf(rank)]!++;
  const chiSquare = counts.reduce((sum, count, k) => sum + (count - expected[k]!) ** 2 / expected[k]!, 0);
  const low = Math.floor((draws + 1 - inner) / 2);
  const coverage = ranks.filter((rank) => rank >= low && rank < low + inner).length / n;
  return { name, ranks, chiSquare, bins, pValue: chiSquareTail(chiSquare, bins - 1), coverage };
};

/** Intervals by the bootstrap (Efron 1979): how a statistic would vary, had other samples been drawn. */

import { ArgumentError, integers } from "@scorefield/core";
import { checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import { checkStatistic, plainValue, type Statistic } from "./statistic.ts";

/** A statistic with its uncertainty. */
export interface BootstrapEstimate {
  readonly value: number;
  /** Ends of the interval. */
  readonly low: number;
  readonly high: number;
  /** Standard deviation of the replicates. */
  readonly standardError: number;
  readonly replicates: number;
}

/** Options of {@link bootstrap}. */
export interface BootstrapOptions {
  /** How often the sets are resampled, default 200. */
  readonly replicates?: number;
  /** Share of replicates inside the interval, in (0, 1), default 0.95. */
  readonly level?: number;
  /** Default 0. */
  readonly seed?: number;
}

const known = { replicates: true, level: true, seed: true } satisfies Known<BootstrapOptions>;

/** A quantile of ascending values, between neighbours linearly. */
const quantile = (ascending: Float64Array, share: number): number => {
  const place = share * (ascending.length - 1);
  const below = Math.floor(place);
  const next = ascending[Math.min(below + 1, ascending.length - 1)]!;
  return ascending[below]! + (place - below) * (next - ascending[below]!);
};

const multiplicities = (size: number, seed: number, step: number): Float64Array => {
  const counts = new Float64Array(size);
  for (const row of integers([size], { seed, step, purpose: "resampling", high: size }).data) counts[row]!++;
  return counts;
};

/**
 * Resamples the rows of every set with replacement and takes percentiles of the statistic. They are moved by the
 * difference between the value and the replicates' mean. Distances between sets grow when rows repeat, and the plain
 * percentiles of, say, a Frechet distance need not even contain it.
 * @throws ArgumentError for a value that is not a statistic, unknown options and options out of range
 */
export const bootstrap = (of: Statistic, options: BootstrapOptions = {}): BootstrapEstimate => {
  checkStatistic("bootstrap", of);
  checkOptions("bootstrap", options, known);
  const { replicates = 200, level = 0.95, seed = 0 } = options;
  checkWhole("bootstrap replicates", replicates);
  if (!(level > 0 && level < 1)) throw new ArgumentError(`bootstrap level: expected one in (0, 1), found ${level}`);
  const value = plainValue(of);
  const sets = of.sizes.length;
  const found = Float64Array.from({ length: replicates }, (_, r) =>
    of(...of.sizes.map((size, k) => multiplicities(size, seed, r * sets + k))),
  ).sort();
  const mean = found.reduce((sum, x) => sum + x, 0) / replicates;
  const variance = found.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, replicates - 1);
  const end = (share: number): number => quantile(found, share) + value - mean;
  return {
    value,
    low: end((1 - level) / 2),
    high: end((1 + level) / 2),
    standardError: Math.sqrt(variance),
    replicates,
  };
};

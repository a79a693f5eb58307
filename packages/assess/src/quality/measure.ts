/** One number that compares samples with real data, with what the same number is between real data and real data. */
import type { BootstrapEstimate } from "../metric/bootstrap.ts";

/** A number with its interval of 95 % by the bootstrap. All are null where the number is not finite. */
export interface Interval {
  readonly value: number | null;
  /** Ends of the interval. */
  readonly low: number | null;
  readonly high: number | null;
  /** Standard deviation of the replicates. */
  readonly standardError: number | null;
  readonly replicates: number;
}

/** A measure of samples against reference data, with the same measure of other real data. Plain JSON. */
export interface Measure {
  /** Such as `frechet-digits-classifier` or `coverage`: what programs know it by. */
  readonly name: string;
  /** What people read in its place, where the name is not for them. */
  readonly label?: string;
  /** What it means, in a line. */
  readonly meaning: string;
  /** What it is measured in, such as `share` or `standard deviations`; empty for a number without a unit. */
  readonly unit: string;
  /** Which way is good: small, large, or near the real data's own. */
  readonly good: "small" | "large" | "near";
  /** Ends of a scale that the number cannot leave. */
  readonly range?: readonly [number, number];
  readonly samples: Interval;
  /** The same for real data: what a perfect model would reach, chance included. */
  readonly real?: Interval;
  /**
   * The same for training rows with every column shuffled separately. They have the right columns and no relations between
   * them: a measure that takes them for good sees columns alone.
   */
  readonly control?: Interval;
  /** Its value if samples and real data had one distribution. Given for a measure that cannot be taken of real data alone. */
  readonly expected?: number;
  /** Of the two-sample test: the probability of at least this many right answers if both sets had one distribution. */
  readonly pValue?: { readonly samples: number; readonly real?: number };
  /** Why a number is null. */
  readonly note?: string;
}

/**
 * An estimate as an interval of a measure: its ends inside the range that the number cannot leave, which centring may
 * bring them out of.
 */
export const intervalOf = (
  { value, low, high, standardError, replicates }: BootstrapEstimate,
  [least, most]: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): Interval =>
  [value, low, high, standardError].every(Number.isFinite)
    ? { value, low: Math.max(least, low), high: Math.min(most, high), standardError, replicates }
    : { value: null, low: null, high: null, standardError: null, replicates };

/** Says why numbers of a measure are null, where some are. */
export const withNote = (measure: Measure): Measure => {
  const without = [
    ...(measure.samples.value === null ? ["the samples"] : []),
    ...(measure.real?.value === null ? ["the real data"] : []),
  ];
  return without.length === 0 ? measure : { ...measure, note: `not finite for ${without.join(" and ")}` };
};

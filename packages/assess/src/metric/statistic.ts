/** Statistics of samples that are quick to compute again when rows count several times, or not at all. */
import { ArgumentError } from "@scorefield/core";

/**
 * A number computed from one or several sets of rows, given how often each row of each set counts. What is costly and
 * does not depend on the counts, such as distances between rows, was computed when it was made.
 */
export interface Statistic {
  (...counts: readonly Float64Array[]): number;
  /** How many rows each set has. */
  readonly sizes: readonly number[];
}

/** @throws ArgumentError unless a statistic */
export const checkStatistic = (name: string, of: unknown): void => {
  if (typeof of !== "function" || !("sizes" in of))
    throw new ArgumentError(`${name}: expected a statistic such as energyDistanceStatistic(a, b), found ${typeof of}`);
};

/** A function of counts as a statistic of sets of these sizes. */
export const statistic = (
  sizes: readonly number[],
  compute: (...counts: readonly Float64Array[]) => number,
): Statistic => Object.assign((...counts: readonly Float64Array[]) => compute(...counts), { sizes });

/** The statistic of the sets themselves: every row counts once. */
export const plainValue = (of: Statistic): number => {
  checkStatistic("plainValue", of);
  return of(...of.sizes.map((n) => new Float64Array(n).fill(1)));
};

/** The mean of one number per row. */
export const meanStatistic = (values: ArrayLike<number>): Statistic => {
  if (typeof values?.length !== "number")
    throw new ArgumentError(`meanStatistic: expected a list of numbers, found ${typeof values}`);
  return statistic([values.length], (counts) => {
    let [sum, total] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      sum += counts![i]! * values[i]!;
      total += counts![i]!;
    }
    return sum / total;
  });
};

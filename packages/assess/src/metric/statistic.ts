/** Statistics of samples that are quick to compute again when rows count several times, or not at all. */

/**
 * A number computed from one or several sets of rows, given how often each row of each set counts. What is costly and
 * does not depend on the counts, such as distances between rows, was computed when it was made.
 */
export interface Statistic {
  (...counts: readonly Float64Array[]): number;
  /** How many rows each set has. */
  readonly sizes: readonly number[];
}

/** A function of counts as a statistic of sets of these sizes. */
export const statistic = (
  sizes: readonly number[],
  compute: (...counts: readonly Float64Array[]) => number,
): Statistic => Object.assign((...counts: readonly Float64Array[]) => compute(...counts), { sizes });

/** The statistic of the sets themselves: every row counts once. */
export const plainValue = (of: Statistic): number => of(...of.sizes.map((n) => new Float64Array(n).fill(1)));

/** The mean of one number per row. */
export const meanStatistic = (values: ArrayLike<number>): Statistic =>
  statistic([values.length], (counts) => {
    let [sum, total] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      sum += counts![i]! * values[i]!;
      total += counts![i]!;
    }
    return sum / total;
  });

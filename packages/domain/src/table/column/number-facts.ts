/** What the numbers of a column are like. */

/** What is known of numbers, without those that are missing. */
export interface NumberFacts {
  readonly least: number;
  readonly most: number;
  /** Whether all are whole numbers. */
  readonly whole: boolean;
  /** All that there are, ascending, of at most 1,000. */
  readonly levels?: readonly number[];
  /** How many there are. */
  distinct(): number;
}

const mostKept = 1000;

/** Facts of numbers in which NaN is a missing one. */
export const numberFacts = (numbers: Float64Array): NumberFacts => {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let whole = true;
  const seen = new Set<number>();
  for (const value of numbers) {
    if (Number.isNaN(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
    whole = whole && Number.isInteger(value);
    if (seen.size <= mostKept) seen.add(value);
  }
  const few = seen.size <= mostKept;
  return {
    least,
    most,
    whole,
    ...(few && { levels: [...seen].sort((a, b) => a - b) }),
    distinct: () => {
      if (few) return seen.size;
      // Sorting takes less memory than a set of millions.
      const sorted = numbers.slice().sort();
      let count = 0;
      for (let i = 0; i < sorted.length; i++) if (!Number.isNaN(sorted[i]!) && sorted[i] !== sorted[i - 1]) count++;
      return count;
    },
  };
};

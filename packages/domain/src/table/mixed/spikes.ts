/** Values that so many rows share that they are a category of their own, such as the zeros of a capital gain. */

/** What counts as a spike. */
export interface SpikeRule {
  /** The least share of all rows that a spike has, in (0, 1]. */
  readonly share: number;
  /** How many times as many rows as any of the `beside` distinct values next to it on each side. */
  readonly above: number;
  readonly beside: number;
  /** A column with no more distinct values than this has no spikes. */
  readonly distinct: number;
  /** The fewest rows that a spike has. */
  readonly rows: number;
}

// Of nine public tables these find zeros (capital-gain, capital-loss, BILL_AMT, PAY_AMT, tip) and 40 hours per week. They
// find no round numbers that stand beside others (credit limits, loan durations, hours 45 and 50) and no value by chance.
export const usualSpikes: SpikeRule = { share: 0.06, above: 4, beside: 10, distinct: 20, rows: 10 };

/**
 * The spikes of a column in ascending order.
 * @param sorted the column's numbers in ascending order, without missing ones
 * @param rows of the table, which shares are of
 */
export const findSpikes = (sorted: Float64Array, rows: number, rule: SpikeRule = usualSpikes): number[] => {
  const starts: number[] = [];
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) starts.push(i);
  if (starts.length <= rule.distinct) return [];
  const counts = starts.map((start, i) => (starts[i + 1] ?? sorted.length) - start);
  const least = Math.max(rule.rows, rule.share * rows);
  return starts.flatMap((start, i) => {
    const count = counts[i]!;
    if (count < least) return [];
    for (let k = Math.max(0, i - rule.beside); k <= i + rule.beside && k < counts.length; k++)
      if (k !== i && count < rule.above * counts[k]!) return [];
    return [sorted[start]!];
  });
};

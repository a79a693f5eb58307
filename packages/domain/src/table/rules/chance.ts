/** When a rule that holds in all rows is more than chance. */

// Chance offers a rule in one of a thousand tables at most.
const falseOffers = 1e-3;

/**
 * How many rows must be expected to break a rule if its columns had nothing to do with each other. Where none does while e
 * are expected, chance has probability exp(-e). It is compared with one in a thousand, divided by the number of rules
 * that were looked at (Bonferroni).
 */
export const neededBreaks = (lookedAt: number): number => Math.log(lookedAt / falseOffers);

/** How many of n rows have a above b if b is drawn from another row. @param a, b [n] of finite numbers */
export const expectedAbove = (a: Float64Array, b: Float64Array): number => {
  const [x, y] = [a.slice().sort(), b.slice().sort()];
  let [pairs, below] = [0, 0];
  for (const value of x) {
    while (below < y.length && y[below]! < value) below++;
    pairs += below;
  }
  return x.length > 0 ? pairs / x.length : 0;
};

/** Counts of differences in the first window: near 0, but enough to tell a trend. */
const windowCounts = (n: number): number[] => {
  const most = Math.floor(Math.max(Math.min(100, n / 3), 0.03 * n));
  const counts: number[] = [];
  for (let count = 16; count < most; count *= 2) counts.push(count);
  return [...counts, most];
};

/**
 * How many differences would lie below 0 if their distribution went on there as it comes to 0. Two columns may be far apart
 * without a rule: their difference then thins out before 0. Where a rule cuts it off at 0, it does not. With counts c1, c2,
 * c3 of the differences in [0, g), [g, 2g), [2g, 3g), the logarithm is extrapolated as a parabola, exact for a normal
 * distribution: the count in [-g, 0) is c3 (c1 / c2)^3. One standard error is taken off; the largest over several g is
 * returned. Differences of exactly 0 that are more than those one step above it count as they are.
 * @param differences none below 0
 * @param step of their values, 0 where they have none
 */
export const expectedBeyond = (differences: Float64Array, step = 0): number => {
  const sorted = differences.slice().sort();
  const countBelow = (value: number): number => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const ties = countBelow(step > 0 ? step / 2 : Number.MIN_VALUE);
  let most = ties >= countBelow(1.5 * step) - ties ? ties : 0;
  for (const count of windowCounts(sorted.length)) {
    const at = sorted[count]!;
    // Windows of whole steps, each of which begins half a step before its first value.
    const g = step > 0 ? Math.max(1, Math.ceil(at / step)) * step : at;
    if (!(g > 0)) continue;
    const [first, second, third] = [1, 2, 3].map((k) => countBelow(k * g - step / 2)) as [number, number, number];
    const [c1, c2, c3] = [first, second - first, third - second];
    if (c1 === 0 || c2 === 0 || c3 === 0) continue;
    const error = Math.sqrt(9 / c1 + 9 / c2 + 1 / c3);
    most = Math.max(most, Math.exp(Math.log(c3) + 3 * Math.log(c1 / c2) - error));
  }
  return most;
};

/** A column's ranks as normal scores and back, for columns with heavy tails, repeated values or whole numbers. */
import { normalQuantile } from "@scorefield/core";
import { decimalsOf, roundTo } from "./decimals.ts";

/** The distribution of a column: values of it in ascending order, the least and the greatest among them. */
export interface Distribution {
  readonly values: readonly number[];
  /** How many rows hold each value. */
  readonly counts: readonly number[];
  /** How many rows hold less than each value. Left out, as older runs do: the sum of the counts before. */
  readonly below?: readonly number[];
  /** Decimals that all rows are written in, 0 for whole numbers. Left out where there are more than 10. */
  readonly decimals?: number;
}

/** A column of no more distinct values than this keeps all of them. */
const mostValues = 1000;
/** Steps between kept ranks, of all rows, and of the rank counted from the nearer end: all of the outermost 49 are kept. */
const widestStep = 1 / 1000;
const tailStep = 1 / 25;

// Rows that share a value are spread over the middle of its range of ranks, so that the values of a column stay apart.
// Correlation error of samples of a 21-column table with repeated values (docs/tables.md), for the middle 0, 0.3, 0.6 and
// all of the range: 0.056, 0.053, 0.052, 0.059.
const spread = 0.6;

/** Ranks of n rows to keep: dense at both ends, towards the middle in geometric steps, then in equal ones. */
const keptRanks = (n: number): number[] => {
  const ranks = [n >> 1];
  const widest = Math.max(1, Math.floor(widestStep * n));
  for (let rank = 0; 2 * rank < n; rank += Math.max(1, Math.min(widest, Math.floor(tailStep * rank))))
    ranks.push(rank, n - 1 - rank);
  return ranks;
};

/**
 * The distribution of a column of finite numbers. Of more than 1,000 distinct values it keeps a part, about 1,300 of
 * 200,000 rows. It keeps every order statistic near both ends, and fewer in geometric steps towards the middle. It also
 * keeps each value that a thousandth of the rows share, and the values next to it.
 */
export const fitDistribution = (column: Float32Array | Float64Array): Distribution => {
  const sorted = column.slice().sort();
  const n = sorted.length;
  const values: number[] = [];
  const below: number[] = [];
  for (const [i, value] of sorted.entries())
    if (value !== values.at(-1)) {
      values.push(value);
      below.push(i);
    }
  const counts = below.map((rank, i) => (below[i + 1] ?? n) - rank);
  const decimals = decimalsOf(column);
  const rest = decimals === undefined ? {} : { decimals };
  if (values.length <= mostValues) return { values, counts, below, ...rest };
  const kept = new Set<number>();
  for (const rank of keptRanks(n)) {
    const i = upperBound(below, rank) - 1;
    // The gaps on both sides of a frequent value are its own: nothing is drawn from between.
    const reach = counts[i]! >= Math.max(2, widestStep * n) ? 1 : 0;
    for (let k = Math.max(0, i - reach); k <= Math.min(values.length - 1, i + reach); k++) kept.add(k);
  }
  const order = [...kept].sort((a, b) => a - b);
  const pick = (list: readonly number[]) => order.map((i) => list[i]!);
  return { values: pick(values), counts: pick(counts), below: pick(below), ...rest };
};

/** Both directions of the map between a column's values and normal scores. */
export interface QuantileMap {
  /**
   * The normal score of a value: the standard normal quantile of its rank. Rows that share a value share the middle of
   * its range of ranks, and `u` in (0, 1) says where in it this one stands.
   */
  toScore(value: number, u: number): number;
  /** The value at a normal score; always within the range of the column, and in its decimals. */
  toValue(score: number): number;
  /**
   * What the log-density of a score lacks to be one of its value. Where the map is smooth this is the log of its slope,
   * d score / d value (at a kept value, whose slopes on both sides differ, of the secant over both), and -Infinity where it
   * gives no value. Rounding to decimals is left out of account: the probability of one rounded value is about its density
   * times a unit of the last decimal.
   *
   * A value that a step of the map gives, one that repeats or stands at an end, has a probability in place of a density
   * (`atom`). `toScore` spreads it over scores with the density q = phi / m, of the standard normal density phi and the share
   * m of all ranks that it spreads over; -log q in place of the slope makes the log of its probability under a model p that
   * was trained on such scores, and under any model a lower bound in the mean: E_q log (p / q) <= log of the integral of p
   * over the step (variational dequantisation: Ho et al. 2019, equation 11).
   */
  volume(value: number, score: number): { readonly logVolume: number; readonly atom: boolean };
}

/** The first position in an ascending list whose entry is greater than x. */
const upperBound = (list: ArrayLike<number>, x: number): number => {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]! > x) high = middle;
    else low = middle + 1;
  }
  return low;
};

/** A point of the quantile function: the rank, counted in rows, at which it has a value. */
interface Knot {
  readonly rank: number;
  readonly value: number;
}

const cumulative = (counts: readonly number[]): number[] => {
  let sum = 0;
  return counts.map((count) => {
    sum += count;
    return sum - count;
  });
};

/**
 * The knots of each value. A value that repeats is a step as wide as the rows that hold it. So is the half of a value
 * that occurs once on the side of one that repeats, so that nothing is drawn from between the two. Where values between
 * were not kept, a step ends half a unit of the last decimal beyond its value: the first value between starts there.
 */
const knotsOf = (values: readonly number[], counts: readonly number[], below: readonly number[], unit: number) =>
  values.flatMap((value, i): Knot[] => {
    const [count, rank] = [counts[i]!, below[i]!];
    const end = rank + count;
    const gapBefore = i > 0 && below[i - 1]! + counts[i - 1]! < rank;
    const gapAfter = i < values.length - 1 && end < below[i + 1]!;
    if (count === 1)
      return [
        ...(!gapBefore && (counts[i - 1] ?? 1) > 1 ? [{ rank, value }] : []),
        { rank: rank + 0.5, value },
        ...(!gapAfter && (counts[i + 1] ?? 1) > 1 ? [{ rank: end, value }] : []),
      ];
    return [
      ...(gapBefore ? [{ rank, value: value - unit / 2 }] : []),
      { rank, value },
      { rank: end, value },
      ...(gapAfter ? [{ rank: end, value: value + unit / 2 }] : []),
    ];
  });

/**
 * Values that repeat keep their share of the probability (a step of the quantile function); between others the function
 * is linear in the score. A column with one value has the score 0.
 */
export const quantileMap = ({ values, counts, below = cumulative(counts), decimals }: Distribution): QuantileMap => {
  const rounded = (value: number): number => (decimals === undefined ? value : roundTo(value, decimals));
  if (values.length === 1)
    return {
      toScore: () => 0,
      toValue: () => rounded(values[0]!),
      volume: () => ({ logVolume: Number.NaN, atom: true }),
    };
  const total = below.at(-1)! + counts.at(-1)!;
  // Models compute in float32: with scores that it holds, a value that was kept comes back exactly.
  const scoreAt = (rank: number): number =>
    rank === 0 ? -Infinity : rank === total ? Infinity : Math.fround(normalQuantile(rank / total));
  const unit = decimals === undefined ? 0 : 10 ** -decimals;
  const points = knotsOf(values, counts, below, unit);
  const scores = Float64Array.from(points, ({ rank }) => scoreAt(rank));
  const knots = Float64Array.from(points, ({ value }) => value);
  const outermost = scoreAt(total - 0.5);
  const limited = (score: number): number => Math.min(outermost, Math.max(-outermost, score));
  const between = (from: number, to: number, share: number): number => from * (1 - share) + to * share;
  const logSlope = (low: number, high: number): number =>
    // Halves, because the range of a column may be wider than the greatest number.
    Math.log((limited(scores[high]!) - limited(scores[low]!)) / 2) - Math.log(knots[high]! / 2 - knots[low]! / 2);
  return {
    toScore: (value, u) => {
      const i = upperBound(values, value) - 1;
      if (i >= 0 && values[i] === value) {
        const within = counts[i]! > 1 ? (0.5 + spread * (u - 0.5)) * counts[i]! : 0.5;
        return scoreAt(below[i]! + within);
      }
      const at = value + spread * (u - 0.5) * unit;
      const k = upperBound(knots, at);
      if (k === 0 || k === knots.length) return k === 0 ? -outermost : outermost;
      const [low, high] = [knots[k - 1]!, knots[k]!];
      // Halves, because the range of a column may be wider than the greatest number.
      return between(limited(scores[k - 1]!), limited(scores[k]!), (at / 2 - low / 2) / (high / 2 - low / 2));
    },
    toValue: (score) => {
      const k = upperBound(scores, score);
      if (k === 0 || k === knots.length) return rounded(knots[k === 0 ? 0 : k - 1]!);
      const [low, high] = [knots[k - 1]!, knots[k]!];
      // Within a repeated value, whose scores may be infinite.
      if (low === high) return rounded(low);
      return rounded(between(low, high, (score - scores[k - 1]!) / (scores[k]! - scores[k - 1]!)));
    },
    volume: (value, score) => {
      const above = upperBound(knots, value);
      const last = knots.length - 1;
      if (above === 0 || (above === knots.length && value > knots[last]!))
        return { logVolume: Number.NEGATIVE_INFINITY, atom: false };
      const end = above - 1;
      if (knots[end] !== value) return { logVolume: logSlope(end, above), atom: false };
      let begin = end;
      while (begin > 0 && knots[begin - 1] === value) begin--;
      if (begin === end && begin > 0 && end < last) return { logVolume: logSlope(begin - 1, end + 1), atom: false };
      const i = upperBound(values, value) - 1;
      const ranks = (end === last ? total : points[end]!.rank) - (begin === 0 ? 0 : points[begin]!.rank);
      const mass = (counts[i]! > 1 ? spread * counts[i]! : ranks) / total;
      return { logVolume: Math.log(mass) + score ** 2 / 2 + 0.5 * Math.log(2 * Math.PI), atom: true };
    },
  };
};

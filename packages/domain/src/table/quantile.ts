/** A column's ranks as normal scores and back, for columns with heavy tails, repeated values or whole numbers. */
import { normalQuantile } from "@scorefield/core";
import { decimalsOf, roundTo } from "./decimals.ts";
import { fitTail, type Tail } from "./tail.ts";

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
   * its range of ranks, and `u` in (0, 1) says where in it this one stands. Beyond the column's range scores go on,
   * strictly increasing, by the shape of its tails ({@link fitTail}). They are finite for every finite value.
   */
  toScore(value: number, u: number): number;
  /**
   * The value at a normal score, in the column's decimals. It stays within the range of the column, as do samples: no
   * column then leaves its natural bounds. An end that one of n rows holds gets half a rank more, 1 / (2 n) of samples.
   */
  toValue(score: number): number;
  /** The same, but that scores beyond the outermost give values beyond the range, as the inverse of `toScore`. */
  toValueBeyond(score: number): number;
  /**
   * What the log-density of a score lacks to be one of its value: the log of the slope of `toScore`, d score / d value (at
   * a kept value, whose slopes on both sides differ, of the secant over both). It is -Infinity between the values of a
   * column that holds nothing but repeated values. Rounding to decimals is left out of account: the probability of one
   * rounded value is about its density times a unit of the last decimal.
   *
   * A value that repeats has a probability in place of a density (`atom`). `toScore` spreads it over scores with the
   * density q = phi / m, of the standard normal density phi and the share m of all ranks that it spreads over; -log q in
   * place of the slope makes the log of its probability under a model p that was trained on such scores, and under any
   * model a lower bound in the mean: E_q log (p / q) <= log of the integral of p over the step (variational
   * dequantisation: Ho et al. 2019, equation 11). Values between it and the next have the ranks that it leaves free. Steps,
   * what lies between them and both tails together have the probability 1 under the normal density.
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

/** Whether rows hold values between the i-th kept value and the one before or after, which were not kept. */
const gapsAt = (counts: readonly number[], below: readonly number[], i: number) => ({
  before: i > 0 && below[i - 1]! + counts[i - 1]! < below[i]!,
  after: i < counts.length - 1 && below[i]! + counts[i]! < below[i + 1]!,
});

const cumulative = (counts: readonly number[]): number[] => {
  let sum = 0;
  return counts.map((count) => {
    sum += count;
    return sum - count;
  });
};

/**
 * The knots of each value, of the map to values. A value that repeats is a step as wide as the rows that hold it. So is
 * the half of a value that occurs once on the side of one that repeats, so that nothing is drawn from between the two.
 * Where values between were not kept, a step ends half a unit of the last decimal beyond its value: the first value between
 * starts there.
 */
const valueKnots = (values: readonly number[], counts: readonly number[], below: readonly number[], unit: number) =>
  values.flatMap((value, i): Knot[] => {
    const [count, rank] = [counts[i]!, below[i]!];
    const end = rank + count;
    const { before, after } = gapsAt(counts, below, i);
    if (count === 1)
      return [
        ...(!before && (counts[i - 1] ?? 1) > 1 ? [{ rank, value }] : []),
        { rank: rank + 0.5, value },
        ...(!after && (counts[i + 1] ?? 1) > 1 ? [{ rank: end, value }] : []),
      ];
    return [
      ...(before ? [{ rank, value: value - unit / 2 }] : []),
      { rank, value },
      { rank: end, value },
      ...(after ? [{ rank: end, value: value + unit / 2 }] : []),
    ];
  });

/**
 * The knots of each value, of the map to scores. A value that repeats is a step as wide as its rows are spread. What is
 * between it and the next value goes over the ranks that are left, so that a value never seen has a score of its own.
 */
const scoreKnots = (values: readonly number[], counts: readonly number[], below: readonly number[], unit: number) =>
  values.flatMap((value, i): Knot[] => {
    const [count, rank] = [counts[i]!, below[i]!];
    if (count === 1) return [{ rank: rank + 0.5, value }];
    const { before, after } = gapsAt(counts, below, i);
    const free = ((1 - spread) / 2) * count;
    return [
      ...(before ? [{ rank, value: value - unit / 2 }] : []),
      { rank: rank + free, value },
      { rank: rank + count - free, value },
      ...(after ? [{ rank: rank + count, value: value + unit / 2 }] : []),
    ];
  });

/** Median distance of the rows that hold another value than an end from it. */
const typicalDistance = (end: number, values: readonly number[], counts: readonly number[]): number => {
  const others = values.flatMap((value, i) =>
    value === end ? [] : [{ distance: Math.abs(value / 2 - end / 2), count: counts[i]! }],
  );
  if (values[0] !== end) others.reverse();
  const half = others.reduce((sum, { count }) => sum + count, 0) / 2;
  let sum = 0;
  const found = others.find(({ count }) => {
    sum += count;
    return sum >= half;
  })!;
  return Math.min(2 * found.distance, Number.MAX_VALUE);
};

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
      toValueBeyond: () => rounded(values[0]!),
      volume: () => ({ logVolume: Number.NaN, atom: true }),
    };
  const total = below.at(-1)! + counts.at(-1)!;
  // Models compute in float32: with scores that it holds, a value that was kept comes back exactly.
  const scoreAt = (rank: number): number =>
    rank === 0 ? -Infinity : rank === total ? Infinity : Math.fround(normalQuantile(rank / total));
  const unit = decimals === undefined ? 0 : 10 ** -decimals;
  const points = (list: readonly Knot[]) => ({
    scores: Float64Array.from(list, ({ rank }) => scoreAt(rank)),
    knots: Float64Array.from(list, ({ value }) => value),
  });
  const drawn = points(valueKnots(values, counts, below, unit));
  const scored = points(scoreKnots(values, counts, below, unit));
  const between = (from: number, to: number, share: number): number => from * (1 - share) + to * share;
  const inside = (score: number): number => {
    const { scores, knots } = drawn;
    const k = upperBound(scores, score);
    if (k === 0 || k === knots.length) return knots[k === 0 ? 0 : k - 1]!;
    const [low, high] = [knots[k - 1]!, knots[k]!];
    // Within a repeated value, whose scores may be infinite.
    return low === high ? low : between(low, high, (score - scores[k - 1]!) / (scores[k]! - scores[k - 1]!));
  };
  const tail = (side: -1 | 1): Tail => {
    const [end, score] = side < 0 ? [values[0]!, scored.scores[0]!] : [values.at(-1)!, scored.scores.at(-1)!];
    // Beyond a crowd at the end is at least as far out as beyond a single row there.
    const start = side * Math.max(scoreAt(total - 0.5), side * score);
    return fitTail({ side, end, score: start, quantile: inside, typical: typicalDistance(end, values, counts) });
  };
  const [lower, upper] = [tail(-1), tail(1)];
  const tailOf = (value: number): Tail | undefined =>
    value < values[0]! ? lower : value > values.at(-1)! ? upper : undefined;
  const discrete = decimals !== undefined && counts.every((count, i) => count > 1 && !gapsAt(counts, below, i).after);
  const { scores, knots } = scored;
  const last = knots.length - 1;
  const logSlope = (low: number, high: number): number =>
    // Halves, because the range of a column may be wider than the greatest number.
    Math.log((scores[high]! - scores[low]!) / 2) - Math.log(knots[high]! / 2 - knots[low]! / 2);
  // Of an end that one row holds: the secant over as far outside as to the next value inside.
  const endSlope = (tail: Tail, low: number, high: number): number => {
    const [here, next] = tail === lower ? [low, high] : [high, low];
    const out = tail.toScore(2 * knots[here]! - knots[next]!);
    return Math.log(Math.abs(out - scores[next]!) / 4) - Math.log(knots[high]! / 2 - knots[low]! / 2);
  };
  return {
    toScore: (value, u) => {
      const i = upperBound(values, value) - 1;
      if (i >= 0 && values[i] === value) {
        const within = counts[i]! > 1 ? (0.5 + spread * (u - 0.5)) * counts[i]! : 0.5;
        return scoreAt(below[i]! + within);
      }
      const at = value + spread * (u - 0.5) * unit;
      const beyond = tailOf(at);
      if (beyond) return beyond.toScore(at);
      const k = Math.min(last, upperBound(knots, at));
      const [low, high] = [knots[k - 1]!, knots[k]!];
      // Halves, because the range of a column may be wider than the greatest number.
      return between(scores[k - 1]!, scores[k]!, (at / 2 - low / 2) / (high / 2 - low / 2));
    },
    toValue: (score) => rounded(inside(score)),
    toValueBeyond: (score) => {
      const tail = score < lower.score ? lower : score > upper.score ? upper : undefined;
      return rounded(tail ? tail.toValue(score) : inside(score));
    },
    volume: (value, score) => {
      const i = upperBound(values, value) - 1;
      if (i >= 0 && values[i] === value && counts[i]! > 1)
        return {
          logVolume: Math.log((spread * counts[i]!) / total) + score ** 2 / 2 + 0.5 * Math.log(2 * Math.PI),
          atom: true,
        };
      if (discrete && rounded(value) !== value) return { logVolume: Number.NEGATIVE_INFINITY, atom: false };
      const beyond = tailOf(value);
      if (beyond) return { logVolume: beyond.logSlope(value), atom: false };
      const above = upperBound(knots, value);
      const at = above - 1;
      if (knots[at] !== value) return { logVolume: logSlope(at, above), atom: false };
      const slope =
        at === 0 ? endSlope(lower, 0, 1) : at === last ? endSlope(upper, last - 1, last) : logSlope(at - 1, at + 1);
      return { logVolume: slope, atom: false };
    },
  };
};

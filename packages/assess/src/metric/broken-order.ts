/** Pairs of columns of which one is never above the other, such as Low and High, and how often samples break that. */
import type { NdArray } from "@scorefield/tensor";
import { declareMetric } from "./metric.ts";
import { allRows } from "./set-rows.ts";
import { meanStatistic } from "./statistic.ts";

interface Pair {
  /** Numbers of columns, from 0. */
  readonly lower: number;
  readonly upper: number;
}

/** A column that was never above another in the training rows: details of {@link brokenOrderMetric}. */
export interface OrderedPair extends Pair {
  /** Shares of samples and of real rows that break it. */
  readonly samples: number;
  readonly real: number;
}

/** With fewer rows an order may well be chance. */
const fewestRows = 100;
/** A smaller difference, as a share of the values, is rounding: one may have been stored in single precision. */
const rounding = 1e-6;

const breaks = ({ data, shape: [, d = 0] }: NdArray, row: number, { lower, upper }: Pair): boolean => {
  const [a, b] = [Number(data[row * d + lower]), Number(data[row * d + upper])];
  return a - b > rounding * Math.max(Math.abs(a), Math.abs(b));
};

const rangesOf = ({ data, shape: [n = 0, d = 0] }: NdArray): (readonly [number, number])[] =>
  Array.from({ length: d }, (_, j) => {
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < n; i++) {
      const value = Number(data[i * d + j]);
      if (!Number.isNaN(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
    return [low, high];
  });

/**
 * Pairs in order in every row. Pairs whose ranges do not overlap say nothing that the columns alone do not.
 * @param rows [n, d]
 * @param ordered whether the cells of a column are numbers
 */
const orderedPairs = (rows: NdArray, ordered: (column: number) => boolean): Pair[] => {
  const [n = 0] = rows.shape;
  if (n < fewestRows) return [];
  const ranges = rangesOf(rows);
  const holds = (pair: Pair): boolean => {
    for (let i = 0; i < n; i++) if (breaks(rows, i, pair)) return false;
    return true;
  };
  return ranges.flatMap(([, highest], lower) =>
    ranges.flatMap(([least], upper) => {
      const pair = { lower, upper };
      return lower !== upper && ordered(lower) && ordered(upper) && highest > least && holds(pair) ? [pair] : [];
    }),
  );
};

/** For each row whether it breaks one of the pairs at least, 1 or 0. */
const broken = (rows: NdArray, pairs: readonly Pair[]): Float64Array =>
  Float64Array.from({ length: rows.shape[0]! }, (_, i) => (pairs.some((pair) => breaks(rows, i, pair)) ? 1 : 0));

const shareOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * The share of rows that break at least one order. An order is a pair of columns with `lower <= upper` in all training
 * rows. Without training rows it is found in the first half of the reference, and the other half is the real data. Fewer
 * than 100 rows show no order. A missing cell breaks none, and levels have none. All samples and all real rows are counted, however many there are.
 */
export const brokenOrderMetric = declareMetric({
  kind: "broken-order",
  name: "brokenOrderMetric",
  family: "relations between columns",
  title: "broken order",
  summary: "share of rows with a column above one that it is never above in the data",
  source: "Stoian et al. 2024 (constraint violation rate), for inequalities found in the data",
  unit: "share",
  good: "small",
  zero: "every row keeps the order of columns that the data have",
  range: [0, 1],
  needs: "rows",
  fewest: 1,
  settings: {},
  take: async ({ data: { samples, ...data }, columns, own: { control } }) => {
    const reference = await allRows(data.reference);
    const training = data.training && (await allRows(data.training));
    const [n = 0, d = 0] = reference.shape;
    const half = n >> 1;
    const part = (from: number, to: number): NdArray =>
      ({ ...reference, shape: [to - from, d], data: reference.data.subarray(from * d, to * d) }) as NdArray;
    const pairs = orderedPairs(training ?? part(0, half), (j) => columns?.[j]?.levels === undefined);
    if (pairs.length === 0) return undefined;
    const real = training ? reference : part(half, n);
    const details: OrderedPair[] = pairs
      .map((pair) => ({ ...pair, samples: shareOf(broken(samples, [pair])), real: shareOf(broken(real, [pair])) }))
      .sort((a, b) => b.samples - a.samples);
    return {
      samples: () => meanStatistic(broken(samples, pairs)),
      real: () => meanStatistic(broken(real, pairs)),
      ...(control && { control: () => meanStatistic(broken(control, pairs)) }),
      details,
    };
  },
});

/** Optimal transport between sample sets: on the line, where sorting solves it, and averaged over random lines. */

import { ArgumentError, normal, setting } from "@scorefield/core";
import { checkOptions, checkWhole, type Known, type Rows, toRowPair } from "@scorefield/core/internal";
import type { NdArray } from "@scorefield/tensor";
import { againstReference, declareMetric, unitOfSamples } from "./metric.ts";
import { fewRows, pairRows } from "./pair-rows.ts";
import { type Statistic, statistic } from "./statistic.ts";

/** Ascending values with how often each counts. */
interface Weighted {
  readonly values: Float64Array;
  /** Which count belongs to each value. */
  readonly order: Uint32Array;
  readonly counts: Float64Array;
}

const total = (counts: Float64Array): number => counts.reduce((sum, count) => sum + count, 0);

/**
 * The integral over u in (0, 1) of |F^-1(u) - G^-1(u)|^p between the distributions of two ascending lists, exact for any
 * whole counts.
 */
const weightedCost = (a: Weighted, b: Weighted, order: number): number => {
  const n = total(a.counts);
  const m = total(b.counts);
  let cost = 0;
  // Cuts of (0, 1) in units of 1 / (n m), so that they are compared exactly.
  let [endA, endB, from] = [a.counts[a.order[0]!]! * m, b.counts[b.order[0]!]! * n, 0];
  for (let i = 0, j = 0; i < a.values.length && j < b.values.length; ) {
    const to = Math.min(endA, endB);
    if (to > from) {
      const difference = Math.abs(a.values[i]! - b.values[j]!);
      cost += (to - from) * (order === 2 ? difference * difference : order === 1 ? difference : difference ** order);
      from = to;
    }
    if (to === endA && ++i < a.values.length) endA += a.counts[a.order[i]!]! * m;
    if (to === endB && ++j < b.values.length) endB += b.counts[b.order[j]!]! * n;
  }
  return cost / (n * m);
};

const once = (values: Float64Array): Weighted => ({
  values,
  order: Uint32Array.from(values, (_, i) => i),
  counts: new Float64Array(values.length).fill(1),
});

/**
 * The transport cost W_p^p, the integral over u in (0, 1) of |F^-1(u) - G^-1(u)|^p, between the empirical
 * distributions of two ascending lists, exact for any two lengths.
 */
export const transportCost = (a: Float64Array, b: Float64Array, order: number): number =>
  weightedCost(once(a), once(b), order);

/**
 * Unit vectors, uniform on the sphere.
 * @returns float64, row-major [count, d]
 */
const directions = (count: number, d: number, seed: number): Float64Array => {
  const { data } = normal([count, d], { seed, purpose: "projection", dtype: "float64" });
  for (let i = 0; i < count; i++) {
    const direction = data.subarray(i * d, (i + 1) * d);
    const length = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
    for (let k = 0; k < d; k++) direction[k]! /= length;
  }
  return data;
};

/** Products of all rows with a direction. */
const project = ({ n, d, data }: Rows, direction: Float64Array): Float64Array => {
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let dot = 0;
    for (let k = 0; k < d; k++) dot += data[i * d + k]! * direction[k]!;
    values[i] = dot;
  }
  return values;
};

const ranked = (values: Float64Array): Omit<Weighted, "counts"> => {
  const order = Uint32Array.from(values, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
  return { values: Float64Array.from(order, (i) => values[i]!), order };
};

/** Options of {@link slicedWasserstein}. */
export interface SlicedWassersteinOptions {
  /** How many lines, default 128. */
  readonly projections?: number;
  /** At least 1, default 2. */
  readonly order?: number;
  /** Of the directions, default 0. */
  readonly seed?: number;
}

const known = { projections: true, order: true, seed: true } satisfies Known<SlicedWassersteinOptions>;

const prepare = (a: NdArray, b: NdArray, options: SlicedWassersteinOptions) => {
  checkOptions("slicedWasserstein", options, known);
  const { projections = 128, order = 2, seed = 0 } = options;
  checkWhole("slicedWasserstein projections", projections);
  if (!(order >= 1 && Number.isFinite(order)))
    throw new ArgumentError(`slicedWasserstein order: expected a finite number of at least 1, found ${order}`);
  const [x, y] = toRowPair("slicedWasserstein", a, b);
  const { d } = x;
  const all = directions(projections, d, seed);
  const lines = Array.from({ length: projections }, (_, i) => all.subarray(i * d, (i + 1) * d));
  return { x, y, lines, order };
};

/** The root of the mean over lines of transport costs. */
const rootMean = <Line>(lines: readonly Line[], order: number, cost: (line: Line) => number): number =>
  (lines.reduce((sum, line) => sum + cost(line), 0) / lines.length) ** (1 / order);

/** {@link slicedWasserstein} as a statistic of its rows' counts; it keeps all projections. */
export const slicedWassersteinStatistic = (
  a: NdArray,
  b: NdArray,
  options: SlicedWassersteinOptions = {},
): Statistic => {
  const { x, y, lines, order } = prepare(a, b, options);
  const projected = lines.map((line) => [ranked(project(x, line)), ranked(project(y, line))] as const);
  return statistic([x.n, y.n], (countsA, countsB) =>
    rootMean(projected, order, ([left, right]) =>
      weightedCost({ ...left, counts: countsA! }, { ...right, counts: countsB! }, order),
    ),
  );
};

/**
 * The sliced Wasserstein distance (Rabin, Peyre, Delon & Bernot 2011; Bonneel, Rabin, Peyre & Pfister 2015): the
 * `order`-th root of the average, over random unit directions, of W_order^order between the projected sets. It is in
 * the units of the data and not multiplied by the dimension: two sets that differ by a shift s are |s| / sqrt(d) apart
 * in order 2. O(projections (n + m) (d + log(n + m))).
 * @param a [n, ...], rows along axis 0
 * @param b [m, ...], rows of the same size; n and m may differ
 * @throws ShapeError for rows of different size; ArgumentError for values not finite or options out of range
 */
export const slicedWasserstein = (a: NdArray, b: NdArray, options: SlicedWassersteinOptions = {}): number => {
  const { x, y, lines, order } = prepare(a, b, options);
  return rootMean(lines, order, (line) => transportCost(project(x, line).sort(), project(y, line).sort(), order));
};

/** {@link slicedWasserstein} as a metric of `assess`. */
export const slicedWassersteinMetric = declareMetric({
  kind: "sliced-wasserstein",
  name: "slicedWassersteinMetric",
  family: "distances",
  title: "sliced Wasserstein",
  summary: "transport distance, averaged over random directions",
  source: "Rabin, Peyre, Delon & Bernot 2011; Bonneel, Rabin, Peyre & Pfister 2015",
  unit: unitOfSamples,
  good: "small",
  zero: "equal sets; two sets of the same distribution are above 0 by chance",
  settings: {
    projections: setting.whole({ least: 1, default: 128, help: "random directions" }),
    order: setting.number({ least: 1, default: 2, help: "power of the distance that is averaged" }),
    rows: pairRows,
  },
  take: ({ compared }, { rows, ...options }) =>
    againstReference(fewRows(compared, rows), (a, b) => slicedWassersteinStatistic(a, b, options)),
});

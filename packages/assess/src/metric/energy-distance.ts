/** The energy distance between two sample sets. */

import { setting } from "@scorefield/core";
import { checkOptions, type Rows, toRowPair } from "@scorefield/core/internal";
import type { NdArray } from "@scorefield/tensor";
import { squaredDistances } from "./distances.ts";
import { againstReference, declareMetric, unitOfSamples } from "./metric.ts";
import { fewRows, pairRows } from "./pair-rows.ts";
import { pairStatistic } from "./pair-statistic.ts";
import type { Statistic } from "./statistic.ts";

// Two blocks of 32-dimensional rows fill half a first-level cache of 32 kB.
const blockRows = 32;

const distance = (a: Float64Array, i: number, b: Float64Array, j: number, d: number): number => {
  // Two sums side by side: the additions of one need not wait for the additions of the other.
  let even = 0;
  let odd = 0;
  let k = 0;
  for (; k + 1 < d; k += 2) {
    const first = a[i + k]! - b[j + k]!;
    const second = a[i + k + 1]! - b[j + k + 1]!;
    even += first * first;
    odd += second * second;
  }
  if (k < d) {
    const last = a[i + k]! - b[j + k]!;
    even += last * last;
  }
  return Math.sqrt(even + odd);
};

/** The sum of Euclidean distances between all rows of `a` and all rows of `b`, or over pairs i < j when a = b. */
const sumOfDistances = (a: Rows, b: Rows): number => {
  const { d, data: left } = a;
  const { data: right } = b;
  const same = a === b;
  let total = 0;
  for (let blockA = 0; blockA < a.n; blockA += blockRows)
    for (let blockB = same ? blockA : 0; blockB < b.n; blockB += blockRows) {
      // Adding up block by block keeps the rounding error of the long sum small.
      let partial = 0;
      const endA = Math.min(a.n, blockA + blockRows);
      const endB = Math.min(b.n, blockB + blockRows);
      for (let i = blockA; i < endA; i++)
        for (let j = same ? Math.max(blockB, i + 1) : blockB; j < endB; j++)
          partial += distance(left, i * d, right, j * d, d);
      total += partial;
    }
  return total;
};

/**
 * The squared energy distance 2 E|X - Y| - E|X - X'| - E|Y - Y'| (Szekely & Rizzo 2013, "Energy statistics: a class of
 * statistics based on distances"), in the units of the data. 0 only between equal distributions. Exact, O(n m d).
 * @param a [n, ...], rows along axis 0
 * @param b [m, ...], rows of the same size
 * @param options `unbiased`: false (default) averages over all pairs, i = j included. This V-statistic is never
 *   negative, and about (E|X - X'|) (1/n + 1/m) when the distributions are equal. `true` leaves out i = j. This
 *   U-statistic is right on average, and so sometimes negative
 * @throws ShapeError for rows of different size or too few (1, or 2 when unbiased); ArgumentError for values not finite
 */
export const energyDistance = (a: NdArray, b: NdArray, options: { readonly unbiased?: boolean } = {}): number => {
  checkOptions("energyDistance", options, { unbiased: true });
  const { unbiased = false } = options;
  const [x, y] = toRowPair("energyDistance", a, b, unbiased ? 2 : 1);
  const within = (rows: Rows) => (2 * sumOfDistances(rows, rows)) / (rows.n * (unbiased ? rows.n - 1 : rows.n));
  return (2 * sumOfDistances(x, y)) / (x.n * y.n) - within(x) - within(y);
};

/** {@link energyDistance} as a statistic of its rows' counts; it keeps all (n + m)^2 distances. */
export const energyDistanceStatistic = (
  a: NdArray,
  b: NdArray,
  options: { readonly unbiased?: boolean } = {},
): Statistic => {
  checkOptions("energyDistance", options, { unbiased: true });
  const { unbiased = false } = options;
  const [x, y] = toRowPair("energyDistance", a, b, unbiased ? 2 : 1);
  const nearness = (a: Rows, b: Rows) => squaredDistances(a, b).map((square) => -Math.sqrt(square));
  return pairStatistic({ n: x.n, m: y.n, xx: nearness(x, x), xy: nearness(x, y), yy: nearness(y, y) }, unbiased);
};

/** {@link energyDistance} as a metric of `assess`; here unbiased by default. */
export const energyDistanceMetric = declareMetric({
  kind: "energy-distance",
  name: "energyDistanceMetric",
  family: "distances",
  title: "energy distance",
  summary: "2 E d(X, Y) − E d(X, X') − E d(Y, Y'), with d the Euclidean distance",
  source: "Szekely & Rizzo 2013",
  unit: unitOfSamples,
  good: "small",
  zero: "both sets have the same distribution; the unbiased estimate may be negative",
  settings: {
    unbiased: setting.boolean({ default: true, help: "without the distance of a row to itself, right on average" }),
    rows: pairRows,
  },
  take: ({ compared }, { rows, unbiased }) =>
    againstReference(fewRows(compared, rows), (a, b) => energyDistanceStatistic(a, b, { unbiased })),
});

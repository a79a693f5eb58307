/** Whether samples lie where real data lie, and the other way round, by neighbourhoods of rows. */

import { setting } from "@scorefield/core";
import { checkOptions, checkWhole, toRowPair } from "@scorefield/core/internal";
import { type NdArray, ShapeError } from "@scorefield/tensor";
import { squaredDistances } from "./distances.ts";
import { againstReference, declareMetric } from "./metric.ts";
import type { MetricInput } from "./metric-input.ts";
import { fewRows, pairRows, sharedBetween } from "./pair-rows.ts";
import { meanStatistic, plainValue, type Statistic } from "./statistic.ts";

/** Squared distance of every row to its k-th nearest other row. @param squares [n, n] */
const radii = (squares: Float64Array, n: number, k: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => {
    const row = squares.slice(i * n, (i + 1) * n);
    row[i] = Number.POSITIVE_INFINITY;
    return row.sort()[k - 1]!;
  });

/** Options of neighbourhoods. */
interface NeighbourhoodOptions {
  readonly k?: number;
}

const prepare = (name: string, real: NdArray, samples: NdArray, options: NeighbourhoodOptions, byDefault: number) => {
  checkOptions(name, options, { k: true });
  const { k = byDefault } = options;
  checkWhole(`${name} k`, k);
  const [x, y] = toRowPair(name, real, samples);
  if (Math.min(x.n, y.n) <= k)
    throw new ShapeError(`${name}: expected more than k = ${k} rows in each set, found ${x.n} and ${y.n}`);
  return { k, x, y, across: squaredDistances(x, y) };
};

/**
 * {@link precisionRecall} as statistics: precision of how often each sample counts, recall of how often each real row
 * does. The neighbourhoods are computed once, from all rows: a row that counted twice would be its own neighbour.
 */
export const precisionRecallStatistics = (
  real: NdArray,
  samples: NdArray,
  options: NeighbourhoodOptions = {},
): { readonly precision: Statistic; readonly recall: Statistic } => {
  const { k, x, y, across } = prepare("precisionRecall", real, samples, options, 3);
  const realRadii = radii(squaredDistances(x, x), x.n, k);
  const sampleRadii = radii(squaredDistances(y, y), y.n, k);
  const inReal = new Uint8Array(y.n);
  const inSamples = new Uint8Array(x.n);
  for (let i = 0; i < x.n; i++)
    for (let j = 0; j < y.n; j++) {
      const square = across[i * y.n + j]!;
      if (square <= realRadii[i]!) inReal[j] = 1;
      if (square <= sampleRadii[j]!) inSamples[i] = 1;
    }
  return { precision: meanStatistic(inReal), recall: meanStatistic(inSamples) };
};

/**
 * The share of samples within reach of real data, and of real data within reach of samples (Kynkaanniemi, Karras,
 * Laine, Lehtinen & Aila 2019). Within reach is in a ball around a row of the other set that reaches its k-th nearest
 * neighbour there. Both are in [0, 1]. They depend on the numbers of rows, so compare sets of equal size. O((n + m)^2
 * d).
 * @param real [n, ...], best features; n > k
 * @param samples [m, ...]; m > k
 * @param options `k`, default 3
 * @throws ShapeError for rows of different size or too few; ArgumentError for values not finite or k out of range
 */
export const precisionRecall = (real: NdArray, samples: NdArray, options: NeighbourhoodOptions = {}) => {
  const { precision, recall } = precisionRecallStatistics(real, samples, options);
  return { precision: plainValue(precision), recall: plainValue(recall) };
};

/** {@link densityCoverage} as statistics: density of how often each sample counts, coverage of each real row. */
export const densityCoverageStatistics = (
  real: NdArray,
  samples: NdArray,
  options: NeighbourhoodOptions = {},
): { readonly density: Statistic; readonly coverage: Statistic } => {
  const { k, x, y, across } = prepare("densityCoverage", real, samples, options, 5);
  const realRadii = radii(squaredDistances(x, x), x.n, k);
  const balls = new Float64Array(y.n);
  const covered = new Uint8Array(x.n);
  for (let i = 0; i < x.n; i++)
    for (let j = 0; j < y.n; j++)
      if (across[i * y.n + j]! <= realRadii[i]!) {
        balls[j]! += 1 / k;
        covered[i] = 1;
      }
  return { density: meanStatistic(balls), coverage: meanStatistic(covered) };
};

/**
 * Density is the number of real neighbourhoods that a sample lies in, over k. Coverage is the share of real
 * neighbourhoods with a sample in them (Naeem, Oh, Uh, Choi & Yoo 2020). A neighbourhood is the ball around a real row
 * that reaches its k-th nearest other real row. Between equal distributions density is 1 and coverage 1 - (n - 1) ...
 * (n - k) / ((n + m - 1) ... (n + m - k)) on average, in any dimension. O(n (n + m) d).
 * @param real [n, ...], best features; n > k
 * @param samples [m, ...]; m > k
 * @param options `k`, default 5
 * @throws ShapeError for rows of different size or too few; ArgumentError for values not finite or k out of range
 */
export const densityCoverage = (real: NdArray, samples: NdArray, options: NeighbourhoodOptions = {}) => {
  const { density, coverage } = densityCoverageStatistics(real, samples, options);
  return { density: plainValue(density), coverage: plainValue(coverage) };
};

// Two metrics each are taken of the same neighbourhoods.
const reach = sharedBetween((a, b, k) => precisionRecallStatistics(a, b, { k }));
const balls = sharedBetween((a, b, k) => densityCoverageStatistics(a, b, { k }));

/** Neighbourhoods are of features, where there are some. */
const rowsOf = ({ features, compared }: MetricInput, rows: number) => fewRows(features ?? compared, rows);

const neighbours = (byDefault: number) => ({
  k: setting.whole({ least: 1, default: byDefault, help: "neighbours that a neighbourhood reaches to" }),
  rows: pairRows,
});

const family = "neighbourhoods";
const share = { unit: "share", good: "large", range: [0, 1] } as const;
const kynkaanniemi = "Kynkaanniemi, Karras, Laine, Lehtinen & Aila 2019";
const naeem = "Naeem, Oh, Uh, Choi & Yoo 2020";

/** The precision of {@link precisionRecall} as a metric of `assess`. */
export const precisionMetric = declareMetric({
  kind: "precision",
  name: "precisionMetric",
  family,
  title: "precision",
  summary: "share of samples within reach of real data",
  source: kynkaanniemi,
  ...share,
  zero: "no sample is near real data",
  settings: neighbours(3),
  take: (input, { k, rows }) => againstReference(rowsOf(input, rows), (a, b) => reach(a, b, k).precision),
});

/** The recall of {@link precisionRecall} as a metric of `assess`. */
export const recallMetric = declareMetric({
  kind: "recall",
  name: "recallMetric",
  family,
  title: "recall",
  summary: "share of real data within reach of samples",
  source: kynkaanniemi,
  ...share,
  zero: "no real data are near samples",
  settings: neighbours(3),
  take: (input, { k, rows }) => againstReference(rowsOf(input, rows), (a, b) => reach(a, b, k).recall),
});

/** The density of {@link densityCoverage} as a metric of `assess`. */
export const densityMetric = declareMetric({
  kind: "density",
  name: "densityMetric",
  family,
  title: "density",
  summary: "real neighbourhoods that a sample lies in, divided by k; 1 for real data",
  source: naeem,
  unit: "",
  good: "near",
  zero: "no sample is near real data",
  settings: neighbours(5),
  take: (input, { k, rows }) => againstReference(rowsOf(input, rows), (a, b) => balls(a, b, k).density),
});

/** The coverage of {@link densityCoverage} as a metric of `assess`. */
export const coverageMetric = declareMetric({
  kind: "coverage",
  name: "coverageMetric",
  family,
  title: "coverage",
  summary: "share of real neighbourhoods with a sample in them",
  source: naeem,
  ...share,
  zero: "no sample is near real data",
  settings: neighbours(5),
  take: (input, { k, rows }) => againstReference(rowsOf(input, rows), (a, b) => balls(a, b, k).coverage),
});

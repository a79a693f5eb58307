/** The maximum mean discrepancy under a Gaussian kernel. */

import { setting } from "@scorefield/core";
import { checkOptions, checkPositive, type Known, type Rows, toRowPair } from "@scorefield/core/internal";
import type { NdArray } from "@scorefield/tensor";
import { squaredDistances } from "./distances.ts";
import { againstReference, declareMetric } from "./metric.ts";
import { fewRows, pairRows } from "./pair-rows.ts";
import { pairStatistic } from "./pair-statistic.ts";
import { plainValue, type Statistic } from "./statistic.ts";

/** Options of {@link mmd}. */
export interface MmdOptions {
  /** h in exp(-|x - y|^2 / (2 h^2)), in units of the data. Default: the median distance between rows of both sets. */
  readonly bandwidth?: number;
}

// Enough for a median within a few per cent.
const medianRows = 500;

const some = ({ n, d, data }: Rows): Rows => {
  const taken = Math.min(n, medianRows);
  const picked = new Float64Array(taken * d);
  for (let i = 0; i < taken; i++) picked.set(data.subarray(Math.floor((i * n) / taken) * d).subarray(0, d), i * d);
  return { n: taken, d, data: picked };
};

/**
 * The median distance between rows of both sets together (Gretton et al. 2012, section 8), from up to 500 of each. Where more
 * than half of the pairs are equal, as in a table of few classes, the median over rows that differ. 1 where no rows
 * differ.
 */
const medianDistance = (x: Rows, y: Rows): number => {
  const [a, b] = [some(x), some(y)];
  const both = { n: a.n + b.n, d: a.d, data: Float64Array.from([...a.data, ...b.data]) };
  const squares = squaredDistances(both, both);
  const pairs = new Float64Array((both.n * (both.n - 1)) / 2);
  for (let i = 0, k = 0; i < both.n; i++) for (let j = 0; j < i; j++) pairs[k++] = squares[i * both.n + j]!;
  pairs.sort();
  const apart = pairs.subarray(pairs[pairs.length >> 1]! > 0 ? 0 : pairs.lastIndexOf(0) + 1);
  return apart.length > 0 ? Math.sqrt(apart[apart.length >> 1]!) : 1;
};

/** {@link mmd} as a statistic of its rows' counts. */
export const mmdStatistic = (a: NdArray, b: NdArray, options: MmdOptions = {}): Statistic => {
  checkOptions("mmd", options, { bandwidth: true } satisfies Known<MmdOptions>);
  const [x, y] = toRowPair("mmd", a, b, 2);
  const { bandwidth = medianDistance(x, y) } = options;
  checkPositive("mmd bandwidth", bandwidth);
  const kernel = (a: Rows, b: Rows) =>
    squaredDistances(a, b).map((square) => Math.exp(-square / (2 * bandwidth * bandwidth)));
  return pairStatistic({ n: x.n, m: y.n, xx: kernel(x, x), xy: kernel(x, y), yy: kernel(y, y) }, true);
};

/**
 * The squared maximum mean discrepancy under a Gaussian kernel, unbiased (Gretton, Borgwardt, Rasch, Scholkopf & Smola
 * 2012, equation 3). It may be negative between equal distributions, and is at most 2. O((n + m)^2 d).
 * @param a [n, ...], rows along axis 0
 * @param b [m, ...], rows of the same size
 * @throws ShapeError for rows of different size or fewer than two; ArgumentError for values not finite, or a bandwidth
 *   that is not positive
 */
export const mmd = (a: NdArray, b: NdArray, options: MmdOptions = {}): number =>
  plainValue(mmdStatistic(a, b, options));

/** {@link mmd} as a metric of `assess`. */
export const mmdMetric = declareMetric({
  kind: "mmd",
  name: "mmdMetric",
  family: "distances",
  title: "MMD",
  summary: "squared discrepancy of a Gaussian kernel, unbiased",
  source: "Gretton, Borgwardt, Rasch, Scholkopf & Smola 2012, equation 3",
  unit: "",
  good: "small",
  zero: "both sets have the same distribution; the estimate may be negative",
  settings: {
    bandwidth: setting.number({
      above: 0,
      otherwise: "the median distance between rows of both sets",
      help: "width of the kernel, in the units that rows are compared in",
    }),
    rows: pairRows,
  },
  take: ({ compared }, { rows, bandwidth }) =>
    againstReference(fewRows(compared, rows), (a, b) =>
      mmdStatistic(a, b, bandwidth === undefined ? {} : { bandwidth }),
    ),
});

/** The kernel distance: KID, where the features come from the Inception network. */

import { setting } from "@scorefield/core";
import { checkOptions, checkWhole, innerProducts, type Known, type Rows, toRowPair } from "@scorefield/core/internal";
import type { NdArray } from "@scorefield/tensor";
import { featureNames } from "./extractor.ts";
import { againstReference, declareMetric } from "./metric.ts";
import { pairStatistic } from "./pair-statistic.ts";
import { plainValue, type Statistic, statistic } from "./statistic.ts";

/** Options of {@link kernelDistance}. */
export interface KernelDistanceOptions {
  /** Rows per block, default 1000. The smaller set is cut into the largest number of blocks of at least this size. */
  readonly block?: number;
}

const cubic = (a: Rows, b: Rows): Float64Array => innerProducts(a, b).map((product) => (product / a.d + 1) ** 3);

const part = ({ d, data, n }: Rows, k: number, parts: number): Rows => {
  const [from, to] = [Math.floor((k * n) / parts), Math.floor(((k + 1) * n) / parts)];
  return { n: to - from, d, data: data.subarray(from * d, to * d) };
};

/** {@link kernelDistance} as a statistic of its rows' counts. */
export const kernelDistanceStatistic = (a: NdArray, b: NdArray, options: KernelDistanceOptions = {}): Statistic => {
  checkOptions("kernelDistance", options, { block: true } satisfies Known<KernelDistanceOptions>);
  const { block = 1000 } = options;
  checkWhole("kernelDistance block", block);
  const [x, y] = toRowPair("kernelDistance", a, b, 2);
  const parts = Math.max(1, Math.floor(Math.min(x.n, y.n) / Math.max(2, block)));
  const blocks = Array.from({ length: parts }, (_, k) => {
    const [left, right] = [part(x, k, parts), part(y, k, parts)];
    const values = { xx: cubic(left, left), xy: cubic(left, right), yy: cubic(right, right) };
    return pairStatistic({ n: left.n, m: right.n, ...values }, true);
  });
  return statistic([x.n, y.n], (countsA, countsB) => {
    let [fromA, fromB, sum] = [0, 0, 0];
    for (const of of blocks) {
      const [n, m] = of.sizes as [number, number];
      sum += of(countsA!.subarray(fromA, fromA + n), countsB!.subarray(fromB, fromB + m));
      fromA += n;
      fromB += m;
    }
    return sum / parts;
  });
};

/**
 * The squared maximum mean discrepancy of two sets of features under the kernel (x y / d + 1)^3, unbiased (Binkowski,
 * Sutherland, Arbel & Gretton 2018). It may be negative between equal distributions. It is averaged over
 * blocks of the rows. Every row is in one block. O(block n d).
 * @param a [n, ...], rows along axis 0
 * @param b [m, ...], rows of the same size
 * @throws ShapeError for rows of different size or fewer than two; ArgumentError for values not finite
 */
export const kernelDistance = (a: NdArray, b: NdArray, options: KernelDistanceOptions = {}): number =>
  plainValue(kernelDistanceStatistic(a, b, options));

/** {@link kernelDistance} of features as a metric of `assess`: KID, for features of the Inception network. */
export const kernelDistanceMetric = declareMetric({
  kind: "kernel-distance",
  name: "kernelDistanceMetric",
  family: "distances between features",
  title: "kernel distance",
  summary: "squared discrepancy of features, cubic kernel, unbiased",
  source: "Binkowski, Sutherland, Arbel & Gretton 2018",
  unit: "",
  good: "small",
  zero: "the features have the same distribution; the estimate may be negative",
  needs: "features",
  settings: {
    block: setting.whole({ least: 2, default: 1000, help: "rows per block; the result is a mean over blocks" }),
  },
  take: ({ features }, options) =>
    features && {
      ...featureNames(features.extractor.kernelName, "kernel distance"),
      ...againstReference(features, (a, b) => kernelDistanceStatistic(a, b, options)),
    },
});

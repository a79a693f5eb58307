/**
 * The Frechet distance between two sets as if both were Gaussian: FID, where the features come from the Inception
 * network.
 */

import { innerProducts, pivotedCholesky, type Rows, symmetricEigenvalues, toRowPair } from "@scorefield/core/internal";
import type { NdArray } from "@scorefield/tensor";
import { featureNames } from "./extractor.ts";
import { againstReference, declareMetric } from "./metric.ts";
import { plainValue, type Statistic, statistic } from "./statistic.ts";

const total = (counts: Float64Array): number => counts.reduce((sum, count) => sum + count, 0);

const weightedMean = ({ n, d, data }: Rows, counts: Float64Array): Float64Array => {
  const mean = new Float64Array(d);
  const all = total(counts);
  for (let i = 0; i < n; i++) {
    const share = counts[i]! / all;
    if (share > 0) for (let j = 0; j < d; j++) mean[j]! += share * data[i * d + j]!;
  }
  return mean;
};

/** Rows A with A^T A the covariance (divided by n - 1): centred, and scaled by how often they count. */
const deviations = ({ n, d, data }: Rows, counts: Float64Array, mean: Float64Array): Rows => {
  const scaled = new Float64Array(n * d);
  const rest = total(counts) - 1;
  let used = 0;
  for (let i = 0; i < n; i++) {
    if (counts[i] === 0) continue;
    const factor = Math.sqrt(counts[i]! / rest);
    for (let j = 0; j < d; j++) scaled[used * d + j] = factor * (data[i * d + j]! - mean[j]!);
    used++;
  }
  return { n: used, d, data: scaled.subarray(0, used * d) };
};

const transposed = ({ n, d, data }: Rows): Rows => {
  const turned = new Float64Array(n * d);
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) turned[j * n + i] = data[i * d + j]!;
  return { n: d, d: n, data: turned };
};

const sumOfSquares = ({ data }: Rows): number => {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! * data[i]!;
  return sum;
};

/** The sum of the roots of a positive semi-definite matrix's eigenvalues. */
const traceOfRoot = (matrix: Float64Array, d: number): number =>
  symmetricEigenvalues(matrix, d).reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);

/**
 * tr (S1 S2)^(1/2) for covariances S1 = A^T A and S2 = B^T B: the sum of singular values of A B^T, whose squares are the
 * eigenvalues of A B^T B A^T. The work grows with the smaller of rows and columns.
 */
const traceTerm = (a: Rows, b: Rows): number => {
  const rows = Math.min(a.n, b.n);
  if (rows <= a.d) {
    const [less, more] = a.n <= b.n ? [a, b] : [b, a];
    const cross = { n: less.n, d: more.n, data: innerProducts(less, more) };
    return traceOfRoot(innerProducts(cross, cross), less.n);
  }
  const { d } = a;
  const [left, right] = [transposed(a), transposed(b)];
  // In place of A, which has more rows than columns, a C with no more rows than columns, and C^T C = S1.
  const factor = pivotedCholesky(innerProducts(left, left), d);
  const product = innerProducts(factor, { n: d, d, data: innerProducts(right, right) });
  return traceOfRoot(innerProducts({ ...factor, data: product }, factor), factor.n);
};

/** {@link frechetDistance} as a statistic of its rows' counts. */
export const frechetDistanceStatistic = (a: NdArray, b: NdArray): Statistic => {
  const [x, y] = toRowPair("frechetDistance", a, b, 2);
  return statistic([x.n, y.n], (countsA, countsB) => {
    const [meanA, meanB] = [weightedMean(x, countsA!), weightedMean(y, countsB!)];
    const [left, right] = [deviations(x, countsA!, meanA), deviations(y, countsB!, meanB)];
    const shift = meanA.reduce((sum, value, j) => sum + (value - meanB[j]!) ** 2, 0);
    return shift + sumOfSquares(left) + sumOfSquares(right) - 2 * traceTerm(left, right);
  });
};

/**
 * |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)) of the sets' means and covariances. It is the squared 2-Wasserstein
 * distance between Gaussians (Dowson & Landau 1982). Where the rows are features of a network it is a distance between
 * image sets (Heusel et al. 2017). Its average grows as the sets shrink, between n and m samples of N(m, S) by about
 * (1/n + 1/m) (sum_i 3/2 S_i + sum_{i != j} S_i S_j / (2 (S_i + S_j))) with S_i the eigenvalues of S: compare at equal
 * numbers only. Covariances are divided by n - 1 and may be singular. O((n + m) d^2 + d^3), or O(n m d + n^3) where a
 * set has fewer rows than columns; about 20 s for d = 2048 with thousands of rows, 3 s with a thousand.
 * @param a [n, ...], rows along axis 0, n > 1
 * @param b [m, ...], rows of the same size
 * @throws ShapeError for rows of different size or fewer than two; ArgumentError for values not finite
 */
export const frechetDistance = (a: NdArray, b: NdArray): number => plainValue(frechetDistanceStatistic(a, b));

/** Fewer replicates where one costs seconds: all of them take about as long as 200 of a thousand rows of 128 numbers. */
const replicatesFor = ({ shape: [n = 0, d = 0] }: NdArray): number => {
  const inner = Math.min(n, d);
  const work = n * d * inner + 4 * inner ** 3;
  return Math.round(Math.min(200, Math.max(20, (200 * 25e6) / work)));
};

/** {@link frechetDistance} of features as a metric of `assess`: FID, for features of the Inception network. */
export const frechetDistanceMetric = declareMetric({
  kind: "frechet-distance",
  name: "frechetDistanceMetric",
  family: "distances between features",
  title: "Fréchet distance",
  summary: "distance of features' means and covariances",
  source: "Dowson & Landau 1982; Heusel et al. 2017",
  unit: "squared units of the features",
  good: "small",
  zero: "equal means and covariances; two sets of the same distribution are above 0 by chance",
  needs: "features",
  settings: {},
  take: ({ features }) =>
    features && {
      ...featureNames(features.extractor.frechetName, "Fréchet distance"),
      replicates: replicatesFor(features.reference),
      ...againstReference(features, frechetDistanceStatistic),
    },
});

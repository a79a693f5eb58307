/** The classifier two-sample test: can a classifier distinguish samples from real data? */

import type { FeatureNetwork } from "@scorefield/core";
import { ArgumentError, dataset, permutation, setting } from "@scorefield/core";
import {
  checkMade,
  checkOptions,
  checkWhole,
  featureNetworks,
  type Known,
  type Rows,
  toRows,
} from "@scorefield/core/internal";
import { type NdArray, ndarray, type Runtime, ShapeError, sizeOf, zeros } from "@scorefield/tensor";
import { predictClasses } from "../classifier/predict.ts";
import { trainClassifier } from "../classifier/train-classifier.ts";
import { linearModel } from "../linear/linear-model.ts";
import { boostedTrees } from "../trees/boosted-trees.ts";
import { tableRows } from "../trees/table-rows.ts";
import { categoriesOf, checkCells, checkColumns, isCategory, numberColumns } from "./cells.ts";
import { againstReference, declareMetric } from "./metric.ts";
import type { MetricColumn } from "./metric-column.ts";
import { rowRelations } from "./row-relations.ts";
import { meanStatistic } from "./statistic.ts";

/** Options of {@link classifierTwoSample}. */
export interface ClassifierTwoSampleOptions {
  /**
   * What looks at the samples. Default for rows [n, d]: boosted trees, which also see relations between the columns of
   * a row. Default for samples of several axes: the network of `trainClassifier`.
   */
  readonly network?: FeatureNetwork;
  /** What looks at rows [n, d] in place of a network: boosted trees (default), or logistic regression. */
  readonly by?: "trees" | "linear";
  /** What the numbers of a row are, for rows [n, d]: with them, cells may be codes of levels, or NaN where missing. */
  readonly columns?: readonly MetricColumn[] | undefined;
  /** Steps that a network is trained for, default 500. */
  readonly steps?: number;
  /** Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal | undefined;
  readonly runtime?: Runtime | undefined;
}

/** The result of {@link classifierTwoSample}. */
export interface TwoSampleTest {
  /** Share of rows, set apart from training, whose set was named rightly: 1/2 for sets that cannot be distinguished. */
  readonly accuracy: number;
  /** A bound on the probability of at least this many right answers if both sets had one distribution. */
  readonly pValue: number;
  /** Whether the set of each row set apart was named rightly, 1 or 0. */
  readonly right: Float64Array;
}

/** log k! */
const logFactorials = (n: number): Float64Array => {
  const logs = new Float64Array(n + 1);
  for (let k = 1; k <= n; k++) logs[k] = logs[k - 1]! + Math.log(k);
  return logs;
};

/** P(at least k of n fair coins show heads). */
export const binomialTail = (k: number, n: number): number => {
  const logs = logFactorials(n);
  let sum = 0;
  for (let i = n; i >= k; i--) sum += Math.exp(logs[n]! - logs[i]! - logs[n - i]! - n * Math.LN2);
  return Math.min(1, sum);
};

/** Rows of both sets in turn, from two lists of equal length. */
const mixed = (sets: readonly [NdArray, NdArray], rows: readonly [ArrayLike<number>, ArrayLike<number>]) => {
  const shape = sets[0].shape.slice(1);
  const size = sizeOf(shape);
  const n = rows[0].length;
  // In single precision: different ways to store the same numbers must not make the sets differ.
  const x = zeros([2 * n, ...shape]);
  for (let i = 0; i < 2 * n; i++) {
    const row = rows[(i % 2) as 0 | 1][i >> 1]!;
    const { data } = sets[(i % 2) as 0 | 1];
    for (let k = 0; k < size; k++) x.data[i * size + k] = Number(data[row * size + k]);
  }
  return { x, labels: Int32Array.from({ length: 2 * n }, (_, i) => i % 2) };
};

/** Both sets in units of their common deviation, about their common mean: networks expect about unit scale. */
const scaled = (sets: readonly [NdArray, NdArray]): readonly [NdArray, NdArray] => {
  const axes = sets[0].shape.length;
  const columns = axes === 2 ? sets[0].shape[1]! : 1;
  const mean = new Float64Array(columns);
  const squares = new Float64Array(columns);
  const count = (sets[0].data.length + sets[1].data.length) / columns;
  for (const { data } of sets) for (let i = 0; i < data.length; i++) mean[i % columns]! += Number(data[i]) / count;
  for (const { data } of sets)
    for (let i = 0; i < data.length; i++) squares[i % columns]! += (Number(data[i]) - mean[i % columns]!) ** 2 / count;
  return sets.map(({ data, shape }) => {
    const all = zeros(shape);
    for (let i = 0; i < data.length; i++)
      all.data[i] = (Number(data[i]) - mean[i % columns]!) / (Math.sqrt(squares[i % columns]!) || 1);
    return all;
  }) as unknown as readonly [NdArray, NdArray];
};

const wideOf = ({ n, d, data }: Rows): NdArray => ndarray(data, [n, d]);

interface Halves {
  readonly shown: { readonly x: NdArray<"float32">; readonly labels: Int32Array };
  readonly apart: { readonly x: NdArray<"float32">; readonly labels: Int32Array };
}

/** How many columns a tree looks at: all of a few, and enough of many that each is seen often. */
const columnsPerTree = 80;

/** Labels that trees give the half set apart. */
const byTrees = (
  { shown, apart }: Halves,
  columns: readonly MetricColumn[],
  seed: number,
  signal: AbortSignal | undefined,
): ArrayLike<number> => {
  const known = tableRows("classifierTwoSample", shown.x);
  const { n, d } = known;
  // Rows of the first set alone: a relation that it keeps and the other breaks is one of the first.
  const first = { n: n / 2, d, data: new Float64Array((n / 2) * d) };
  for (let i = 0; i < n; i += 2) first.data.set(known.data.subarray(i * d, (i + 1) * d), (i / 2) * d);
  const numbers = [...columns.keys()].filter((j) => !isCategory(columns[j]!));
  const relations = rowRelations(first, numbers);
  const wide = wideOf(relations(known));
  const categories = categoriesOf(columns);
  const trees = boostedTrees(wide, shown.labels, {
    depth: 5,
    bins: 128,
    smallestLeaf: Math.max(2, Math.min(20, n >> 4)),
    categories: [...categories, ...new Array<number>(wide.shape[1]! - d).fill(0)],
    columnsPerTree,
    seed,
    signal,
  });
  const { data } = trees.logits(wideOf(relations(tableRows("classifierTwoSample", apart.x))));
  return data.map((logit) => (logit > 0 ? 1 : 0));
};

/** Labels that logistic regression gives the half set apart. */
const byLine = (
  { shown, apart }: Halves,
  columns: readonly MetricColumn[],
  signal: AbortSignal | undefined,
): ArrayLike<number> =>
  linearModel(shown.x, shown.labels, { categories: categoriesOf(columns), signal })
    .predict(apart.x)
    .data.map((p) => (p > 0.5 ? 1 : 0));

const known = {
  network: true,
  by: true,
  columns: true,
  steps: true,
  seed: true,
  signal: true,
  runtime: true,
} satisfies Known<ClassifierTwoSampleOptions>;

/**
 * Trains a classifier on half of both sets to predict the set of a row, and counts how often it is right about the
 * other half (Lopez-Paz & Oquab 2017). Of the larger set a random part as large as the smaller is used. The p-value is
 * computed from one toss of a fair coin for each row. If both sets had one distribution, a classifier that names the
 * first set with probability q would be right about its rows with probability q and about the others with 1 - q. Their
 * sum strays less from one half (Hoeffding 1956).
 *
 *     const columns = [{ name: "age" }, { name: "city", levels: ["Oslo", "Rome"] }];
 *     const { accuracy, pValue } = await classifierTwoSample(samples, real, { columns });
 *
 * @param a [n, ...shape], n > 3
 * @param b [m, ...shape], m > 3
 * @throws ShapeError for samples of different shape or too few; ArgumentError for values that are not arrays, values that
 *   are not finite and options out of range; the signal's reason when aborted
 */
export const classifierTwoSample = async (
  a: NdArray,
  b: NdArray,
  options: ClassifierTwoSampleOptions = {},
): Promise<TwoSampleTest> => {
  checkOptions("classifierTwoSample", options, known);
  const { network, by = "trees", columns, steps = 500, seed = 0, signal, runtime } = options;
  if (network)
    checkMade("classifierTwoSample network", network, ["initialise", "apply"], "a network such as perceptron()");
  if (by !== "trees" && by !== "linear")
    throw new ArgumentError(`classifierTwoSample by: expected trees or linear, found ${String(by)}`);
  if (network && (columns || by === "linear"))
    throw new ArgumentError("classifierTwoSample: expected a network, or columns and by, found both");
  checkWhole("classifierTwoSample steps", steps);
  for (const set of [a, b]) {
    if (columns) tableRows("classifierTwoSample", set);
    else toRows("classifierTwoSample", set);
  }
  if (a.shape.slice(1).join() !== b.shape.slice(1).join() || Math.min(a.shape[0] ?? 0, b.shape[0] ?? 0) < 4)
    throw new ShapeError(
      `classifierTwoSample: expected at least 4 samples of one shape in each set, found [${a.shape}] and [${b.shape}]`,
    );
  const asRows = !network && a.shape.length === 2;
  if (!asRows && (columns || by === "linear"))
    throw new ShapeError(`classifierTwoSample: expected rows [n, d] for columns and by, found [${a.shape}]`);
  if (columns) {
    checkColumns("classifierTwoSample", columns, a.shape[1]!);
    for (const set of [a, b]) checkCells("classifierTwoSample", set, columns);
  }
  // Trees see no scale, and relations between columns are in the units of the data.
  const sets = asRows ? ([a, b] as const) : scaled([a, b]);
  const half = Math.min(a.shape[0]!, b.shape[0]!) >> 1;
  const orders = sets.map(({ shape }, step) => permutation(shape[0]!, { seed, step, purpose: "resampling" }).data);
  const rows = (from: number) =>
    mixed(sets, [orders[0]!.subarray(from, from + half), orders[1]!.subarray(from, from + half)]);
  const halves = { shown: rows(0), apart: rows(half) };
  const { shown, apart } = halves;
  const byNetwork = async (): Promise<ArrayLike<number>> => {
    const trained = await trainClassifier({
      data: dataset(shown.x, shown.labels),
      classes: 2,
      ...(network && { network }),
      steps,
      batch: Math.min(128, 2 * half),
      seed,
      ...(signal && { signal }),
      ...(runtime && { runtime }),
    });
    return (await predictClasses(trained, apart.x, { signal, runtime })).data;
  };
  const byRows = (): ArrayLike<number> => {
    const known = columns ?? numberColumns(a.shape[1]!);
    return by === "trees" ? byTrees(halves, known, seed, signal) : byLine(halves, known, signal);
  };
  const predicted = asRows ? byRows() : await byNetwork();
  const right = Float64Array.from(predicted, (label, i) => (label === apart.labels[i] ? 1 : 0));
  const count = right.reduce((sum, value) => sum + value, 0);
  return { accuracy: count / right.length, pValue: binomialTail(count, right.length), right };
};

/** {@link classifierTwoSample} as a metric of `assess`: on samples in the units of the data. */
export const twoSampleTestMetric = declareMetric({
  kind: "two-sample-test",
  name: "twoSampleTestMetric",
  family: "classifiers",
  title: "two-sample test",
  summary: "how often a classifier distinguishes samples from real data, 0.5 for real data",
  source: "Lopez-Paz & Oquab 2017",
  unit: "share",
  good: "near",
  zero: "the classifier is wrong for every row; chance gives 0.5",
  range: [0, 1],
  settings: {
    network: setting.part(featureNetworks, {
      otherwise: "boosted trees for rows of numbers, the network of trainClassifier for others",
      help: "what looks at the samples",
    }),
    steps: setting.whole({ least: 1, default: 300, help: "steps that a network is trained for" }),
  },
  // Of codes and missing cells a network sees points.
  take: ({ own, compared, columns, seed, signal, runtime }, { network, steps }) =>
    againstReference(columns && network ? compared : own, async (reference, set) => {
      const looks = network ? { network } : { columns };
      const { pValue, right } = await classifierTwoSample(reference, set, { ...looks, steps, seed, signal, runtime });
      return Object.assign(meanStatistic(right), { pValue });
    }),
});

/** {@link classifierTwoSample} by logistic regression as a metric of `assess`. */
export const logisticTwoSampleMetric = declareMetric({
  kind: "logistic-two-sample",
  name: "logisticTwoSampleMetric",
  family: "classifiers",
  title: "logistic two-sample test",
  summary: "how often logistic regression distinguishes samples from real data, 0.5 for real data",
  source: "Lopez-Paz & Oquab 2017",
  unit: "share",
  good: "near",
  zero: "logistic regression is wrong for every row; chance gives 0.5",
  range: [0, 1],
  needs: "rows",
  settings: {},
  take: ({ own, columns, seed, signal }) =>
    againstReference(own, async (reference, set) => {
      const { pValue, right } = await classifierTwoSample(reference, set, { by: "linear", columns, seed, signal });
      return Object.assign(meanStatistic(right), { pValue });
    }),
});

/** Detection score: how far a classifier is from telling samples and real rows apart, by cross-validation. */
import { ArgumentError, setting } from "@scorefield/core";
import { checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import { type NdArray, ShapeError } from "@scorefield/tensor";
import { linearModel } from "../linear/linear-model.ts";
import { boostedTrees } from "../trees/boosted-trees.ts";
import { withCodesAsNumbers } from "../trees/codes-as-numbers.ts";
import { tableRows } from "../trees/table-rows.ts";
import { joined, singlePrecision, twoSetParts } from "../trees/two-sets.ts";
import { categoriesOf, checkCells, checkColumns, numberColumns } from "./cells.ts";
import { againstReference, declareMetric } from "./metric.ts";
import type { MetricColumn } from "./metric-column.ts";
import { rankedAuc } from "./ranked-auc.ts";
import { type Statistic, statistic } from "./statistic.ts";

/** Options of {@link detectionScore}. */
export interface DetectionScoreOptions {
  /** What the numbers of a row are: with them, cells may be codes of levels, or NaN where missing. Default numbers. */
  readonly columns?: readonly MetricColumn[] | undefined;
  /** What looks at rows: boosted trees (default), or logistic regression. */
  readonly by?: "trees" | "linear";
  /** Parts of the rows, each judged by what was trained on the others. Default 3. */
  readonly folds?: number;
  /** Of the parts. Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The result of {@link detectionScore}. */
export interface DetectionScore {
  /** In [0, 1]: 1 where sets cannot be told apart, 0 where every row can be. */
  readonly score: number;
  /** Area under the receiver operating characteristic in each part. */
  readonly aucs: readonly number[];
  /** The score, given how often each row of both sets counts. */
  readonly statistic: Statistic;
}

const known = {
  columns: true,
  by: true,
  folds: true,
  seed: true,
  signal: true,
} satisfies Known<DetectionScoreOptions>;

/** 1 for an AUC of 1/2 or less, 0 for an AUC of 1. */
const scoreOf = (auc: number): number => 1 - Math.max(0, 2 * auc - 1);

/**
 * Trains a classifier of both sets on all parts of the rows but one, and takes its AUC on that one: 1 - max(0, 2 AUC - 1),
 * the mean over the parts (the detection score of SDMetrics; C2ST of Zhang et al. 2024, TabSyn). Trees are as XGBoost's by
 * default: 100 of depth 6 at a learning rate of 0.3. They see categories as levels and as codes in order. They see the columns alone,
 * as in the literature; `classifierTwoSample` sees relations between columns as well. Sets of different size are compared as they are.
 *
 *     const { score } = detectionScore(samples, real, { columns });
 *
 * @param a [n, d] @param b [m, d]
 * @throws ShapeError for rows of different length, or fewer rows than parts; ArgumentError for cells that are not of their
 *   column, unknown options and options out of range; the signal's reason when aborted
 */
export const detectionScore = (a: NdArray, b: NdArray, options: DetectionScoreOptions = {}): DetectionScore => {
  const name = "detectionScore";
  checkOptions(name, options, known);
  const { by = "trees", folds = 3, seed = 0, signal } = options;
  if (by !== "trees" && by !== "linear")
    throw new ArgumentError(`${name} by: expected trees or linear, found ${String(by)}`);
  checkWhole(`${name} folds`, folds);
  if (folds < 2) throw new ArgumentError(`${name} folds: expected at least 2, found ${folds}`);
  const sets = [tableRows(name, a), tableRows(name, b)] as const;
  const { d } = sets[0];
  if (a.shape.length !== 2 || b.shape.length !== 2 || d !== sets[1].d || Math.min(sets[0].n, sets[1].n) < folds)
    throw new ShapeError(
      `${name}: expected at least ${folds} rows of equal length in each set, found [${a.shape}] and [${b.shape}]`,
    );
  const { columns = numberColumns(d) } = options;
  checkColumns(name, columns, d);
  for (const set of [a, b]) checkCells(name, set, columns);

  const both = { rows: singlePrecision(joined(sets)), categories: categoriesOf(columns) };
  const { rows, categories } = by === "trees" ? withCodesAsNumbers(both.rows, both.categories) : both;
  const { inside, outside } = twoSetParts(rows, [sets[0].n, sets[1].n], { folds, seed });
  const areas = Array.from({ length: folds }, (_, part) => {
    signal?.throwIfAborted();
    const shown = outside(part);
    const apart = inside(part);
    const model =
      by === "trees"
        ? boostedTrees(shown.x, shown.labels, { categories, learningRate: 0.3, signal })
        : linearModel(shown.x, shown.labels, { categories, signal });
    const area = rankedAuc(model.predict(apart.x).data, (i) => apart.labels[i] === 1);
    return (first: Float64Array, second: Float64Array): number =>
      area((i) => (apart.labels[i] === 0 ? first[apart.numbers[i]!]! : second[apart.numbers[i]! - sets[0].n]!));
  });
  const ones = sets.map(({ n }) => new Float64Array(n).fill(1));
  const of = statistic([sets[0].n, sets[1].n], (first, second) => {
    let [sum, parts] = [0, 0];
    for (const area of areas) {
      const auc = area(first!, second!);
      // A part that holds rows of one set alone says nothing.
      if (Number.isNaN(auc)) continue;
      sum += scoreOf(auc);
      parts++;
    }
    return parts > 0 ? sum / parts : 1;
  });
  return { score: of(ones[0]!, ones[1]!), aucs: areas.map((area) => area(ones[0]!, ones[1]!)), statistic: of };
};

/** {@link detectionScore} as a metric of `assess`. */
export const detectionScoreMetric = declareMetric({
  kind: "c2st",
  name: "detectionScoreMetric",
  family: "classifiers",
  title: "detection score",
  summary: "1 - max(0, 2 AUC - 1) of a classifier of samples and real rows, 1 where they cannot be told apart",
  source: "Zhang et al. 2024 (TabSyn); SDMetrics",
  unit: "share",
  good: "large",
  zero: "the classifier tells every sample from every real row",
  range: [0, 1],
  needs: "rows",
  settings: {
    by: setting.choice({
      values: ["trees", "linear"],
      default: "trees",
      help: "what looks at rows: boosted trees, or logistic regression",
    }),
    folds: setting.whole({ least: 2, default: 3, help: "parts of the rows, each judged by training on the others" }),
  },
  take: ({ own, columns, seed, signal }, { by, folds }) => ({
    ...againstReference(
      own,
      (reference, set) => detectionScore(reference, set, { columns, by, folds, seed, signal }).statistic,
    ),
    ...(by === "linear" && { name: "detection score, logistic" }),
  }),
});

/**
 * Gradient-boosted trees for two classes, several classes and numbers (Friedman 2001; Chen & Guestrin 2016), on
 * histograms of the columns (Ke et al. 2017).
 */
import { ArgumentError, permutation, uniform } from "@scorefield/core";
import { checkOptions, checkPositive, checkWhole, type Known } from "@scorefield/core/internal";
import type { NdArray } from "@scorefield/tensor";
import { binned, mostBins } from "./bins.ts";
import { addTrees, appendForest, emptyForest, firstTrees, packForest } from "./forest.ts";
import { treeGrower } from "./grow-tree.ts";
import { checkTarget, classesOf, meanLoss, treeLoss } from "./losses.ts";
import { type PredictionOptions, predictionOptions } from "./prediction-options.ts";
import { checkCategories, checkCodes, tableRows } from "./table-rows.ts";
import { type BoostedTrees, restoreTrees } from "./trained-trees.ts";

/** Rows that training does not see. */
export interface ValidationRows {
  /** [m, d] */
  readonly x: NdArray;
  /** [m] */
  readonly target: ArrayLike<number>;
  /** [m] */
  readonly sampleWeights?: ArrayLike<number> | undefined;
}

/** Options of {@link boostedTrees}. */
export interface BoostedTreesOptions extends PredictionOptions {
  /** Trees (of each class), default 100. */
  readonly rounds?: number;
  /** What each tree's values are multiplied by, in (0, 1], default 0.1. */
  readonly learningRate?: number;
  /** Splits from the root to a leaf, at most. Default 6. */
  readonly depth?: number;
  /** Rows of a leaf, at least. Default 1. */
  readonly smallestLeaf?: number;
  /**
   * Second derivative of the loss of a leaf's rows, at least, default 1. A row counts its weight for numbers, and p (1 - p)
   * of it for classes.
   */
  readonly leastCurvature?: number;
  /** Added to the curvature of a leaf, at least 0, default 1. */
  readonly l2?: number;
  /** Gain of a split, at least, default 0. */
  readonly leastGain?: number;
  /** Bins of a column, 2 to 255, default 255. */
  readonly bins?: number;
  /**
   * Where a node holds at most this many levels of a category, a split sets one apart. More are sorted by their gradients
   * and split as numbers are (Fisher 1958). Default 4.
   */
  readonly oneLevel?: number;
  /** Columns that a tree may look at, drawn for each. Default all. */
  readonly columnsPerTree?: number | undefined;
  /** Share of the rows that a tree sees, in (0, 1], drawn for each. Default 1. */
  readonly rowsPerTree?: number;
  /** Rows whose loss is taken after each round: of all rounds those up to the least loss are kept. */
  readonly validation?: ValidationRows | undefined;
  /** Rounds without a lower loss of the validation rows, after which training stops. Default 10. */
  readonly patience?: number;
  /** Of what is drawn. Default 0. */
  readonly seed?: number;
}

const known = {
  ...predictionOptions,
  rounds: true,
  learningRate: true,
  depth: true,
  smallestLeaf: true,
  leastCurvature: true,
  l2: true,
  leastGain: true,
  bins: true,
  oneLevel: true,
  columnsPerTree: true,
  rowsPerTree: true,
  validation: true,
  patience: true,
  seed: true,
} satisfies Known<BoostedTreesOptions>;

/**
 * Trains trees on rows. A missing cell, NaN, goes where the split gains most. The same rows, options and seed give the
 * same trees.
 *
 *     const trees = boostedTrees(x, labels, { categories: [0, 3, 0], rounds: 200 });
 *     trees.predict(others).data; // probability of label 1 for each row
 *
 * @param x [n, ...], n > 1; further axes are flattened into columns. Numbers, codes of categories, NaN for missing cells
 * @param target for each row 0 or 1, its class, or a number
 * @throws ArgumentError for targets, weights and codes that do not fit, options out of range, infinite values; ShapeError
 *   for fewer than two rows; the signal's reason when aborted
 */
export const boostedTrees = (
  x: NdArray,
  target: ArrayLike<number>,
  options: BoostedTreesOptions = {},
): BoostedTrees => {
  checkOptions("boostedTrees", options, known);
  const {
    objective = "binary",
    rounds = 100,
    learningRate = 0.1,
    depth = 6,
    smallestLeaf = 1,
    leastCurvature = 1,
    l2 = 1,
    leastGain = 0,
    bins = mostBins,
    oneLevel = 4,
    columnsPerTree,
    rowsPerTree = 1,
    patience = 10,
    validation,
    sampleWeights: weights,
    seed = 0,
    signal,
  } = options;
  const name = "boostedTrees";
  const rows = tableRows(name, x, 2);
  const { n, d } = rows;
  for (const [option, value] of Object.entries({
    rounds,
    depth,
    smallestLeaf,
    bins,
    oneLevel,
    patience,
    columnsPerTree: columnsPerTree ?? 1,
  }))
    checkWhole(`${name} ${option}`, value);
  for (const [option, value] of Object.entries({ learningRate, rowsPerTree })) {
    checkPositive(`${name} ${option}`, value);
    if (value > 1) throw new ArgumentError(`${name} ${option}: expected at most 1, found ${value}`);
  }
  for (const [option, value] of Object.entries({ leastCurvature, l2, leastGain }))
    if (!(value >= 0)) throw new ArgumentError(`${name} ${option}: expected at least 0, found ${value}`);
  if (bins < 2 || bins > mostBins) throw new ArgumentError(`${name} bins: expected 2 to ${mostBins}, found ${bins}`);
  const categories = checkCategories(name, options.categories, d);
  checkCodes(name, rows, categories);
  const classes = classesOf(name, objective, options.classes, target);
  checkTarget(name, objective, classes, { target, weights }, n);

  const loss = treeLoss(objective, classes, { target, weights });
  const { outputs, start, scale } = loss;
  const startOf = (n: number): Float64Array =>
    Float64Array.from({ length: outputs * n }, (_, k) => start[Math.floor(k / n)]!);
  const apart = validation && {
    rows: tableRows(`${name} validation`, validation.x),
    target: { target: validation.target, weights: validation.sampleWeights },
  };
  if (apart) {
    if (apart.rows.d !== d)
      throw new ArgumentError(`${name} validation: expected rows of ${d} numbers, found ${apart.rows.d}`);
    checkCodes(`${name} validation`, apart.rows, categories);
    checkTarget(`${name} validation`, objective, classes, apart.target, apart.rows.n);
  }

  const raw = startOf(n);
  const apartRaw = apart && startOf(apart.rows.n);
  const [gradient, curvature] = [new Float64Array(n), new Float64Array(n)];
  const allRows = Int32Array.from({ length: n }, (_, i) => i);
  const allColumns = Int32Array.from({ length: d }, (_, j) => j);
  const gains = new Float64Array(d);
  const growth = { depth, smallestLeaf, leastCurvature, l2, leastGain, oneLevel };
  const grow = treeGrower(binned(rows, categories, bins), growth, gains);
  const forest = emptyForest();
  const losses: number[] = [];
  let best = 0;
  for (let round = 0; round < rounds; round++) {
    signal?.throwIfAborted();
    const purpose = "resampling";
    const columns =
      columnsPerTree === undefined || columnsPerTree >= d
        ? allColumns
        : Int32Array.from(permutation(d, { seed, step: 2 * round, purpose }).data.subarray(0, columnsPerTree));
    const draws = rowsPerTree < 1 ? uniform([n], { seed, step: 2 * round + 1, purpose }).data : undefined;
    const shown = draws ? allRows.filter((row) => draws[row]! < rowsPerTree) : allRows;
    const added = emptyForest();
    loss.begin(raw);
    for (let output = 0; output < outputs; output++) {
      loss.derivatives(raw, output, gradient, curvature);
      const from = output * n;
      const leaf = (rows: Int32Array, value: number): void => {
        if (draws) return;
        for (let k = 0; k < rows.length; k++) raw[from + rows[k]!] = raw[from + rows[k]!]! + value * scale;
      };
      grow({ forest: added, rows: shown, columns, gradient, curvature, rate: learningRate, leaf });
    }
    const first = forest.column.length;
    appendForest(forest, added, scale);
    if (!draws && !apart) continue;
    for (let node = 0; node < added.column.length; node++) added.threshold[node] = forest.threshold[first + node]!;
    const packed = packForest(added);
    if (draws) addTrees(packed, rows.data, n, d, outputs, raw);
    if (!apart) continue;
    addTrees(packed, apart.rows.data, apart.rows.n, d, outputs, apartRaw!);
    losses.push(meanLoss(objective, classes, apartRaw!, apart.target));
    if (losses[round]! < losses[best]!) best = round;
    else if (round - best >= patience) break;
  }
  return restoreTrees({
    objective,
    classes,
    columns: d,
    categories: Array.from(categories),
    start,
    trees: apart ? firstTrees(forest, (best + 1) * outputs) : forest,
    gains: Array.from(gains),
    ...(apart && { losses }),
  });
};

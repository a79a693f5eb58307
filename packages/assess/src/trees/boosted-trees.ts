/**
 * Gradient-boosted trees that classify rows of two classes (Friedman 2001), on histograms of the columns (Ke et al.
 * 2017).
 */
import { ArgumentError, permutation } from "@scorefield/core";
import { checkOptions, checkPositive, checkWhole, type Known, toRows } from "@scorefield/core/internal";
import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { binned } from "./bins.ts";
import { growTree, type Tree, treeValue } from "./tree.ts";

/** Options of {@link boostedTrees}. */
export interface BoostedTreesOptions {
  /** Trees, default 100. */
  readonly rounds?: number;
  /** What each tree's values are multiplied by, in (0, 1], default 0.1. */
  readonly learningRate?: number;
  /** Splits from the root to a leaf, at most. Default 5. */
  readonly depth?: number;
  /** Rows of a leaf, at least. Default 20. */
  readonly smallestLeaf?: number;
  /** Added to the curvature of a leaf, at least 0, default 1. */
  readonly l2?: number;
  /** Bins of a column, 2 to 256, default 128. */
  readonly bins?: number;
  /** Columns that a tree may look at, drawn for each. Default all. */
  readonly columnsPerTree?: number;
  /** Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal | undefined;
}

const known = {
  rounds: true,
  learningRate: true,
  depth: true,
  smallestLeaf: true,
  l2: true,
  bins: true,
  columnsPerTree: true,
  seed: true,
  signal: true,
} satisfies Known<BoostedTreesOptions>;

/** Trained trees. */
export interface BoostedTrees {
  readonly trees: readonly Tree[];
  /** log p(1 | row) / p(0 | row) of rows [n, ...], float64 [n]. @throws ShapeError for rows of another size */
  logits(x: NdArray): NdArray<"float64">;
}

/**
 * Trains trees on rows of two classes. The same rows, options and seed give the same trees.
 * @param x [n, ...], n > 1; further axes are flattened into columns
 * @param labels 0 or 1 for each row
 * @throws ArgumentError for labels other than 0 and 1 or of another number, options out of range, values not finite;
 *   ShapeError for fewer than two rows; the signal's reason when aborted
 */
export const boostedTrees = (
  x: NdArray,
  labels: ArrayLike<number>,
  options: BoostedTreesOptions = {},
): BoostedTrees => {
  checkOptions("boostedTrees", options, known);
  const {
    rounds = 100,
    learningRate = 0.1,
    depth = 5,
    smallestLeaf = 20,
    l2 = 1,
    bins = 128,
    columnsPerTree,
    seed = 0,
    signal,
  } = options;
  const rows = toRows("boostedTrees", x, 2);
  const { n, d } = rows;
  for (const [name, value] of Object.entries({
    rounds,
    depth,
    smallestLeaf,
    bins,
    columnsPerTree: columnsPerTree ?? 1,
  }))
    checkWhole(`boostedTrees ${name}`, value);
  checkPositive("boostedTrees learningRate", learningRate);
  if (!(l2 >= 0)) throw new ArgumentError(`boostedTrees l2: expected at least 0, found ${l2}`);
  if (bins < 2 || bins > 256) throw new ArgumentError(`boostedTrees bins: expected 2 to 256, found ${bins}`);
  if (labels.length !== n) throw new ArgumentError(`boostedTrees: expected ${n} labels, found ${labels.length}`);
  let ones = 0;
  for (let i = 0; i < n; i++) {
    if (labels[i] !== 0 && labels[i] !== 1)
      throw new ArgumentError(`boostedTrees: expected labels 0 or 1, found ${labels[i]} for row ${i}`);
    ones += labels[i]!;
  }
  const table = binned(rows, bins);
  // The logit of the share of ones. For one class alone that would be infinite.
  const start = Math.log((ones + 0.5) / (n - ones + 0.5));
  const logits = new Float64Array(n).fill(start);
  const [gradient, curvature] = [new Float64Array(n), new Float64Array(n)];
  const all = Int32Array.from({ length: n }, (_, i) => i);
  const columns = Int32Array.from({ length: d }, (_, j) => j);
  const trees = Array.from({ length: rounds }, (_, round) => {
    signal?.throwIfAborted();
    for (let i = 0; i < n; i++) {
      const p = 1 / (1 + Math.exp(-logits[i]!));
      gradient[i] = p - labels[i]!;
      curvature[i] = p * (1 - p);
    }
    const chosen =
      columnsPerTree === undefined || columnsPerTree >= d
        ? columns
        : permutation(d, { seed, step: round, purpose: "resampling" }).data.subarray(0, columnsPerTree);
    const growth = { depth, smallestLeaf, l2 };
    return growTree(table, all, { gradient, curvature, logits }, chosen, learningRate, growth);
  });
  return {
    trees,
    logits: (x) => {
      const asked = toRows("boostedTrees logits", x);
      if (asked.d !== d) throw new ShapeError(`boostedTrees: expected rows of ${d} numbers, found [${x.shape}]`);
      const found = new Float64Array(asked.n);
      for (let i = 0; i < asked.n; i++)
        found[i] = trees.reduce((sum, tree) => sum + treeValue(tree, asked.data, i * d), start);
      return ndarray(found);
    },
  };
};

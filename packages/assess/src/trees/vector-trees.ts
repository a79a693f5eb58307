/** Boosted trees whose leaves hold vectors: all outputs share the splits (GBDT-MO, Zhang & Jung 2021). */
import { ArgumentError, uniform } from "@scorefield/core";
import {
  checkMade,
  checkOptions,
  checkPositive,
  checkWhole,
  type Known,
  type Rows,
  toRows,
} from "@scorefield/core/internal";
import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { binned, mostBins } from "./bins.ts";
import { addNode, checkForest, emptyForest, type Forest, firstTrees, type PackedForest, packForest } from "./forest.ts";
import { vectorGrower } from "./grow-vector-tree.ts";

/** Options of {@link vectorTrees}. */
export interface VectorTreesOptions {
  /** Trees, default 100. */
  readonly rounds?: number;
  /** What each tree's values are multiplied by, in (0, 1], default 0.3. */
  readonly learningRate?: number;
  /** Splits from the root to a leaf, at most. Default 7. */
  readonly depth?: number;
  /** Rows of a leaf, at least. Default 1. */
  readonly smallestLeaf?: number;
  /** Added to the rows of a leaf, at least 0, default 0: pulls values of leaves to 0. */
  readonly l2?: number;
  /** Bins of a column, 2 to 255, default 255. */
  readonly bins?: number;
  /** Share of the rows that a tree sees, in (0, 1], drawn for each. Default 1. */
  readonly rowsPerTree?: number;
  /** Rows [m, d] and targets [m, k] whose error is taken after each tree: trees up to the least error are kept. */
  readonly validation?: { readonly x: NdArray; readonly targets: NdArray } | undefined;
  /** Trees without a lower error of the validation rows, after which training stops. Default 10. */
  readonly patience?: number;
  /** Of what is drawn. Default 0. */
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
  rowsPerTree: true,
  validation: true,
  patience: true,
  seed: true,
  signal: true,
} satisfies Known<VectorTreesOptions>;

/** What is kept of such trees. Plain JSON. */
export interface StoredVectorTrees {
  /** Numbers of a row, and of an output. */
  readonly columns: number;
  readonly outputs: number;
  /** Outputs without trees. */
  readonly start: readonly number[];
  /** A leaf's `threshold` is its number. */
  readonly trees: Forest;
  /** What leaf l adds is at `l * outputs`. */
  readonly leaves: readonly number[];
  /** Mean squared error of the validation rows after each tree, each output in its deviations. */
  readonly losses?: readonly number[];
}

/** Trained trees. Their JSON is {@link StoredVectorTrees}. */
export interface VectorTrees extends StoredVectorTrees {
  /** Outputs float64 [n, outputs] of rows [n, ...]. @throws ShapeError for rows of another size */
  predict(x: NdArray): NdArray<"float64">;
}

const block = 512;

/** Adds what trees say of rows to outputs [n, k]. */
const addVectors = (
  { roots, column, threshold, left }: PackedForest,
  leaves: ArrayLike<number>,
  { n, d, data }: Rows,
  k: number,
  to: Float64Array,
): void => {
  for (let begin = 0; begin < n; begin += block)
    for (const root of roots)
      for (let i = begin; i < Math.min(n, begin + block); i++) {
        let node = root;
        for (let j = column[node]!; j >= 0; j = column[node]!)
          node = left[node]! + (data[i * d + j]! <= threshold[node]! ? 0 : 1);
        const from = threshold[node]! * k;
        for (let o = 0; o < k; o++) to[i * k + o] = to[i * k + o]! + leaves[from + o]!;
      }
};

/** Trees that were stored as JSON. @throws ArgumentError for what is not such JSON */
export const restoreVectorTrees = (stored: StoredVectorTrees): VectorTrees => {
  const name = "vector trees";
  checkMade(name, stored, ["columns", "outputs", "start", "trees", "leaves"], "trees as vectorTrees makes them");
  const { columns, outputs, start, trees } = stored;
  checkForest(name, trees, new Int32Array(columns));
  const leaves = Float64Array.from(stored.leaves);
  const count = leaves.length / outputs;
  const isLeaf = (node: number): boolean => trees.column[node] === -1;
  const wrong = trees.threshold.findIndex(
    (leaf, node) => isLeaf(node) && !(Number.isInteger(leaf) && leaf >= 0 && leaf < count),
  );
  if (start.length !== outputs || !Number.isInteger(count) || wrong >= 0)
    throw new ArgumentError(`${name}: expected leaves of ${outputs} numbers, found others`);
  const packed = packForest(trees);
  return {
    ...stored,
    predict: (x) => {
      const rows = toRows(name, x);
      if (rows.d !== columns) throw new ShapeError(`${name}: expected rows of ${columns} numbers, found [${x.shape}]`);
      const out = Float64Array.from({ length: rows.n * outputs }, (_, i) => start[i % outputs]!);
      addVectors(packed, leaves, rows, outputs, out);
      return ndarray(out, [rows.n, outputs]);
    },
  };
};

/** Mean and deviation of each column. */
const spreadOf = ({ n, d, data }: Rows): { readonly mean: Float64Array; readonly deviation: Float64Array } => {
  const [mean, squares] = [new Float64Array(d), new Float64Array(d)];
  for (let i = 0; i < data.length; i++) mean[i % d]! += data[i]! / n;
  for (let i = 0; i < data.length; i++) squares[i % d]! += (data[i]! - mean[i % d]!) ** 2 / n;
  return { mean, deviation: squares.map((sum) => Math.sqrt(sum) || 1) };
};

/**
 * Least squares of several numbers at once. A split is the one that gains most for all of them, each in its deviations. For k
 * outputs that is quicker than k times the trees of `boostedTrees`, and what they share is learnt from all of them. Rows are
 * complete numbers. The same rows, options and seed give the same trees.
 * @param x [n, ...], n > 1; further axes are flattened into columns @param targets [n, ...]
 * @throws ArgumentError for options out of range and values that are not finite; ShapeError for fewer than two rows, and
 *   targets of another number; the signal's reason when aborted
 */
export const vectorTrees = (x: NdArray, targets: NdArray, options: VectorTreesOptions = {}): VectorTrees => {
  const name = "vectorTrees";
  checkOptions(name, options, known);
  const {
    rounds = 100,
    learningRate = 0.3,
    depth = 7,
    smallestLeaf = 1,
    l2 = 0,
    bins = mostBins,
    rowsPerTree = 1,
    validation,
    patience = 10,
    seed = 0,
    signal,
  } = options;
  for (const [option, value] of Object.entries({ rounds, depth, smallestLeaf, bins, patience }))
    checkWhole(`${name} ${option}`, value);
  for (const [option, value] of Object.entries({ learningRate, rowsPerTree })) {
    checkPositive(`${name} ${option}`, value);
    if (value > 1) throw new ArgumentError(`${name} ${option}: expected at most 1, found ${value}`);
  }
  if (!(l2 >= 0)) throw new ArgumentError(`${name} l2: expected at least 0, found ${l2}`);
  if (bins < 2 || bins > mostBins) throw new ArgumentError(`${name} bins: expected 2 to ${mostBins}, found ${bins}`);
  const rows = toRows(name, x, 2);
  const wanted = toRows(`${name} targets`, targets, 2);
  const { n, d } = rows;
  const k = wanted.d;
  if (wanted.n !== n)
    throw new ShapeError(`${name}: expected ${n} targets, one for each row, found [${targets.shape}]`);
  const apart = validation && {
    rows: toRows(`${name} validation`, validation.x),
    wanted: toRows(`${name} validation`, validation.targets),
  };
  if (apart && (apart.rows.d !== d || apart.wanted.d !== k || apart.rows.n !== apart.wanted.n))
    throw new ShapeError(
      `${name} validation: expected rows of ${d} and targets of ${k} numbers, found [${validation.x.shape}] and [${validation.targets.shape}]`,
    );

  const { mean, deviation } = spreadOf(wanted);
  const standard = ({ data }: Rows): Float64Array => data.map((value, i) => (value - mean[i % k]!) / deviation[i % k]!);
  // What trees still have to say of each row, [n, k].
  const rest = standard(wanted);
  const apartRest = apart && standard(apart.wanted);
  const grow = vectorGrower(binned(rows, new Int32Array(d), bins), k, { depth, smallestLeaf, l2 });
  const all = Int32Array.from({ length: n }, (_, i) => i);
  const forest = emptyForest();
  const leaves: number[] = [];
  const losses: number[] = [];
  let best = 0;
  for (let round = 0; round < rounds; round++) {
    signal?.throwIfAborted();
    const draws = rowsPerTree < 1 ? uniform([n], { seed, step: round, purpose: "resampling" }).data : undefined;
    const shown = draws ? all.filter((row) => draws[row]! < rowsPerTree) : all;
    const before = forest.column.length;
    grow({ forest, leaves, rows: shown, rest, rate: learningRate, apply: !draws });
    if (!draws && !apart) continue;
    // The new tree by itself.
    const alone = emptyForest();
    alone.roots.push(0);
    for (let node = before; node < forest.column.length; node++) {
      const copy = addNode(alone);
      alone.column[copy] = forest.column[node]!;
      alone.threshold[copy] = forest.threshold[node]!;
      alone.left[copy] = forest.left[node]! - before;
    }
    const packed = packForest(alone);
    const less = (set: Rows, rest: Float64Array): void => {
      const said = new Float64Array(rest.length);
      addVectors(packed, leaves, set, k, said);
      for (let i = 0; i < rest.length; i++) rest[i] = rest[i]! - said[i]!;
    };
    if (draws) less(rows, rest);
    if (!apart) continue;
    less(apart.rows, apartRest!);
    losses.push(apartRest!.reduce((sum, value) => sum + value * value, 0) / apartRest!.length);
    if (losses[round]! < losses[best]!) best = round;
    else if (round - best >= patience) break;
  }
  return restoreVectorTrees({
    columns: d,
    outputs: k,
    start: Array.from(mean),
    trees: apart ? firstTrees(forest, best + 1) : forest,
    leaves: leaves.map((value, i) => value * deviation[i % k]!),
    ...(apart && { losses }),
  });
};

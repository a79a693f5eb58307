/** Trained trees: what they predict, and what is kept of them. */
import { ArgumentError } from "@scorefield/core";
import { checkMade } from "@scorefield/core/internal";
import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { addTrees, checkForest, type Forest, packForest } from "./forest.ts";
import { type PredictionObjective, softmax } from "./losses.ts";
import { checkCategories, checkCodes, tableRows } from "./table-rows.ts";

/** What is kept of trees. Plain JSON. */
export interface StoredTrees {
  readonly objective: PredictionObjective;
  /** 2 for the objective `binary`, 0 for `squares`. */
  readonly classes: number;
  /** Numbers of a row. */
  readonly columns: number;
  /** Levels of each column, 0 for numbers. */
  readonly categories: readonly number[];
  /** What each output is without trees. */
  readonly start: readonly number[];
  readonly trees: Forest;
  /** What the splits of each column have gained in training, added up: how much each column says. */
  readonly gains: readonly number[];
  /** Mean loss of the validation rows after each round. */
  readonly losses?: readonly number[];
}

/** Trained trees. Their JSON is {@link StoredTrees}. */
export interface BoostedTrees extends StoredTrees {
  /**
   * The objective `binary`: the probability of label 1, float64 [n]. `classes`: probabilities [n, classes]. `squares`:
   * values [n].
   * @throws ShapeError for rows of another size; ArgumentError for codes without a level and infinite values
   */
  predict(x: NdArray): NdArray<"float64">;
  /**
   * log p(1 | row) / p(0 | row), [n]; of several classes log-probabilities up to a number of each row, [n, classes]; values
   * are as they are, [n]. Throws as `predict`.
   */
  logits(x: NdArray): NdArray<"float64">;
}

/**
 * Trees that were stored as JSON.
 *
 *     const again = restoreTrees(JSON.parse(JSON.stringify(trees)));
 *
 * @throws ArgumentError for what is not such JSON
 */
export const restoreTrees = (stored: StoredTrees): BoostedTrees => {
  const name = "boosted trees";
  checkMade(name, stored, ["objective", "columns", "categories", "start", "trees"], "trees as boostedTrees makes them");
  const { objective, classes, columns, start, trees } = stored;
  const outputs = objective === "classes" ? classes : 1;
  const categories = checkCategories(name, stored.categories, columns);
  if (start.length !== outputs || trees.roots?.length % outputs !== 0)
    throw new ArgumentError(
      `${name}: expected ${outputs} outputs, found ${start.length}, and ${trees.roots?.length} trees`,
    );
  checkForest(name, trees, categories);
  const packed = packForest(trees);

  /** [outputs, n] */
  const rawOf = (x: NdArray): { readonly raw: Float64Array; readonly n: number } => {
    const rows = tableRows(name, x);
    const { n, d, data } = rows;
    if (d !== columns) throw new ShapeError(`${name}: expected rows of ${columns} numbers, found [${x.shape}]`);
    checkCodes(name, rows, categories);
    const raw = Float64Array.from({ length: outputs * n }, (_, k) => start[Math.floor(k / n)]!);
    addTrees(packed, data, n, d, outputs, raw);
    return { raw, n };
  };
  const rowsOf = (raw: Float64Array, n: number): NdArray<"float64"> =>
    objective === "classes"
      ? ndarray(
          raw.map((_, k) => raw[(k % outputs) * n + Math.floor(k / outputs)]!),
          [n, outputs],
        )
      : ndarray(raw, [n]);
  return {
    ...stored,
    logits: (x) => {
      const { raw, n } = rawOf(x);
      return rowsOf(raw, n);
    },
    predict: (x) => {
      const { raw, n } = rawOf(x);
      if (objective === "binary") for (let i = 0; i < n; i++) raw[i] = 1 / (1 + Math.exp(-raw[i]!));
      return rowsOf(objective === "classes" ? softmax(raw, n, outputs) : raw, n);
    },
  };
};

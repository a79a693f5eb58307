/** Logistic and linear regression with a ridge penalty (Hoerl & Kennard 1970), on rows of tables. */
import { ArgumentError } from "@scorefield/core";
import { checkMade, checkOptions, type Known } from "@scorefield/core/internal";
import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { checkTarget, classesOf, type PredictionObjective, softmax } from "../trees/losses.ts";
import { type PredictionOptions, predictionOptions } from "../trees/prediction-options.ts";
import { checkCategories, checkCodes, tableRows } from "../trees/table-rows.ts";
import { applyDesign, type Design, fitDesign } from "./design.ts";
import { leastLoss, linearOutputs } from "./newton.ts";

/** Options of {@link linearModel}. */
export interface LinearModelOptions extends PredictionOptions {
  /** Half of it times the squared weights is added to the sum of the rows' losses, default 1. Constants are free. */
  readonly l2?: number;
}

const known = { ...predictionOptions, l2: true } satisfies Known<LinearModelOptions>;

/** What is kept of a linear model. Plain JSON. */
export interface StoredLinearModel {
  readonly objective: PredictionObjective;
  /** 2 for the objective `binary`, 0 for `squares`. */
  readonly classes: number;
  /** Levels of each column, 0 for numbers. */
  readonly categories: readonly number[];
  readonly design: Design;
  /** For each output the weights of the design's coordinates, and then the constant. */
  readonly weights: readonly (readonly number[])[];
}

/** A linear model. Its JSON is {@link StoredLinearModel}. */
export interface LinearModel extends StoredLinearModel {
  /**
   * The objective `binary`: the probability of label 1, float64 [n]. `classes`: probabilities [n, classes]. `squares`:
   * values [n].
   * @throws ShapeError for rows of another size; ArgumentError for codes without a level and infinite values
   */
  predict(x: NdArray): NdArray<"float64">;
}

/** A linear model that was stored as JSON. @throws ArgumentError for what is not such JSON */
export const restoreLinearModel = (stored: StoredLinearModel): LinearModel => {
  const name = "linear model";
  checkMade(name, stored, ["objective", "categories", "design", "weights"], "what linearModel makes");
  const { objective, classes, design, weights: rows } = stored;
  const outputs = objective === "classes" ? classes : 1;
  const columns = design.columns.length;
  const categories = checkCategories(name, stored.categories, columns);
  if (rows.length !== outputs || rows.some((row) => row.length !== design.width + 1 || !row.every(Number.isFinite)))
    throw new ArgumentError(`${name}: expected ${outputs} lists of ${design.width + 1} weights, found others`);
  const weights = Float64Array.from(rows.flat());
  return {
    ...stored,
    predict: (x) => {
      const asked = tableRows(name, x);
      const { n, d } = asked;
      if (d !== columns) throw new ShapeError(`${name}: expected rows of ${columns} numbers, found [${x.shape}]`);
      checkCodes(name, asked, categories);
      const out = linearOutputs(applyDesign(design, asked), weights, outputs);
      if (objective === "squares") return ndarray(out, [n]);
      if (objective === "binary")
        return ndarray(
          out.map((z) => 1 / (1 + Math.exp(-z))),
          [n],
        );
      const p = softmax(out, n, outputs);
      return ndarray(
        p.map((_, k) => p[(k % outputs) * n + Math.floor(k / outputs)]!),
        [n, outputs],
      );
    },
  };
};

/**
 * Fits logistic regression, its form for several classes, or linear regression. Numbers are standardised, categories
 * one-hot. A missing number is at the mean, with an indicator of its own; of a category it is one more level.
 *
 *     const model = linearModel(x, labels, { categories: [0, 3, 0] });
 *     model.predict(others).data; // probability of label 1 for each row
 *
 * @param x [n, ...], n > 1; further axes are flattened into columns. Numbers, codes of categories, NaN for missing cells
 * @param target for each row 0 or 1, its class, or a number
 * @throws ArgumentError for targets, weights and codes that do not fit, options out of range, infinite values; ShapeError
 *   for fewer than two rows; the signal's reason when aborted
 */
export const linearModel = (x: NdArray, target: ArrayLike<number>, options: LinearModelOptions = {}): LinearModel => {
  const name = "linearModel";
  checkOptions(name, options, known);
  const { objective = "binary", l2 = 1, sampleWeights, signal } = options;
  if (!(l2 >= 0) || l2 === Infinity) throw new ArgumentError(`${name} l2: expected at least 0, found ${l2}`);
  const rows = tableRows(name, x, 2);
  const categories = checkCategories(name, options.categories, rows.d);
  checkCodes(name, rows, categories);
  const classes = classesOf(name, objective, options.classes, target);
  checkTarget(name, objective, classes, { target, weights: sampleWeights }, rows.n);
  const outputs = objective === "classes" ? classes : 1;
  const design = fitDesign(rows, categories);
  const weights = leastLoss({
    rows: applyDesign(design, rows),
    target,
    sampleWeights,
    objective,
    outputs,
    l2,
    signal,
  });
  const width = design.width + 1;
  return restoreLinearModel({
    objective,
    classes,
    categories: Array.from(categories),
    design,
    weights: Array.from({ length: outputs }, (_, k) => Array.from(weights.subarray(k * width, (k + 1) * width))),
  });
};

/** What boosted trees minimise: the loss of a row by its outputs, and its derivatives. */
import { ArgumentError } from "@scorefield/core";
import { checkWhole } from "@scorefield/core/internal";

/** What trees are for. */
export type PredictionObjective = "binary" | "classes" | "squares";

/** A loss on rows. Outputs lie output after output, [outputs, n]. */
export interface TreeLoss {
  readonly outputs: number;
  /** The best constant outputs of the training rows, and what their deviations from it are measured in. */
  readonly start: readonly number[];
  readonly scale: number;
  /** Called once a round, before the derivatives of its outputs. */
  readonly begin: (raw: Float64Array) => void;
  /** Fills gradients and curvatures by one output, [n]. */
  readonly derivatives: (raw: Float64Array, output: number, gradient: Float64Array, curvature: Float64Array) => void;
}

/** Rows with what is known of them. */
export interface TreeTarget {
  readonly target: ArrayLike<number>;
  /** How much each row counts; none: 1 each. */
  readonly weights?: ArrayLike<number> | undefined;
}

const weightOf = (weights: ArrayLike<number> | undefined, i: number): number => weights?.[i] ?? 1;

const probability = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** Probabilities [classes, n] of logits of the same shape. */
export const softmax = (raw: Float64Array, n: number, classes: number, to = new Float64Array(raw.length)) => {
  for (let i = 0; i < n; i++) {
    let most = -Infinity;
    for (let k = 0; k < classes; k++) most = Math.max(most, raw[k * n + i]!);
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      const e = Math.exp(raw[k * n + i]! - most);
      to[k * n + i] = e;
      sum += e;
    }
    for (let k = 0; k < classes; k++) to[k * n + i] = to[k * n + i]! / sum;
  }
  return to;
};

/** Log-loss of labels 0 and 1 (Friedman 2001, section 4.5). */
const binary = ({ target, weights }: TreeTarget): TreeLoss => {
  let [ones, all] = [0, 0];
  for (let i = 0; i < target.length; i++) {
    const weight = weightOf(weights, i);
    ones += weight * target[i]!;
    all += weight;
  }
  return {
    outputs: 1,
    // The logit of the share of ones. For one class alone that would be infinite.
    start: [Math.log((ones + 0.5) / (all - ones + 0.5))],
    scale: 1,
    begin: () => {},
    derivatives: (raw, _, gradient, curvature) => {
      for (let i = 0; i < target.length; i++) {
        const p = probability(raw[i]!);
        const weight = weights ? weights[i]! : 1;
        gradient[i] = weight * (p - target[i]!);
        curvature[i] = weight * p * (1 - p);
      }
    },
  };
};

/**
 * Cross-entropy of classes 0 to classes - 1. The curvature is twice the diagonal of the Hessian, as steps of all outputs
 * are taken at once: 2 p (1 - p) bounds what they do together.
 */
const classesLoss = ({ target, weights }: TreeTarget, classes: number): TreeLoss => {
  const n = target.length;
  const counts = new Float64Array(classes).fill(0.5);
  for (let i = 0; i < n; i++) counts[target[i]!]! += weightOf(weights, i);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const p = new Float64Array(classes * n);
  return {
    outputs: classes,
    start: Array.from(counts, (count) => Math.log(count / total)),
    scale: 1,
    begin: (raw) => {
      softmax(raw, n, classes, p);
    },
    derivatives: (_, output, gradient, curvature) => {
      const from = output * n;
      for (let i = 0; i < n; i++) {
        const [q, weight] = [p[from + i]!, weights ? weights[i]! : 1];
        gradient[i] = weight * (q - (target[i] === output ? 1 : 0));
        curvature[i] = weight * 2 * q * (1 - q);
      }
    },
  };
};

/** Half of squared errors, in deviations of the target: gains then do not depend on its unit. */
const squares = ({ target, weights }: TreeTarget): TreeLoss => {
  const n = target.length;
  let [all, mean, spread] = [0, 0, 0];
  for (let i = 0; i < n; i++) all += weightOf(weights, i);
  for (let i = 0; i < n; i++) mean += (weightOf(weights, i) / all) * target[i]!;
  for (let i = 0; i < n; i++) spread += (weightOf(weights, i) / all) * (target[i]! - mean) ** 2;
  const scale = Math.sqrt(spread) || 1;
  return {
    outputs: 1,
    start: [mean],
    scale,
    begin: () => {},
    derivatives: (raw, _, gradient, curvature) => {
      for (let i = 0; i < n; i++) {
        const weight = weights ? weights[i]! : 1;
        gradient[i] = weight * ((raw[i]! - target[i]!) / scale);
        curvature[i] = weight;
      }
    },
  };
};

/** The loss of an objective on training rows. */
export const treeLoss = (objective: PredictionObjective, classes: number, rows: TreeTarget): TreeLoss =>
  objective === "binary" ? binary(rows) : objective === "classes" ? classesLoss(rows, classes) : squares(rows);

/** Mean loss of outputs [outputs, n]: nats for classes, squared error for values. */
export const meanLoss = (
  objective: PredictionObjective,
  classes: number,
  raw: Float64Array,
  { target, weights }: TreeTarget,
): number => {
  const n = target.length;
  let [sum, all] = [0, 0];
  for (let i = 0; i < n; i++) {
    const weight = weightOf(weights, i);
    all += weight;
    if (objective === "squares") sum += weight * (raw[i]! - target[i]!) ** 2;
    else if (objective === "binary") {
      // log(1 + exp(-z)) of the logit z of what was right.
      const z = target[i] === 1 ? raw[i]! : -raw[i]!;
      sum += weight * (Math.max(-z, 0) + Math.log1p(Math.exp(-Math.abs(z))));
    } else {
      let most = -Infinity;
      for (let k = 0; k < classes; k++) most = Math.max(most, raw[k * n + i]!);
      let total = 0;
      for (let k = 0; k < classes; k++) total += Math.exp(raw[k * n + i]! - most);
      sum += weight * (most + Math.log(total) - raw[target[i]! * n + i]!);
    }
  }
  return sum / all;
};

/** @throws ArgumentError for targets of another number or kind, and weights that do not fit */
export const checkTarget = (
  name: string,
  objective: PredictionObjective,
  classes: number,
  { target, weights }: TreeTarget,
  n: number,
): void => {
  const what = objective === "squares" ? "values" : "labels";
  if (target?.length !== n)
    throw new ArgumentError(
      `${name}: expected ${n} ${what}, one for each row, found ${target?.length ?? typeof target}`,
    );
  for (let i = 0; i < n; i++) {
    const value = target[i]!;
    if (objective === "squares" ? Number.isFinite(value) : Number.isInteger(value) && value >= 0 && value < classes)
      continue;
    const expected =
      objective === "squares"
        ? "finite values"
        : objective === "binary"
          ? "labels 0 or 1"
          : `labels 0 to ${classes - 1}`;
    throw new ArgumentError(`${name}: expected ${expected}, found ${value} for row ${i}`);
  }
  if (weights === undefined) return;
  if (weights.length !== n)
    throw new ArgumentError(`${name} weights: expected ${n}, one for each row, found ${weights.length}`);
  let all = 0;
  for (let i = 0; i < n; i++) {
    if (!(weights[i]! >= 0) || weights[i] === Infinity)
      throw new ArgumentError(`${name} weights: expected numbers of at least 0, found ${weights[i]} for row ${i}`);
    all += weights[i]!;
  }
  if (all === 0) throw new ArgumentError(`${name} weights: expected some above 0, found none`);
};

const objectives: readonly PredictionObjective[] = ["binary", "classes", "squares"];

/**
 * How many classes there are: 2 for labels 0 and 1, 0 for numbers.
 * @throws ArgumentError for another objective, and a number of classes that is none
 */
export const classesOf = (
  name: string,
  objective: PredictionObjective,
  classes: number | undefined,
  target: ArrayLike<number>,
): number => {
  if (!objectives.includes(objective))
    throw new ArgumentError(`${name} objective: expected one of ${objectives.join(", ")}, found ${objective}`);
  if (objective !== "classes") {
    if (classes !== undefined)
      throw new ArgumentError(`${name} classes: expected with the objective "classes" alone, found ${classes}`);
    return objective === "binary" ? 2 : 0;
  }
  if (classes !== undefined) checkWhole(`${name} classes`, classes);
  let most = 0;
  for (let i = 0; i < target.length; i++) most = Math.max(most, target[i]!);
  return classes ?? most + 1;
};

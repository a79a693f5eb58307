/**
 * Newton's method on the penalised loss of a linear model. Each step is found by conjugate gradients from products of the
 * Hessian with a vector (Nocedal & Wright 2006, algorithm 7.1), so that a category of a thousand levels needs no matrix.
 */
import { type PredictionObjective, softmax } from "../trees/losses.ts";
import type { SparseRows } from "./design.ts";

/** What is minimised: the sum of the rows' losses by weight, and l2 / 2 of the squared weights, constants left out. */
export interface LinearTask {
  readonly rows: SparseRows;
  readonly target: ArrayLike<number>;
  readonly sampleWeights: ArrayLike<number> | undefined;
  readonly objective: PredictionObjective;
  /** 1, or classes. */
  readonly outputs: number;
  readonly l2: number;
  readonly signal?: AbortSignal | undefined;
}

/** Outputs [outputs, n] of rows. @param weights [outputs, width + 1], the constant last */
export const linearOutputs = (rows: SparseRows, weights: Float64Array, outputs: number): Float64Array => {
  const { n, width, entries, indices, values } = rows;
  const out = new Float64Array(outputs * n);
  for (let k = 0; k < outputs; k++) {
    const from = k * (width + 1);
    for (let i = 0; i < n; i++) {
      let sum = weights[from + width]!;
      for (let e = i * entries; e < (i + 1) * entries; e++) sum += values[e]! * weights[from + indices[e]!]!;
      out[k * n + i] = sum;
    }
  }
  return out;
};

/** The transpose: what numbers of rows, [outputs, n], are along each weight. */
const alongWeights = (rows: SparseRows, numbers: Float64Array, outputs: number): Float64Array => {
  const { n, width, entries, indices, values } = rows;
  const sums = new Float64Array(outputs * (width + 1));
  for (let k = 0; k < outputs; k++) {
    const from = k * (width + 1);
    for (let i = 0; i < n; i++) {
      const number = numbers[k * n + i]!;
      sums[from + width]! += number;
      for (let e = i * entries; e < (i + 1) * entries; e++) sums[from + indices[e]!]! += values[e]! * number;
    }
  }
  return sums;
};

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** Losses, and what a row's outputs say of its targets. */
const lossOf = ({ rows: { n }, target, sampleWeights, objective, outputs }: LinearTask) => {
  const weight = (i: number): number => sampleWeights?.[i] ?? 1;
  return {
    /** The sum over rows of half squared errors, or of -log p(target). */
    loss: (out: Float64Array): number => {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        if (objective === "squares") sum += (weight(i) * (out[i]! - target[i]!) ** 2) / 2;
        else if (objective === "binary") {
          const z = target[i] === 1 ? out[i]! : -out[i]!;
          sum += weight(i) * (Math.max(-z, 0) + Math.log1p(Math.exp(-Math.abs(z))));
        } else {
          let most = -Infinity;
          for (let k = 0; k < outputs; k++) most = Math.max(most, out[k * n + i]!);
          let total = 0;
          for (let k = 0; k < outputs; k++) total += Math.exp(out[k * n + i]! - most);
          sum += weight(i) * (most + Math.log(total) - out[target[i]! * n + i]!);
        }
      }
      return sum;
    },
    /** Predictions: probabilities or values, [outputs, n]. */
    predict: (out: Float64Array): Float64Array =>
      objective === "squares"
        ? out
        : objective === "binary"
          ? out.map((z) => 1 / (1 + Math.exp(-z)))
          : softmax(out, n, outputs),
    /** Derivatives of the loss by outputs, [outputs, n]. */
    gradient: (p: Float64Array): Float64Array =>
      p.map((value, at) => {
        const [k, i] = [Math.floor(at / n), at % n];
        return weight(i) * (value - (objective === "classes" ? (target[i] === k ? 1 : 0) : target[i]!));
      }),
    /** Second derivatives times a change of the outputs. */
    curved: (p: Float64Array, change: Float64Array): Float64Array => {
      if (objective === "squares") return change.map((value, i) => weight(i) * value);
      if (objective === "binary") return change.map((value, i) => weight(i) * p[i]! * (1 - p[i]!) * value);
      const product = new Float64Array(change.length);
      for (let i = 0; i < n; i++) {
        let mean = 0;
        for (let k = 0; k < outputs; k++) mean += p[k * n + i]! * change[k * n + i]!;
        for (let k = 0; k < outputs; k++) product[k * n + i] = weight(i) * p[k * n + i]! * (change[k * n + i]! - mean);
      }
      return product;
    },
    /** Second derivatives by each output alone. */
    diagonal: (p: Float64Array): Float64Array =>
      p.map((value, at) => weight(at % n) * (objective === "squares" ? 1 : value * (1 - value))),
  };
};

/** Weights [outputs, width + 1], the constant of each output last, at which the penalised loss is least. */
export const leastLoss = (task: LinearTask): Float64Array => {
  const { rows, outputs, l2, signal } = task;
  const { n, width } = rows;
  const { loss, predict, gradient, curved, diagonal } = lossOf(task);
  const squared: SparseRows = { ...rows, values: rows.values.map((value) => value * value) };
  const penalty = Float64Array.from({ length: outputs * (width + 1) }, (_, k) => (k % (width + 1) < width ? l2 : 0));
  const weights = new Float64Array(outputs * (width + 1));
  let out = new Float64Array(outputs * n);
  const whole = (out: Float64Array, weights: Float64Array): number => {
    let sum = loss(out);
    for (let k = 0; k < weights.length; k++) sum += (penalty[k]! * weights[k]! ** 2) / 2;
    return sum;
  };
  let value = whole(out, weights);
  let first = 0;
  for (let iteration = 0; iteration < 100; iteration++) {
    signal?.throwIfAborted();
    const p = predict(out);
    const slope = alongWeights(rows, gradient(p), outputs);
    for (let k = 0; k < slope.length; k++) slope[k]! += penalty[k]! * weights[k]!;
    const size = Math.sqrt(dot(slope, slope));
    if (iteration === 0) first = size;
    if (size <= 1e-10 * first) break;

    // Conjugate gradients, preconditioned by the diagonal, for Hessian step = -slope.
    const scale = alongWeights(squared, diagonal(p), outputs).map((sum, k) => 1 / (sum + penalty[k]! || 1));
    const step = new Float64Array(weights.length);
    const stepOut = new Float64Array(out.length);
    const rest = slope.map((s) => -s);
    let scaled = rest.map((r, k) => r * scale[k]!);
    const way = scaled.slice();
    let agree = dot(rest, scaled);
    // Exact enough for the quadratic convergence of Newton's method.
    const enough = Math.min(0.1, Math.sqrt(size / first)) * size * 0.1;
    for (let k = 0; k < 4 * weights.length + 50 && agree > 0; k++) {
      const wayOut = linearOutputs(rows, way, outputs);
      const product = alongWeights(rows, curved(p, wayOut), outputs);
      for (let j = 0; j < product.length; j++) product[j]! += penalty[j]! * way[j]!;
      const along = dot(way, product);
      if (!(along > 0)) break;
      const length = agree / along;
      for (let j = 0; j < step.length; j++) {
        step[j]! += length * way[j]!;
        rest[j]! -= length * product[j]!;
      }
      for (let i = 0; i < stepOut.length; i++) stepOut[i]! += length * wayOut[i]!;
      if (Math.sqrt(dot(rest, rest)) <= enough) break;
      scaled = rest.map((r, j) => r * scale[j]!);
      const next = dot(rest, scaled);
      for (let j = 0; j < way.length; j++) way[j] = scaled[j]! + (next / agree) * way[j]!;
      agree = next;
    }

    // Half as far, until the loss falls by a share of what the slope says.
    const fall = dot(slope, step);
    if (!(fall < 0)) break;
    let moved = false;
    for (let length = 1; length > 1e-8; length /= 2) {
      const there = weights.map((weight, k) => weight + length * step[k]!);
      const outThere = out.map((o, i) => o + length * stepOut[i]!);
      const valueThere = whole(outThere, there);
      if (valueThere > value + 1e-4 * length * fall) continue;
      moved = valueThere < value;
      weights.set(there);
      out = outThere;
      value = valueThere;
      break;
    }
    // Rounding alone is left.
    if (!moved) break;
  }
  return weights;
};

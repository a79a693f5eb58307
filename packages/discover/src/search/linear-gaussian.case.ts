/** Graphs and rows to test searches on: all small DAGs, random linear Gaussian models, their covariances and rows. */
import { normal } from "@scorefield/core";
import type { Graph } from "../graph/graph.ts";
import type { Observations } from "../graph/observations.ts";
import { orderOf } from "../graph/topological-order.ts";
import { randomStream } from "./random-stream.ts";

/** Edges of all DAGs of d variables: 3 of 2, 25 of 3, 543 of 4. */
export const allDags = (d: number): Uint8Array[] => {
  const pairs = Array.from({ length: d }, (_, i) => Array.from({ length: i }, (_, j) => [i, j] as const)).flat();
  const found: Uint8Array[] = [];
  for (let code = 0; code < 3 ** pairs.length; code++) {
    const edges = new Uint8Array(d * d);
    let rest = code;
    for (const [i, j] of pairs) {
      if (rest % 3 === 1) edges[i * d + j] = 1;
      if (rest % 3 === 2) edges[j * d + i] = 1;
      rest = Math.floor(rest / 3);
    }
    if (orderOf(edges, d).length === d) found.push(edges);
  }
  return found;
};

/** A linear Gaussian model: x_j = sum of weights[i d + j] x_i + noise of deviation `noise[j]`. */
export interface LinearModel {
  readonly graph: Graph;
  readonly weights: Float64Array;
  readonly noise: Float64Array;
}

/** Weights of size 0.5 to 1.5 and deviations of 0.7 to 1.3; names g1, g2, ... in an order that is not topological. */
export const randomModel = (d: number, share: number, seed: number): LinearModel => {
  const random = randomStream(seed);
  const names = Array.from({ length: d }, (_, i) => `g${i + 1}`);
  const order = names.map((_, i) => i);
  for (let i = d - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const edges = new Uint8Array(d * d);
  const weights = new Float64Array(d * d);
  for (let a = 0; a < d; a++)
    for (let b = a + 1; b < d; b++)
      if (random() < share) {
        const place = order[a]! * d + order[b]!;
        edges[place] = 1;
        weights[place] = (0.5 + random()) * (random() < 0.5 ? -1 : 1);
      }
  return { graph: { names, edges }, weights, noise: Float64Array.from(names, () => 0.7 + 0.6 * random()) };
};

/** Effects of the noise of each variable on each, [d, d]: the inverse of I - weights. */
const totalEffects = ({ graph, weights }: LinearModel): Float64Array => {
  const d = graph.names.length;
  const total = new Float64Array(d * d);
  for (const j of orderOf(graph.edges, d)) {
    total[j * d + j] = 1;
    for (let i = 0; i < d; i++)
      if (graph.edges[i * d + j])
        for (let k = 0; k < d; k++) total[k * d + j]! += total[k * d + i]! * weights[i * d + j]!;
  }
  return total;
};

/** The covariance of a model, [d, d]. */
export const covarianceOf = (model: LinearModel): Float64Array => {
  const d = model.graph.names.length;
  const total = totalEffects(model);
  const covariance = new Float64Array(d * d);
  for (let a = 0; a < d; a++)
    for (let b = 0; b < d; b++)
      for (let k = 0; k < d; k++)
        covariance[a * d + b]! += total[k * d + a]! * total[k * d + b]! * model.noise[k]! ** 2;
  return covariance;
};

/** Rows of a model; variables of `set` have values from outside, `set` for all rows. */
export const rowsOf = (
  { graph, weights, noise }: LinearModel,
  rows: number,
  seed: number,
  set: Readonly<Record<number, number>> = {},
): Float64Array => {
  const d = graph.names.length;
  const draws = normal([rows, d], { seed, dtype: "float64" }).data;
  const values = new Float64Array(rows * d);
  const order = orderOf(graph.edges, d);
  for (let r = 0; r < rows; r++)
    for (const j of order) {
      let value = draws[r * d + j]! * noise[j]!;
      for (let i = 0; i < d; i++) if (graph.edges[i * d + j]) value += weights[i * d + j]! * values[r * d + i]!;
      values[r * d + j] = set[j] ?? value;
    }
  return values;
};

/** Plain rows of a model. */
export const observed = (model: LinearModel, rows: number, seed: number): Observations => ({
  names: model.graph.names,
  values: rowsOf(model, rows, seed),
});

/** Rows with columns in another order and in other units. */
export const rearranged = (
  { names, values }: Observations,
  order: readonly number[],
  factor: (column: number) => number,
): Observations => {
  const d = names.length;
  const moved = new Float64Array(values.length);
  for (let r = 0; r < values.length / d; r++)
    for (const [to, from] of order.entries()) moved[r * d + to] = values[r * d + from]! * factor(from) + from;
  return { names: order.map((i) => names[i]!), values: moved };
};

/** Small graphs of causes and linear Gaussian models of them, for checks of what searches find. */
import { normal } from "@scorefield/core";
import { type Graph, isAcyclic, type Observations, topologicalOrder } from "@scorefield/discover";

/** All DAGs over some names: 25 of three, 543 of four. */
export const allDags = (names: readonly string[]): Graph[] => {
  const d = names.length;
  const pairs = names.flatMap((_, i) => names.slice(0, i).map((_, j) => [i, j] as const));
  const found: Graph[] = [];
  for (let code = 0; code < 3 ** pairs.length; code++) {
    const edges = new Uint8Array(d * d);
    let rest = code;
    for (const [i, j] of pairs) {
      if (rest % 3 === 1) edges[i * d + j] = 1;
      if (rest % 3 === 2) edges[j * d + i] = 1;
      rest = Math.floor(rest / 3);
    }
    if (isAcyclic({ names, edges })) found.push({ names, edges });
  }
  return found;
};

/** x_j = sum of weights[i d + j] x_i + N(0, 1). */
export interface LinearGraph {
  readonly graph: Graph;
  readonly weights: Float64Array;
}

/** A graph whose causes stand in a shuffled order, weights of size 0.5 to 1.5. */
export const linearGraph = (d: number, share: number, seed: number): LinearGraph => {
  const draws = normal([3 * d * d], { seed, dtype: "float64" }).data;
  const names = Array.from({ length: d }, (_, i) => `v${i}`);
  const order = [...names.keys()].sort((a, b) => draws[a]! - draws[b]!);
  const edges = new Uint8Array(d * d);
  const weights = new Float64Array(d * d);
  // A normal variable as a share in [0, 1], roughly uniform.
  const unit = (k: number) => 1 / (1 + Math.exp(-1.7 * draws[d * d + k]!));
  for (let a = 0; a < d; a++)
    for (let b = a + 1; b < d; b++) {
      if (unit(a * d + b) >= share) continue;
      const place = order[a]! * d + order[b]!;
      edges[place] = 1;
      const size = draws[2 * d * d + place]!;
      weights[place] = Math.sign(size) * (0.5 + Math.abs(size) / (1 + Math.abs(size)));
    }
  return { graph: { names, edges }, weights };
};

/** What one unit of each variable's noise adds to each, [d, d]. */
const effects = ({ graph, weights }: LinearGraph): Float64Array => {
  const { names, edges } = graph;
  const d = names.length;
  const total = new Float64Array(d * d);
  for (const name of topologicalOrder(graph)) {
    const j = names.indexOf(name);
    total[j * d + j] = 1;
    for (let i = 0; i < d; i++)
      if (edges[i * d + j]) for (let k = 0; k < d; k++) total[k * d + j]! += total[k * d + i]! * weights[i * d + j]!;
  }
  return total;
};

/** Covariance of a model, [d, d]. */
export const covarianceOf = (model: LinearGraph): Float64Array => {
  const d = model.graph.names.length;
  const total = effects(model);
  const found = new Float64Array(d * d);
  for (let a = 0; a < d; a++)
    for (let b = 0; b < d; b++) for (let k = 0; k < d; k++) found[a * d + b]! += total[k * d + a]! * total[k * d + b]!;
  return found;
};

/** Rows of a model. */
export const rowsOf = (model: LinearGraph, rows: number, seed: number): Observations => {
  const { names } = model.graph;
  const d = names.length;
  const total = effects(model);
  const noise = normal([rows, d], { seed, dtype: "float64" }).data;
  const values = new Float64Array(rows * d);
  for (let r = 0; r < rows; r++)
    for (let j = 0; j < d; j++) for (let k = 0; k < d; k++) values[r * d + j]! += noise[r * d + k]! * total[k * d + j]!;
  return { names, values };
};

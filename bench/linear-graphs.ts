/** Random linear Gaussian graphs and their rows, and two plain methods to compare searches with. */
import { normal, permutation, uniform } from "@scorefield/core";
import { bic, type Graph, type Observations } from "@scorefield/discover";

/** How edges are drawn: each pair alike (Erdos & Renyi 1959), or to those that have many (Barabasi & Albert 1999). */
export type Shape = "erdos-renyi" | "scale-free";

/** A graph with rows of its model: x_j = sum of w_ij x_i + noise. */
export interface Simulated {
  readonly truth: Graph;
  readonly observations: Observations;
}

/**
 * Draws a DAG of `edges` edges a variable, weights of size 0.5 to 1.5 of either sign, deviations of noise from 0.7 to 1.3, and rows.
 * Columns stand in a random order, so that no method gains from it.
 */
export const simulate = (
  shape: Shape,
  { d, edges: each, rows, seed }: { d: number; edges: number; rows: number; seed: number },
): Simulated => {
  let at = 0;
  const numbers = uniform([10 * d * d + 1000], { seed, dtype: "float64" }).data;
  const random = () => numbers[at++]!;
  const place = permutation(d, { seed, step: 1 }).data;
  const pairs: [number, number][] = [];
  if (shape === "erdos-renyi") {
    for (let i = 0; i < d; i++) for (let j = i + 1; j < d; j++) if (random() < (2 * each) / (d - 1)) pairs.push([i, j]);
  } else {
    const ends: number[] = [];
    for (let j = 1; j < d; j++) {
      const chosen = new Set<number>();
      while (chosen.size < Math.min(each, j)) {
        const pick = Math.floor(random() * (ends.length + j));
        chosen.add(pick < ends.length ? ends[pick]! : pick - ends.length);
      }
      for (const i of chosen) {
        pairs.push([i, j]);
        ends.push(i, j);
      }
    }
  }
  const edges = new Uint8Array(d * d);
  const parents: { from: number; weight: number }[][] = Array.from({ length: d }, () => []);
  for (const [i, j] of pairs) {
    edges[place[i]! * d + place[j]!] = 1;
    parents[j]!.push({ from: i, weight: (0.5 + random()) * (random() < 0.5 ? -1 : 1) });
  }
  const noise = Float64Array.from({ length: d }, () => 0.7 + 0.6 * random());
  const draws = normal([rows, d], { seed, step: 2, dtype: "float64" }).data;
  const values = new Float64Array(rows * d);
  for (let r = 0; r < rows; r++)
    for (let j = 0; j < d; j++) {
      let value = draws[r * d + j]! * noise[j]!;
      for (const { from, weight } of parents[j]!) value += weight * values[r * d + place[from]!]!;
      values[r * d + place[j]!] = value;
    }
  const names = Array.from({ length: d }, (_, i) => `g${String(i + 1).padStart(4, "0")}`);
  return { truth: { names, edges }, observations: { names, values } };
};

/** A graph without edges. */
export const emptyGraph = ({ names }: Observations): Graph => ({ names, edges: new Uint8Array(names.length ** 2) });

/**
 * Variables in the order of their variances, each with those before it that BIC chooses one by one (after Reisach, Seiler & Weichwald
 * 2021). In simulated rows in their own units the order of variances tells much of the graph.
 */
export const sortByVariance = (observations: Observations): Graph => {
  const { names, values } = observations;
  const d = names.length;
  const rows = values.length / d;
  const variance = names.map((_, j) => {
    let [sum, squares] = [0, 0];
    for (let r = 0; r < rows; r++) {
      sum += values[r * d + j]!;
      squares += values[r * d + j]! ** 2;
    }
    return squares / rows - (sum / rows) ** 2;
  });
  const order = [...names.keys()].sort((a, b) => variance[a]! - variance[b]!);
  const score = bic(observations);
  const place = names.map((name) => score.names.indexOf(name));
  const edges = new Uint8Array(d * d);
  for (const [k, j] of order.entries()) {
    const chosen: number[] = [];
    for (let best = score.local(place[j]!, []); ; ) {
      let next = -1;
      for (const i of order.slice(0, k)) {
        if (chosen.includes(i)) continue;
        const value = score.local(
          place[j]!,
          [...chosen, i].map((v) => place[v]!),
        );
        if (value > best) [best, next] = [value, i];
      }
      if (next < 0) break;
      chosen.push(next);
      edges[next * d + j] = 1;
    }
  }
  return { names, edges };
};

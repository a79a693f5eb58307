import { ArgumentError, permutation, uniform } from "@scorefield/core";
import { checkCount, checkOptions, checkPositive, checkWhole, type Known } from "@scorefield/core/internal";
import type { Graph } from "../graph/graph.ts";

/** Options of {@link randomGraph}. */
export interface RandomGraphOptions {
  /** How many, at least 2. */
  readonly variables: number;
  /** Edges for each variable, on average. Default 1. */
  readonly edgesPerVariable?: number;
  /**
   * `erdos-renyi`: every edge is as likely (Erdos & Renyi 1959). `scale-free`: a new variable is drawn to earlier ones that have
   * many edges (Barabasi & Albert 1999), so that a few have very many. Default the first.
   */
  readonly kind?: "erdos-renyi" | "scale-free";
  /** Default 0. */
  readonly seed?: number;
}

const known = { variables: true, edgesPerVariable: true, kind: true, seed: true } satisfies Known<RandomGraphOptions>;

/** Names X1, X2, ..., padded so that they sort as they count. */
const namesOf = (count: number): string[] => {
  const digits = String(count).length;
  return Array.from({ length: count }, (_, i) => `X${String(i + 1).padStart(digits, "0")}`);
};

/**
 * Draws a graph without circles. The order of causes is drawn too, so names say nothing of it. Equal options give equal graphs.
 * @throws ArgumentError for options out of range
 */
export const randomGraph = (options: RandomGraphOptions): Graph => {
  checkOptions("randomGraph", options, known);
  const { variables: d, edgesPerVariable = 1, kind = "erdos-renyi", seed = 0 } = options;
  checkWhole("randomGraph variables", d);
  checkPositive("randomGraph edgesPerVariable", edgesPerVariable);
  checkCount("randomGraph seed", seed);
  if (d < 2) throw new ArgumentError(`randomGraph variables: expected at least 2, found ${d}`);
  if (kind !== "erdos-renyi" && kind !== "scale-free")
    throw new ArgumentError(`randomGraph kind: expected erdos-renyi or scale-free, found ${kind}`);
  const order = permutation(d, { seed, purpose: "data" }).data;
  const edges = new Uint8Array(d * d);
  const draws = uniform([d, d], { seed, purpose: "data", step: 1, dtype: "float64" }).data;
  if (kind === "erdos-renyi") {
    const share = Math.min(1, (2 * edgesPerVariable) / (d - 1));
    for (let j = 0; j < d; j++)
      for (let i = 0; i < j; i++) if (draws[j * d + i]! < share) edges[order[i]! * d + order[j]!] = 1;
  } else {
    const degree = new Float64Array(d).fill(1);
    for (let j = 1; j < d; j++)
      for (let drawn = 0; drawn < Math.min(j, Math.round(edgesPerVariable)); drawn++) {
        const open = Array.from({ length: j }, (_, i) => i).filter((i) => !edges[order[i]! * d + order[j]!]);
        let rest = draws[j * d + drawn]! * open.reduce((sum, i) => sum + degree[i]!, 0);
        const chosen = open.find((i) => (rest -= degree[i]!) < 0) ?? open.at(-1)!;
        edges[order[chosen]! * d + order[j]!] = 1;
        degree[chosen]!++;
        degree[j]!++;
      }
  }
  return { names: namesOf(d), edges };
};

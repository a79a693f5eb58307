/** How sure edges are, by searching again in rows drawn again. */
import { ArgumentError, integers } from "@scorefield/core";
import { checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import { showValue } from "@scorefield/tensor/internal";
import { checkGraph, checkSameNames, edgesInOrder } from "../graph/check-graph.ts";
import type { Graph } from "../graph/graph.ts";
import type { Observations } from "../graph/observations.ts";
import { columnsOf } from "../score/columns.ts";

export interface EdgeConfidenceOptions {
  /** Searches one set of rows, for example `async (rows) => (await ges(bic(rows))).graph`. */
  readonly search: (observations: Observations, index: number) => Graph | Promise<Graph>;
  /** Sets of rows. Default 100. */
  readonly rounds?: number;
  /** Of the rows that are drawn. Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const known = {
  search: true,
  rounds: true,
  seed: true,
  signal: true,
  onProgress: true,
} satisfies Known<EdgeConfidenceOptions>;

/** Shares of searches that found an edge. */
export interface EdgeConfidence {
  /** As in the observations. */
  readonly names: readonly string[];
  /** [d, d] by rows: the share of graphs with an edge from row to column. An open edge counts one half each way. */
  readonly directed: Float64Array;
  /** [d, d] by rows, symmetric: the share of graphs with an edge between two variables, whatever its direction. */
  readonly joined: Float64Array;
}

/**
 * Rows drawn with replacement, as many as there are, within each kind of intervention: none loses all its rows.
 * @param round which draw
 */
const drawnAgain = (observations: Observations, targetOf: Int32Array, seed: number, round: number): Observations => {
  const { names, values, targets } = observations;
  const d = names.length;
  const rows = values.length / d;
  const groups = new Map<number, number[]>();
  for (let i = 0; i < rows; i++) {
    const members = groups.get(targetOf[i]!);
    if (members) members.push(i);
    else groups.set(targetOf[i]!, [i]);
  }
  const drawn = new Float64Array(values.length);
  const drawnTargets: (readonly number[])[] = [];
  let at = 0;
  for (const members of groups.values()) {
    const picks = integers([members.length], {
      seed,
      step: round,
      firstSample: at,
      purpose: "resampling",
      high: members.length,
    }).data;
    for (const pick of picks) {
      const row = members[pick]!;
      drawn.set(values.subarray(row * d, (row + 1) * d), at * d);
      drawnTargets.push(targets?.[members[0]!] ?? []);
      at++;
    }
  }
  return { ...observations, values: drawn, ...(targets ? { targets: drawnTargets } : {}) };
};

/**
 * The share of searches that find each edge when rows are drawn again with replacement (Friedman, Goldszmidt & Wyner 1999). Rows of each
 * kind of intervention are drawn among themselves. Any search may be given.
 * @throws ArgumentError for what are no observations, options out of range, and a search that returns other variables
 */
export const edgeConfidence = async (
  observations: Observations,
  options: EdgeConfidenceOptions,
): Promise<EdgeConfidence> => {
  checkOptions("edgeConfidence", options, known);
  const { search, rounds = 100, seed = 0, signal, onProgress } = options;
  if (typeof search !== "function")
    throw new ArgumentError(`edgeConfidence search: expected a function of observations, found ${showValue(search)}`);
  checkWhole("edgeConfidence rounds", rounds);
  const { targetOf } = columnsOf("edgeConfidence", observations);
  const { names } = observations;
  const d = names.length;
  const directed = new Float64Array(d * d);
  const joined = new Float64Array(d * d);
  for (let round = 0; round < rounds; round++) {
    signal?.throwIfAborted();
    const graph = await search(drawnAgain(observations, targetOf, seed, round), round);
    checkGraph("edgeConfidence search", graph);
    checkSameNames("edgeConfidence search", graph, { names, edges: new Uint8Array(0) });
    const edges = edgesInOrder(graph, names);
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) {
        const [there, back] = [edges[i * d + j]!, edges[j * d + i]!];
        if (there) directed[i * d + j]! += back ? 0.5 : 1;
        if (there || back) joined[i * d + j]! += 1;
      }
    onProgress?.(round + 1, rounds);
  }
  // Counts are halves and wholes, so that the shares have no rounding of sums.
  return {
    names: [...names],
    directed: directed.map((count) => count / rounds),
    joined: joined.map((count) => count / rounds),
  };
};

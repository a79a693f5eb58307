/** What a search returns. */

import { edgesInOrder } from "../graph/check-graph.ts";
import { essentialEdges } from "../graph/cpdag.ts";
import type { Graph } from "../graph/graph.ts";
import { applyMeekRules } from "../graph/meek-rules.ts";
import type { Score } from "../score/score.ts";
import { scoreOfEdges } from "../score/score-graph.ts";
import type { Knowledge, Rules } from "./knowledge.ts";

/** Options of every search. */
export interface SearchOptions {
  /** Edges that must or must not be there. Nothing by default. */
  readonly knowledge?: Knowledge;
  readonly signal?: AbortSignal | undefined;
  /** @param done of `total` parts of the work; where its end is not known, `total` is the number of variables and `done` grows on */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** A graph that a search found. */
export interface Found {
  /**
   * What data and knowledge say: edges whose direction neither tells are open. It is the CPDAG of `dag`, with the directions of
   * interventions and knowledge and what follows from them. Of a score that is not equal in a class, it is `dag`.
   */
  readonly graph: Graph;
  /** A DAG of the graph that agrees with the knowledge. */
  readonly dag: Graph;
  /** Of both, in nats. */
  readonly score: number;
}

/** Directs edges of which knowledge leaves one direction, and what follows from them. Edges are changed in place. */
export const directByRules = (edges: Uint8Array, d: number, { allowed }: Rules): void => {
  for (let i = 0; i < d; i++)
    for (let j = 0; j < i; j++) {
      if (!edges[i * d + j] || !edges[j * d + i]) continue;
      if (!allowed[i * d + j]) edges[i * d + j] = 0;
      else if (!allowed[j * d + i]) edges[j * d + i] = 0;
    }
  applyMeekRules(edges, d);
};

/** A result from the edges of a DAG in the order of a score's names. */
export const foundDag = (score: Score, edges: Uint8Array, rules: Rules): Found => {
  const d = score.names.length;
  const essential = score.equivalent ? essentialEdges(edges, d, score.targets) : edges.slice();
  if (rules.any) directByRules(essential, d, rules);
  const shown = (some: Uint8Array): Graph => ({
    names: score.shown,
    edges: edgesInOrder({ names: score.names, edges: some }, score.shown),
  });
  return { graph: shown(essential), dag: shown(edges), score: scoreOfEdges(score, edges) };
};

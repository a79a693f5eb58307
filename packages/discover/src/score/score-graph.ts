/** The score of a whole graph. */
import { checkGraph, checkSameNames, edgesInOrder } from "../graph/check-graph.ts";
import { dagOf } from "../graph/extension.ts";
import type { Graph } from "../graph/graph.ts";
import { checkDag } from "../graph/topological-order.ts";
import { checkScore, type Score } from "./score.ts";

/** The score of a DAG in the order of the score's names. */
export const scoreOfEdges = (score: Score, edges: Uint8Array): number => {
  const d = score.names.length;
  let sum = 0;
  for (let j = 0; j < d; j++) {
    const parents: number[] = [];
    for (let i = 0; i < d; i++) if (edges[i * d + j]) parents.push(i);
    sum += score.local(j, parents);
  }
  return sum;
};

/**
 * The score of a graph: the sum of its local scores, in nats. Open edges are directed first, as all their ways have the same score
 * (of an additiveBic they have not, and open edges are refused).
 * @throws ArgumentError for what is no score or no graph of its variables, and for open edges that no DAG has
 */
export const scoreGraph = (score: Score, graph: Graph): number => {
  checkScore("scoreGraph", score);
  checkGraph("scoreGraph", graph);
  if (!score.equivalent) checkDag("scoreGraph", graph);
  const dag = dagOf(graph);
  checkDag("scoreGraph", dag);
  checkSameNames("scoreGraph", graph, { names: score.names, edges: new Uint8Array(0) });
  return scoreOfEdges(score, edgesInOrder(dag, score.names));
};

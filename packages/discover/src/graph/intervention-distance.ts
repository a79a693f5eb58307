/** How many predictions of interventions a graph gets wrong. */
import { checkGraph, checkSameNames, edgesInOrder } from "./check-graph.ts";
import type { Graph } from "./graph.ts";
import { type Neighbours, neighboursOf, reachedFrom } from "./neighbours.ts";
import { directedWays, openComponents } from "./open-components.ts";
import { connectedWith } from "./separation.ts";
import { checkDag } from "./topological-order.ts";

/** Ways to direct a part of a CPDAG that are looked at. */
const mostWays = 10_000;

/** The distance, and its least and greatest value over the DAGs of a graph with open edges. */
export interface InterventionDistance {
  readonly least: number;
  readonly greatest: number;
}

const causesOf = (edges: Uint8Array, d: number, to: number): number[] => {
  const causes: number[] = [];
  for (let from = 0; from < d; from++) if (edges[from * d + to] && !edges[to * d + from]) causes.push(from);
  return causes;
};

/** For each variable, [d, d] by rows: 1 where a directed path leads from the row's variable to the column's, or they are one. */
const descendantsOf = ({ children }: Neighbours): Uint8Array[] => children.map((_, i) => reachedFrom([i], children));

/**
 * Pairs (from, other) whose effect is wrong when it is adjusted for `parents`, the causes of `from` in another graph. The set is right
 * where no member is an effect of something on a causal path, and where it blocks every other path (Shpitser, VanderWeele & Robins
 * 2010; Peters & Buhlmann 2015).
 */
const wrongEffects = (
  truth: Neighbours,
  descendants: readonly Uint8Array[],
  from: number,
  parents: readonly number[],
): number => {
  const d = descendants.length;
  const given = new Uint8Array(d);
  for (const parent of parents) given[parent] = 1;
  const away = connectedWith(truth, from, given);
  let wrong = 0;
  for (let to = 0; to < d; to++) {
    if (to === from) continue;
    const isEffect = descendants[from]![to] === 1;
    if (given[to]) {
      // The other graph says that there is no effect.
      if (isEffect) wrong++;
      continue;
    }
    if (!isEffect) {
      if (away[to]) wrong++;
      continue;
    }
    // What stands on causal paths after `from`, and the edges that begin them.
    const first = new Uint8Array(d);
    let forbidden = false;
    for (let middle = 0; middle < d && !forbidden; middle++) {
      if (middle === from || !descendants[from]![middle] || !descendants[middle]![to]) continue;
      if (truth.parents[middle]!.includes(from)) first[middle] = 1;
      forbidden = parents.some((parent) => descendants[middle]![parent] === 1);
    }
    if (forbidden || connectedWith(truth, from, given, first)[to]) wrong++;
  }
  return wrong;
};

/**
 * The structural intervention distance of a graph from the true DAG: ordered pairs of variables (i, j) for which the effect of
 * setting i on j is wrong when it is computed by adjusting for the causes of i in the graph (Peters & Buhlmann 2015). It is not
 * symmetric. 0 to d (d - 1). Where edges of the graph are open, each part that they hold together is directed in every way without
 * new colliders, and the least and the greatest sums are given.
 * @param truth a DAG
 * @throws ArgumentError unless `truth` is a DAG, for graphs of other variables, and where a part has more than 10,000 ways
 */
export const structuralInterventionDistance = (truth: Graph, graph: Graph): InterventionDistance => {
  const name = "structuralInterventionDistance";
  checkDag(`${name} truth`, truth);
  checkGraph(name, graph);
  checkSameNames(name, truth, graph);
  const d = truth.names.length;
  const known = neighboursOf(truth.edges, d);
  const descendants = descendantsOf(known);
  const edges = edgesInOrder(graph, truth.names);
  let [least, greatest] = [0, 0];
  for (const members of openComponents(edges, d)) {
    const ways = directedWays(name, edges, d, members, mostWays);
    let [low, high] = [Number.POSITIVE_INFINITY, 0];
    for (const way of ways) {
      let wrong = 0;
      for (const i of members) wrong += wrongEffects(known, descendants, i, causesOf(way, d, i));
      low = Math.min(low, wrong);
      high = Math.max(high, wrong);
    }
    least += low;
    greatest += high;
  }
  return { least, greatest };
};

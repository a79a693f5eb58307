/** DAGs of a graph whose edges are open in part. */
import { ArgumentError } from "@scorefield/core";
import { checkGraph } from "./check-graph.ts";
import type { Graph } from "./graph.ts";
import { neighboursOf } from "./neighbours.ts";

/**
 * Directs open edges without new colliders or cycles: a variable that is no cause of another, and whose open neighbours are joined
 * with all that is joined with it, becomes an effect of those neighbours and is left out; then the next (Dor & Tarsi 1992).
 * @param edges [d, d] by rows; not changed
 * @returns edges of a DAG, or undefined where there is none
 */
export const extendedEdges = (edges: Uint8Array, d: number): Uint8Array | undefined => {
  const found = edges.slice();
  const { parents, children, open } = neighboursOf(edges, d);
  const beside = Array.from({ length: d }, (_, i) => new Set([...parents[i]!, ...children[i]!, ...open[i]!]));
  const undirected = open.map((list) => new Set(list));
  const effects = children.map((list) => list.length);
  const present = new Uint8Array(d).fill(1);
  const fits = (x: number): boolean => {
    if (effects[x]! > 0) return false;
    for (const y of undirected[x]!) for (const z of beside[x]!) if (z !== y && !beside[y]!.has(z)) return false;
    return true;
  };
  let candidates = Array.from({ length: d }, (_, i) => d - 1 - i);
  for (let left = d; left > 0; ) {
    // Only the neighbours of what was left out can have come to fit.
    const again = new Set<number>();
    let any = false;
    for (const x of candidates) {
      if (!present[x] || !fits(x)) continue;
      for (const y of undirected[x]!) {
        found[x * d + y] = 0;
        undirected[y]!.delete(x);
      }
      for (const y of parents[x]!) if (present[y]) effects[y]!--;
      for (const y of beside[x]!) {
        beside[y]!.delete(x);
        again.add(y);
      }
      present[x] = 0;
      left--;
      any = true;
    }
    if (!any) return undefined;
    candidates = [...again].sort((a, b) => b - a);
  }
  return found;
};

/**
 * A DAG of a graph's class: open edges are directed without new colliders or cycles (Dor & Tarsi 1992). Ties go by the order of
 * names: earlier ones become causes.
 * @throws ArgumentError where there is no such DAG
 */
export const dagOf = (graph: Graph): Graph => {
  checkGraph("dagOf", graph);
  const edges = extendedEdges(graph.edges, graph.names.length);
  if (!edges)
    throw new ArgumentError(
      "dagOf: expected a graph whose open edges can be directed without a new collider or a cycle, found none such",
    );
  return { names: graph.names, edges };
};

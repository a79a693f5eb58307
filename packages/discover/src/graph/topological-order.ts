/** Orders of causes before effects. */
import { ArgumentError } from "@scorefield/core";
import { checkGraph } from "./check-graph.ts";
import type { Graph } from "./graph.ts";
import { neighboursOf } from "./neighbours.ts";

/**
 * Variables with causes before effects, the smallest number first where several may come (Kahn 1962).
 * @param edges [d, d] by rows; open edges are left out
 * @returns [d], or fewer where directed edges form a cycle
 */
export const orderOf = (edges: Uint8Array, d: number): number[] => {
  const { parents, children } = neighboursOf(edges, d);
  const waiting = parents.map((list) => list.length);
  // A heap would be faster for very many variables; the ready ones are few.
  const ready: number[] = [];
  for (let i = d - 1; i >= 0; i--) if (waiting[i] === 0) ready.push(i);
  const order: number[] = [];
  while (ready.length > 0) {
    const next = ready.pop()!;
    order.push(next);
    for (const child of children[next]!)
      if (--waiting[child]! === 0) {
        let place = ready.length;
        while (place > 0 && ready[place - 1]! < child) place--;
        ready.splice(place, 0, child);
      }
  }
  return order;
};

/** Whether some edge of a graph is open. */
const hasOpenEdge = (edges: Uint8Array, d: number): boolean => {
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) if (edges[i * d + j] && edges[j * d + i]) return true;
  return false;
};

/**
 * Whether no path of directed edges leads back to where it began. Open edges are left out.
 * @throws ArgumentError for what is no graph
 */
export const isAcyclic = (graph: Graph): boolean => {
  checkGraph("isAcyclic", graph);
  return orderOf(graph.edges, graph.names.length).length === graph.names.length;
};

/**
 * The names with causes before effects. Where several orders are possible, the one whose first variables stand first in the
 * graph's names.
 * @throws ArgumentError for what is no graph, and for one with a cycle
 */
export const topologicalOrder = (graph: Graph): string[] => {
  checkGraph("topologicalOrder", graph);
  const order = orderOf(graph.edges, graph.names.length);
  if (order.length < graph.names.length)
    throw new ArgumentError("topologicalOrder: expected a graph without cycles, found one with a cycle");
  return order.map((i) => graph.names[i]!);
};

/** @throws ArgumentError unless a graph without open edges and cycles */
export const checkDag = (name: string, graph: Graph): void => {
  checkGraph(name, graph);
  const d = graph.names.length;
  if (hasOpenEdge(graph.edges, d))
    throw new ArgumentError(
      `${name}: expected a graph whose edges are all directed, found an open one; dagOf directs them`,
    );
  if (orderOf(graph.edges, d).length < d)
    throw new ArgumentError(`${name}: expected a graph without cycles, found one with a cycle`);
};

import { ArgumentError } from "@scorefield/core";
import { checkMade } from "@scorefield/core/internal";
import { checkNames } from "./check-observations.ts";
import type { Graph } from "./graph.ts";

/**
 * The numbers of variables in an order in which causes stand before their effects (Kahn 1962). Of several the first in the
 * graph's own order comes first.
 * @param owner begins errors
 * @throws ArgumentError for a graph with a circle or with open edges
 */
export const causesFirst = (owner: string, graph: Graph): number[] => {
  checkMade(owner, graph, ["names", "edges"], "a graph such as makeGraph({ names, edges })");
  const { names, edges } = graph;
  checkNames(owner, names);
  const d = names.length;
  if (edges.length !== d * d)
    throw new ArgumentError(`${owner}: expected ${d * d} entries of edges, found ${edges.length}`);
  const waits = new Int32Array(d);
  for (let at = 0; at < d * d; at++) if (edges[at]) waits[at % d]!++;
  const done = new Uint8Array(d);
  const order: number[] = [];
  while (order.length < d) {
    const next = waits.findIndex((count, j) => count === 0 && !done[j]);
    if (next < 0) throw new ArgumentError(`${owner}: expected directed edges without a circle, found one`);
    done[next] = 1;
    order.push(next);
    for (let j = 0; j < d; j++) if (edges[next * d + j]) waits[j]!--;
  }
  return order;
};

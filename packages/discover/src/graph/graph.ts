import { ArgumentError } from "@scorefield/core";
import { checkOptions } from "@scorefield/core/internal";
import { showValue } from "@scorefield/tensor/internal";
import { checkGraph, checkNames } from "./check-graph.ts";
import type { Edge, Graph } from "./named-graph.ts";

export type { Edge, Graph };

export interface GraphOptions {
  /** Names of the variables, each once. */
  readonly names: readonly string[];
  /** Edges by name. `directed` is true by default. */
  readonly edges: readonly { readonly from: string; readonly to: string; readonly directed?: boolean }[];
}

/**
 * Makes a graph from edges by name.
 * @throws ArgumentError for a name that stands twice or an edge of an unknown name or of a variable to itself
 */
export const makeGraph = (options: GraphOptions): Graph => {
  checkOptions("makeGraph", options, { names: true, edges: true });
  const { names, edges } = options;
  checkNames("makeGraph names", names);
  if (!Array.isArray(edges))
    throw new ArgumentError(`makeGraph edges: expected a list of edges, found ${showValue(edges)}`);
  const indices = new Map(names.map((name, index) => [name, index]));
  const indexOf = (name: string): number => {
    const index = indices.get(name);
    if (index === undefined)
      throw new ArgumentError(`makeGraph edges: expected one of ${names.join(", ")}, found ${showValue(name)}`);
    return index;
  };
  const entries = new Uint8Array(names.length ** 2);
  for (const edge of edges) {
    checkOptions("makeGraph edges", edge, { from: true, to: true, directed: true });
    const { from, to, directed = true } = edge;
    if (from === to) throw new ArgumentError(`makeGraph edges: expected two variables, found ${from} twice`);
    entries[indexOf(from) * names.length + indexOf(to)] = 1;
    if (!directed) entries[indexOf(to) * names.length + indexOf(from)] = 1;
  }
  return { names, edges: entries };
};

/**
 * Edges of a graph in words, in the order of its names.
 * @throws ArgumentError for what is no graph
 */
export const edgesOf = (graph: Graph): Edge[] => {
  checkGraph("edgesOf", graph);
  const { names, edges } = graph;
  const found: Edge[] = [];
  for (const [i, from] of names.entries())
    for (const [j, to] of names.entries()) {
      if (!edges[i * names.length + j]) continue;
      const open = edges[j * names.length + i] === 1;
      if (!open || i < j) found.push({ from, to, directed: !open });
    }
  return found;
};

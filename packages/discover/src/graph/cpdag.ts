/** What data can tell of directions: the class of graphs that explain them equally well. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions } from "@scorefield/core/internal";
import { showValue } from "@scorefield/tensor/internal";
import { variableOf } from "./check-graph.ts";
import type { Graph } from "./graph.ts";
import { applyMeekRules } from "./meek-rules.ts";
import { neighboursOf } from "./neighbours.ts";
import { checkDag } from "./topological-order.ts";

/**
 * Edges of the essential graph of a DAG: colliders keep their directions, and so do edges of which an intervention sets one end
 * alone; the rest follows by Meek's rules (Verma & Pearl 1990; Meek 1995; Hauser & Buhlmann 2012, section 2).
 * @param edges of a DAG, [d, d] by rows; not changed
 * @param targets sets of variables that were set from outside together
 */
export const essentialEdges = (
  edges: Uint8Array,
  d: number,
  targets: readonly (readonly number[])[] = [],
): Uint8Array => {
  const { parents } = neighboursOf(edges, d);
  const sets = targets.filter((set) => set.length > 0).map((set) => new Set(set));
  const found = edges.slice();
  for (let to = 0; to < d; to++)
    for (const from of parents[to]!) {
      const collides = parents[to]!.some(
        (other) => other !== from && !edges[other * d + from] && !edges[from * d + other],
      );
      const told = sets.some((set) => set.has(from) !== set.has(to));
      if (!collides && !told) found[to * d + from] = 1;
    }
  applyMeekRules(found, d);
  return found;
};

export interface CpdagOptions {
  /** Names of variables that were set from outside together, one list for each kind of intervention. */
  readonly targets?: readonly (readonly string[])[];
}

/**
 * The CPDAG of a DAG: its edges with those directions open that graphs with the same independences have either way. With
 * `targets` it is the interventional one, in which interventions direct more edges (Hauser & Buhlmann 2012).
 * @throws ArgumentError unless the graph is a DAG, and for unknown names among targets
 */
export const cpdagOf = (graph: Graph, options: CpdagOptions = {}): Graph => {
  checkDag("cpdagOf", graph);
  checkOptions("cpdagOf", options, { targets: true });
  const { targets: given = [] } = options;
  if (!Array.isArray(given) || !given.every(Array.isArray))
    throw new ArgumentError(`cpdagOf targets: expected lists of names, found ${showValue(given)}`);
  const targets = (given as readonly (readonly string[])[]).map((set) =>
    set.map((name) => variableOf("cpdagOf targets", graph.names, name)),
  );
  return { names: graph.names, edges: essentialEdges(graph.edges, graph.names.length, targets) };
};

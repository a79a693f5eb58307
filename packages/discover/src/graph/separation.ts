/** Which variables are independent given others in every distribution of a DAG. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions } from "@scorefield/core/internal";
import { showValue } from "@scorefield/tensor/internal";
import { variableOf } from "./check-graph.ts";
import type { Graph } from "./graph.ts";
import { type Neighbours, neighboursOf, reachedFrom } from "./neighbours.ts";
import { checkDag } from "./topological-order.ts";

/**
 * Variables that an open path leads to from a variable (reachability by active trails: Koller & Friedman 2009, algorithm 3.1).
 * @param from where paths begin
 * @param given [d], 1 for what is conditioned on
 * @param blocked children of `from` whose edge is left out
 * @returns [d], 1 where some path is open
 */
export const connectedWith = (
  { parents, children }: Pick<Neighbours, "parents" | "children">,
  from: number,
  given: Uint8Array,
  blocked?: Uint8Array,
): Uint8Array => {
  const d = parents.length;
  const conditioned: number[] = [];
  for (let i = 0; i < d; i++) if (given[i]) conditioned.push(i);
  const cut = (a: number, b: number): boolean => blocked !== undefined && a === from && blocked[b] === 1;
  const upwards = blocked
    ? parents.map((list, child) => (blocked[child] ? list.filter((parent) => parent !== from) : list))
    : parents;
  // A collider is open where it or an effect of it is conditioned on.
  const opened = reachedFrom(conditioned, upwards);
  const [up, down] = [new Uint8Array(d), new Uint8Array(d)];
  const found = new Uint8Array(d);
  // Even: reached from an effect of it, going up. Odd: reached from a cause of it, going down.
  const stack = [2 * from];
  while (stack.length > 0) {
    const state = stack.pop()!;
    const at = state >> 1;
    const isDown = state & 1;
    const seen = isDown ? down : up;
    if (seen[at]) continue;
    seen[at] = 1;
    if (!given[at]) found[at] = 1;
    if (!isDown) {
      if (given[at]) continue;
      for (const parent of parents[at]!) if (!cut(parent, at)) stack.push(2 * parent);
      for (const child of children[at]!) if (!cut(at, child)) stack.push(2 * child + 1);
    } else {
      if (!given[at]) for (const child of children[at]!) if (!cut(at, child)) stack.push(2 * child + 1);
      if (opened[at]) for (const parent of parents[at]!) if (!cut(parent, at)) stack.push(2 * parent);
    }
  }
  return found;
};

export interface SeparationOptions {
  readonly from: string;
  readonly to: string;
  /** What is conditioned on. Nothing by default. */
  readonly given?: readonly string[];
}

/**
 * Whether two variables of a DAG are d-separated given others: whether the graph alone makes them independent (Pearl 1988).
 * @throws ArgumentError unless the graph is a DAG, for unknown names, and where a variable stands twice
 */
export const dSeparated = (graph: Graph, options: SeparationOptions): boolean => {
  checkDag("dSeparated", graph);
  checkOptions("dSeparated", options, { from: true, to: true, given: true });
  const { from, to, given = [] } = options;
  if (!Array.isArray(given))
    throw new ArgumentError(`dSeparated given: expected a list of names, found ${showValue(given)}`);
  const [a, b] = [variableOf("dSeparated from", graph.names, from), variableOf("dSeparated to", graph.names, to)];
  const mask = new Uint8Array(graph.names.length);
  for (const name of given) mask[variableOf("dSeparated given", graph.names, name)] = 1;
  if (a === b || mask[a] || mask[b])
    throw new ArgumentError("dSeparated: expected two variables that are not conditioned on, found one twice");
  return connectedWith(neighboursOf(graph.edges, graph.names.length), a, mask)[b] === 0;
};

/** A class of graphs that no data can tell apart, by its essential graph, as greedy equivalence search walks over it. */
import { essentialEdges } from "../graph/cpdag.ts";
import { extendedEdges } from "../graph/extension.ts";
import { type Neighbours, neighboursOf } from "../graph/neighbours.ts";
import { orderOf } from "../graph/topological-order.ts";
import { directByRules } from "./found.ts";
import type { Rules } from "./knowledge.ts";

/** An essential graph with what operators ask of it. */
export interface EquivalenceClass extends Neighbours {
  /** [d, d] by rows. */
  readonly edges: Uint8Array;
  /** A DAG of the class. */
  readonly dag: Uint8Array;
  joined(a: number, b: number): boolean;
}

/**
 * A change of one edge that all graphs of a class allow which have exactly `clique` of the open neighbours of `to` as its causes. Insert
 * adds from -> to, remove leaves it out, turn makes from -> to of to -> from or of an open edge.
 */
export interface Operator {
  readonly kind: "insert" | "remove" | "turn";
  readonly from: number;
  readonly to: number;
  readonly clique: readonly number[];
  readonly gain: number;
}

/** The class of a DAG. */
export const classOf = (dag: Uint8Array, d: number, targets: readonly (readonly number[])[]): EquivalenceClass => {
  const edges = essentialEdges(dag, d, targets);
  return {
    edges,
    dag,
    ...neighboursOf(edges, d),
    joined: (a, b) => edges[a * d + b] === 1 || edges[b * d + a] === 1,
  };
};

/** Whether paths that never go against a directed edge lead from a variable to another around some. */
const leadsAround = (
  at: EquivalenceClass,
  from: number,
  to: number,
  around: readonly number[],
  direct: boolean,
): boolean => {
  const seen = new Uint8Array(at.parents.length);
  for (const blocked of around) seen[blocked] = 1;
  seen[from] = 1;
  const stack = [from];
  while (stack.length > 0) {
    const here = stack.pop()!;
    for (const list of [at.children[here]!, at.open[here]!])
      for (const next of list) {
        if (!direct && here === from && next === to) continue;
        if (next === to) return true;
        if (seen[next]) continue;
        seen[next] = 1;
        stack.push(next);
      }
  }
  return false;
};

/** Open neighbours of `to` that are joined with `from`. */
export const sharedNeighbours = (at: EquivalenceClass, from: number, to: number): number[] =>
  at.open[to]!.filter((other) => other !== from && at.joined(other, from));

/** Whether, among the open neighbours of `to`, every way from the clique alone to the shared ones alone goes through both. */
const separates = (at: EquivalenceClass, from: number, to: number, clique: readonly number[]): boolean => {
  const shared = new Set(sharedNeighbours(at, from, to));
  const within = new Set(at.open[to]!.filter((other) => other !== from));
  const chosen = new Set(clique);
  const stack = clique.filter((member) => !shared.has(member));
  const seen = new Set(stack);
  while (stack.length > 0) {
    const here = stack.pop()!;
    for (const next of within) {
      if (seen.has(next) || !at.joined(here, next)) continue;
      if (shared.has(next)) {
        if (!chosen.has(next)) return false;
        continue;
      }
      seen.add(next);
      stack.push(next);
    }
  }
  return true;
};

/**
 * Whether an operator leads to a DAG, by the conditions on paths (Chickering 2002, theorem 15; Hauser & Buhlmann 2012,
 * section 4). That its clique is one, and holds what it must, is seen to where operators are listed.
 */
export const isValid = (at: EquivalenceClass, d: number, { kind, from, to, clique }: Operator): boolean => {
  if (kind === "remove") return true;
  if (kind === "insert") return !leadsAround(at, to, from, clique, true);
  if (at.edges[from * d + to]) return separates(at, from, to, clique);
  return !leadsAround(at, to, from, [...clique, ...at.open[from]!], false);
};

/**
 * The class that an operator leads to: a DAG of the class with the clique as causes of `to` is found, changed, and its class taken.
 * @returns undefined where there is no such DAG
 */
export const applied = (
  at: EquivalenceClass,
  d: number,
  { kind, from, to, clique }: Operator,
  targets: readonly (readonly number[])[],
): EquivalenceClass | undefined => {
  const edges = at.edges.slice();
  const direct = (a: number, b: number): void => {
    edges[b * d + a] = 0;
  };
  const isOpen = edges[from * d + to] === 1 && edges[to * d + from] === 1;
  for (const other of at.open[to]!) {
    if (clique.includes(other)) direct(other, to);
    else if (kind === "remove" && other === from) direct(from, to);
    else direct(to, other);
  }
  // A turned edge needs all further open neighbours of `from` as its effects, too.
  if (kind === "turn")
    for (const other of at.open[from]!)
      if (isOpen && clique.includes(other)) direct(other, from);
      else if (other !== to) direct(from, other);
  const dag = extendedEdges(edges, d);
  if (!dag) return undefined;
  if (kind === "remove") dag[from * d + to] = 0;
  else {
    dag[to * d + from] = 0;
    dag[from * d + to] = 1;
  }
  return orderOf(dag, d).length === d ? classOf(dag, d, targets) : undefined;
};

/**
 * A DAG of a class that keeps the rules, or undefined where there is none. The rules direct edges, and what follows from them must
 * not contradict them.
 */
export const lawfulDag = (
  at: EquivalenceClass,
  d: number,
  rules: Rules,
  targets: readonly (readonly number[])[],
): Uint8Array | undefined => {
  if (!rules.any) return at.dag;
  const edges = at.edges.slice();
  directByRules(edges, d, rules);
  const dag = extendedEdges(edges, d);
  if (!dag || orderOf(dag, d).length < d) return undefined;
  for (let place = 0; place < d * d; place++)
    if ((dag[place] && !rules.allowed[place]) || (rules.required[place] && !dag[place])) return undefined;
  // Two directions together can make a collider that the class does not have.
  return essentialEdges(dag, d, targets).every((entry, place) => entry === at.edges[place]) ? dag : undefined;
};

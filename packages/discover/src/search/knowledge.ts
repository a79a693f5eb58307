/** What is known of a graph before a search. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions, type Known } from "@scorefield/core/internal";
import { showValue } from "@scorefield/tensor/internal";
import { variableIn } from "../graph/check-graph.ts";
import { orderOf } from "../graph/topological-order.ts";

/** A directed edge by name. */
export interface NamedEdge {
  readonly from: string;
  readonly to: string;
}

/** Edges that must be there, edges that must not, and variables in the order of time. Searches keep to all of it. */
export interface Knowledge {
  /** Directed edges that every graph has. */
  readonly required?: readonly NamedEdge[];
  /** Directed edges that no graph has. The other direction stays possible. */
  readonly forbidden?: readonly NamedEdge[];
  /** Groups of variables, earlier ones first: no edge leads to an earlier group. A variable in no group may stand anywhere. */
  readonly tiers?: readonly (readonly string[])[];
}

const known = { required: true, forbidden: true, tiers: true } satisfies Known<Knowledge>;

/** Knowledge in numbers, in the order of a score's names. */
export interface Rules {
  /** [d, d] by rows: 1 where a directed edge may be. */
  readonly allowed: Uint8Array;
  /** [d, d] by rows: 1 where a directed edge must be. */
  readonly required: Uint8Array;
  /** Whether anything is known at all. */
  readonly any: boolean;
}

const edgeList = (name: string, edges: unknown): readonly NamedEdge[] => {
  if (edges === undefined) return [];
  if (!Array.isArray(edges)) throw new ArgumentError(`${name}: expected a list of edges, found ${showValue(edges)}`);
  for (const edge of edges) checkOptions(name, edge, { from: true, to: true });
  return edges;
};

/**
 * @param names of a score
 * @throws ArgumentError for unknown names, a variable in two tiers, and rules that contradict each other
 */
export const rulesOf = (name: string, knowledge: Knowledge | undefined, names: readonly string[]): Rules => {
  const d = names.length;
  const allowed = new Uint8Array(d * d).fill(1);
  const required = new Uint8Array(d * d);
  for (let i = 0; i < d; i++) allowed[i * d + i] = 0;
  if (knowledge === undefined) return { allowed, required, any: false };
  checkOptions(`${name} knowledge`, knowledge, known);
  const { tiers = [] } = knowledge;
  if (!Array.isArray(tiers) || !tiers.every(Array.isArray))
    throw new ArgumentError(`${name} tiers: expected lists of names, found ${showValue(tiers)}`);
  const places = new Map(names.map((word, i) => [word, i]));
  const variableOf = (what: string, word: string): number => variableIn(`${name} ${what}`, places, word);
  const tierOf = new Map<number, number>();
  for (const [tier, members] of tiers.entries())
    for (const word of members) {
      const variable = variableOf("tiers", word);
      if (tierOf.has(variable)) throw new ArgumentError(`${name} tiers: expected ${word} once, found it twice`);
      tierOf.set(variable, tier);
    }
  for (const [from, late] of tierOf) for (const [to, early] of tierOf) if (early < late) allowed[from * d + to] = 0;
  const at = (what: string, { from, to }: NamedEdge): number => variableOf(what, from) * d + variableOf(what, to);
  for (const edge of edgeList(`${name} forbidden`, knowledge.forbidden)) allowed[at("forbidden", edge)] = 0;
  for (const edge of edgeList(`${name} required`, knowledge.required)) {
    const place = at("required", edge);
    if (!allowed[place])
      throw new ArgumentError(
        `${name} required: expected edges that are allowed, found ${edge.from} -> ${edge.to}, which is forbidden, against the tiers, required the other way, or from a variable to itself`,
      );
    required[place] = 1;
    allowed[(place % d) * d + Math.floor(place / d)] = 0;
  }
  if (orderOf(required, d).length < d)
    throw new ArgumentError(`${name} required: expected edges without a cycle, found one`);
  return { allowed, required, any: true };
};

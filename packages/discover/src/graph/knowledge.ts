/** What is known of a graph before any data: edges that are there, edges that are not, and what comes before what. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions, type Known } from "@scorefield/core/internal";
import { showValue } from "@scorefield/tensor/internal";

/** An edge by the names of its ends. */
export interface NamedEdge {
  readonly from: string;
  readonly to: string;
}

/** Background knowledge. */
export interface Knowledge {
  /** Edges that the graph must have. */
  readonly required?: readonly NamedEdge[];
  /** Edges that the graph must not have. */
  readonly forbidden?: readonly NamedEdge[];
  /** Groups of variables: no edge goes from a later group to an earlier one. A variable may be in none. */
  readonly tiers?: readonly (readonly string[])[];
}

/** Knowledge by the numbers of variables. */
export interface EdgeRules {
  /** [names, names] by rows, from and to: 1 where an edge must be. */
  readonly required: Uint8Array;
  /** 1 where no edge may be: forbidden, against the tiers, of a variable to itself, or against a required edge. */
  readonly forbidden: Uint8Array;
  /** 1 where `from` stands before `to` in every order: a chain of required edges and tiers says so. */
  readonly before: Uint8Array;
}

const knowledgeOptions = { required: true, forbidden: true, tiers: true } satisfies Known<Knowledge>;

/**
 * Checks knowledge, and gives it by numbers.
 * @param name of the caller, for errors
 * @throws ArgumentError for unknown names, a variable in two tiers, and required edges that contradict tiers, forbidden edges
 *   or each other
 */
export const edgeRules = (name: string, names: readonly string[], knowledge: Knowledge = {}): EdgeRules => {
  checkOptions(`${name} knowledge`, knowledge, knowledgeOptions);
  const { required = [], forbidden = [], tiers = [] } = knowledge;
  for (const [key, list] of Object.entries({ required, forbidden, tiers }))
    if (!Array.isArray(list)) throw new ArgumentError(`${name} ${key}: expected a list, found ${showValue(list)}`);
  const d = names.length;
  const indices = new Map(names.map((one, index) => [one, index]));
  const indexOf = (part: string, one: unknown): number => {
    const index = indices.get(one as string);
    if (index === undefined)
      throw new ArgumentError(`${name} ${part}: expected one of ${names.join(", ")}, found ${showValue(one)}`);
    return index;
  };
  const rules = {
    required: new Uint8Array(d * d),
    forbidden: new Uint8Array(d * d),
    before: new Uint8Array(d * d),
  };
  for (let i = 0; i < d; i++) rules.forbidden[i * d + i] = 1;
  for (const edge of forbidden)
    rules.forbidden[indexOf("forbidden", edge?.from) * d + indexOf("forbidden", edge?.to)] = 1;
  const tierOf = new Int32Array(d).fill(-1);
  for (const [tier, members] of tiers.entries()) {
    if (!Array.isArray(members))
      throw new ArgumentError(`${name} tiers: expected a list of names each, found ${showValue(members)}`);
    for (const member of members) {
      const index = indexOf("tiers", member);
      if (tierOf[index]! >= 0) throw new ArgumentError(`${name} tiers: expected each name once, found ${member} twice`);
      tierOf[index] = tier;
    }
  }
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++) {
      if (tierOf[i]! < 0 || !(tierOf[i]! < tierOf[j]!)) continue;
      rules.before[i * d + j] = 1;
      rules.forbidden[j * d + i] = 1;
    }
  for (const edge of required) {
    const [from, to] = [indexOf("required", edge?.from), indexOf("required", edge?.to)];
    if (rules.forbidden[from * d + to])
      throw new ArgumentError(
        `${name} required: expected no edge that is forbidden too, found ${edge.from} to ${edge.to}; leave one of the two out`,
      );
    rules.required[from * d + to] = 1;
    rules.before[from * d + to] = 1;
  }
  for (let at = 0; at < d * d; at++) if (rules.required[at]) rules.forbidden[(at % d) * d + Math.floor(at / d)] = 1;
  closeOrder(rules.before, d);
  for (let i = 0; i < d; i++)
    if (rules.before[i * d + i])
      throw new ArgumentError(
        `${name} required: expected edges without a circle that agree with the tiers, found ${names[i]} before itself`,
      );
  return rules;
};

/** Adds what follows: i before k and k before j is i before j (Warshall 1962). */
const closeOrder = (before: Uint8Array, d: number): void => {
  for (let k = 0; k < d; k++)
    for (let i = 0; i < d; i++) {
      if (!before[i * d + k]) continue;
      for (let j = 0; j < d; j++) if (before[k * d + j]) before[i * d + j] = 1;
    }
};

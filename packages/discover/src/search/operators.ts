/** The changes of one edge that a class of graphs allows, with what each adds to the score. */
import { additionsOf, type Score } from "../score/score.ts";
import { type EquivalenceClass, type Operator, sharedNeighbours } from "./equivalence-class.ts";

/** Calls back with each set of variables that are all joined with each other, the empty one first. */
const eachClique = (
  at: EquivalenceClass,
  members: readonly number[],
  visit: (clique: readonly number[]) => void,
): void => {
  const clique: number[] = [];
  const grow = (next: number): void => {
    visit(clique);
    for (let k = next; k < members.length; k++) {
      const member = members[k]!;
      if (!clique.every((other) => at.joined(other, member))) continue;
      clique.push(member);
      grow(k + 1);
      clique.pop();
    }
  };
  grow(0);
};

/** What operators are listed by. */
export interface Listing {
  readonly score: Score;
  readonly maxParents: number;
  /** Whether a directed edge may come to be in some direction between two variables. */
  readonly joinable: (a: number, b: number) => boolean;
  /** Whether an edge must stay. */
  readonly kept: (a: number, b: number) => boolean;
  /** Gains up to this are none. */
  readonly tie: number;
}

/**
 * Insertions that lead to a variable from each of `sources`: the clique holds all open neighbours of `to` that are joined with `from`
 * (Chickering 2002, theorem 15 and corollary 16). For many sources the score of all is taken at once.
 */
export const insertions = (
  at: EquivalenceClass,
  to: number,
  sources: readonly number[],
  { score, maxParents, joinable, tie }: Listing,
  found: (operator: Operator) => void,
): void => {
  const free = sources.filter((from) => from !== to && !at.joined(from, to) && joinable(from, to));
  if (free.length === 0) return;
  const shared = free.map((from) => sharedNeighbours(at, from, to));
  const many = free.length > 4;
  eachClique(at, at.open[to]!, (clique) => {
    const parents = [...at.parents[to]!, ...clique];
    if (parents.length >= maxParents) return;
    if (!shared.some((needed) => needed.length <= clique.length)) return;
    const own = score.local(to, parents);
    const all = many ? additionsOf(score, to, parents) : undefined;
    for (const [k, from] of free.entries()) {
      if (!shared[k]!.every((other) => clique.includes(other))) continue;
      const gain = (all ? all[from]! : score.local(to, [...parents, from])) - own;
      if (gain > tie) found({ kind: "insert", from, to, clique: [...clique], gain });
    }
  });
};

/** Removals of the edges between a variable and its causes and open neighbours (Chickering 2002, theorem 17 and corollary 18). */
export const removals = (
  at: EquivalenceClass,
  to: number,
  { score, kept, tie }: Listing,
  found: (operator: Operator) => void,
): void => {
  for (const from of [...at.parents[to]!, ...at.open[to]!]) {
    if (kept(from, to)) continue;
    const rest = at.parents[to]!.filter((parent) => parent !== from);
    eachClique(at, sharedNeighbours(at, from, to), (clique) => {
      const parents = [...rest, ...clique];
      const gain = score.local(to, parents) - score.local(to, [...parents, from]);
      if (gain > tie) found({ kind: "remove", from, to, clique: [...clique], gain });
    });
  }
};

/** Turns of edges so that they lead to a variable (Hauser & Buhlmann 2012, section 4). */
export const turns = (
  at: EquivalenceClass,
  to: number,
  { score, maxParents, tie }: Listing,
  found: (operator: Operator) => void,
): void => {
  const { parents, children, open } = at;
  const add = (from: number, clique: readonly number[], before: readonly number[], after: readonly number[]): void => {
    const own = [...parents[to]!, ...clique];
    if (own.length >= maxParents) return;
    const gain =
      score.local(to, [...own, from]) - score.local(to, own) + score.local(from, after) - score.local(from, before);
    if (gain > tie) found({ kind: "turn", from, to, clique: [...clique], gain });
  };
  for (const from of children[to]!) {
    const shared = sharedNeighbours(at, from, to);
    const after = parents[from]!.filter((parent) => parent !== to);
    eachClique(at, open[to]!, (clique) => {
      if (shared.every((other) => clique.includes(other))) add(from, clique, parents[from]!, after);
    });
  }
  for (const from of open[to]!) {
    const shared = new Set(sharedNeighbours(at, from, to));
    eachClique(
      at,
      open[to]!.filter((other) => other !== from),
      (clique) => {
        // With shared members alone the class stays the same.
        if (clique.every((other) => shared.has(other))) return;
        const after = [...parents[from]!, ...clique.filter((other) => shared.has(other))];
        add(from, clique, [...after, to], after);
      },
    );
  }
};

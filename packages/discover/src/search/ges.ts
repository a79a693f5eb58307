/** Greedy search over classes of graphs that no data can tell apart. */
import { ArgumentError } from "@scorefield/core";
import { checkCount, checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import { checkScore, type Score, tieOf } from "../score/score.ts";
import { scoreOfEdges } from "../score/score-graph.ts";
import { shaken } from "./climber.ts";
import { applied, classOf, type EquivalenceClass, isValid, lawfulDag, type Operator } from "./equivalence-class.ts";
import { type Found, foundDag, type SearchOptions } from "./found.ts";
import { type Rules, rulesOf } from "./knowledge.ts";
import { type OperatorTable, operatorTable } from "./operator-table.ts";
import { insertions, type Listing, removals, turns } from "./operators.ts";
import { type Pace, pace } from "./pace.ts";
import { randomStream } from "./random-stream.ts";

export interface GesOptions extends SearchOptions {
  /** Parents of a variable, at most. No bound by default. */
  readonly maxParents?: number;
  /** Searches again from the best graph with some edges changed at random. Default 0. */
  readonly restarts?: number;
  /** Of the restarts. Default 0. */
  readonly seed?: number;
}

const known = {
  knowledge: true,
  signal: true,
  onProgress: true,
  maxParents: true,
  restarts: true,
  seed: true,
} satisfies Known<GesOptions>;

/** What a phase walks with. */
interface Walk {
  readonly score: Score;
  readonly rules: Rules;
  readonly listing: Listing;
  readonly steps: Pace;
  count: number;
}

/** The class that the best lawful operator of a table leads to. */
const nextClass = async (
  at: EquivalenceClass,
  table: OperatorTable,
  { score, rules, steps, count }: Walk,
): Promise<EquivalenceClass | undefined> => {
  const d = score.names.length;
  let next: EquivalenceClass | undefined;
  for (let operator = table.best(); operator && !next; operator = table.best()) {
    await steps.turn(count, d);
    if (isValid(at, d, operator)) {
      next = applied(at, d, operator, score.targets);
      if (next && !lawfulDag(next, d, rules, score.targets)) next = undefined;
    }
    if (!next) table.setAside(operator);
  }
  table.restore();
  return next;
};

/** Variables whose causes or open neighbours differ. */
const changedVariables = (a: EquivalenceClass, b: EquivalenceClass): number[] => {
  const same = (x: readonly number[], y: readonly number[]) => x.length === y.length && x.every((v, i) => v === y[i]);
  return a.parents.flatMap((_, v) => (same(a.parents[v]!, b.parents[v]!) && same(a.open[v]!, b.open[v]!) ? [] : [v]));
};

/** Inserts edges while that helps. Operators are listed again where a step may have changed them. */
const forward = async (start: EquivalenceClass, walk: Walk): Promise<EquivalenceClass> => {
  const { score, listing, steps } = walk;
  const d = score.names.length;
  const table = operatorTable(d, listing.tie);
  const all = score.names.map((_, i) => i);
  const list = (at: EquivalenceClass, to: number, sources: readonly number[]): Operator[] => {
    const found: Operator[] = [];
    insertions(at, to, sources, listing, (operator) => found.push(operator));
    return found;
  };
  for (const to of all) {
    table.replace(to, list(start, to, all));
    await steps.turn(walk.count, d);
  }
  for (let at = start; ; walk.count++) {
    const next = await nextClass(at, table, walk);
    if (!next) return at;
    const joined = all.filter((v) => all.some((w) => next.joined(v, w) !== at.joined(v, w)));
    const again = new Set(changedVariables(at, next));
    // Whether neighbours form a clique changes where both ends of the new edge are neighbours.
    for (const v of all) if (joined.every((end) => next.open[v]!.includes(end))) again.add(v);
    const ends = new Set(joined);
    for (const v of all)
      if (again.has(v)) table.replace(v, list(next, v, all));
      else table.replace(v, list(next, v, joined), ends);
    at = next;
  }
};

/** Removes or turns edges while that helps. Such operators are few, and are listed anew at each step. */
const refine = async (start: EquivalenceClass, walk: Walk, kind: typeof removals): Promise<EquivalenceClass> => {
  const { score, listing } = walk;
  for (let at = start; ; walk.count++) {
    const table = operatorTable(score.names.length, listing.tie);
    for (const to of score.names.keys()) {
      const found: Operator[] = [];
      kind(at, to, listing, (operator) => found.push(operator));
      table.replace(to, found);
    }
    const next = await nextClass(at, table, walk);
    if (!next) return at;
    at = next;
  }
};

/** All phases, over again while that helps. */
const improved = async (start: EquivalenceClass, walk: Walk): Promise<EquivalenceClass> => {
  let at = start;
  for (let before: EquivalenceClass | undefined; before !== at; ) {
    before = at;
    at = await forward(at, walk);
    at = await refine(at, walk, removals);
    at = await refine(at, walk, turns);
  }
  return at;
};

/**
 * Greedy equivalence search: inserts edges while the score rises, then removes, then turns them, over again while that helps (Chickering
 * 2002; the turning phase: Hauser & Buhlmann 2012). A step goes from one class of graphs to another that differs in one edge of some
 * member. With many rows of a linear Gaussian graph it finds its class. Where rows were set from outside (`targets` of observations) it is
 * GIES, over interventional classes. Ties go by names.
 *
 * It may end in a class that no single change improves and that is not the best; restarts search again from the best graph shaken at
 * random.
 *
 * With knowledge, it goes to classes that have a graph with all required and no forbidden edges, and directs edges by what is known.
 * @param score equal for graphs of a class: that of bic, bge or bdeu is
 * @throws ArgumentError for another score, for options out of range, for knowledge that contradicts itself, and where no class with the required edges
 *   keeps the rules
 */
export const ges = async (score: Score, options: GesOptions = {}): Promise<Found> => {
  checkScore("ges", score);
  checkOptions("ges", options, known);
  if (!score.equivalent)
    throw new ArgumentError(
      `ges: expected a score that is equal for graphs of a class, as bic, bge and bdeu are, found ${score.kind}; use exactSearch or hillClimb`,
    );
  const d = score.names.length;
  const { maxParents = d, restarts = 0, seed = 0 } = options;
  checkWhole("ges maxParents", maxParents);
  checkCount("ges restarts", restarts);
  checkCount("ges seed", seed);
  const rules = rulesOf("ges", options.knowledge, score.names);
  const { allowed, required } = rules;
  const walk: Walk = {
    score,
    rules,
    listing: {
      score,
      maxParents,
      tie: tieOf(score),
      joinable: (a, b) => allowed[a * d + b] === 1 || allowed[b * d + a] === 1,
      kept: (a, b) => required[a * d + b] === 1 || required[b * d + a] === 1,
    },
    steps: pace(options.signal, options.onProgress),
    count: 0,
  };
  const { targets } = score;
  const start = classOf(required, d, targets);
  if (!lawfulDag(start, d, rules, targets))
    throw new ArgumentError("ges knowledge: expected rules that some graph keeps, found none such");
  let best = await improved(start, walk);
  let value = scoreOfEdges(score, best.dag);
  const random = randomStream(seed);
  for (let restart = 0; restart < restarts; restart++) {
    const from = shaken(score, lawfulDag(best, d, rules, targets)!, rules, maxParents, random);
    const next = await improved(classOf(from, d, targets), walk);
    const other = scoreOfEdges(score, next.dag);
    if (other > value + tieOf(score)) [best, value] = [next, other];
  }
  return foundDag(score, lawfulDag(best, d, rules, targets)!, rules);
};

/** The graph of the best score of all. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import { checkScore, type Score, tableOf, tieOf } from "../score/score.ts";
import { type Found, foundDag, type SearchOptions } from "./found.ts";
import { type Rules, rulesOf } from "./knowledge.ts";
import { pace } from "./pace.ts";

/** Variables that an exact search takes: each more doubles memory and time. 20 take about 230 MB. */
const mostExact = 20;

export interface ExactOptions extends SearchOptions {
  /** Parents of a variable, at most. No bound by default; bdeu of more than about 14 variables needs one such as 4. */
  readonly maxParents?: number;
}

const known = { knowledge: true, signal: true, onProgress: true, maxParents: true } satisfies Known<ExactOptions>;

/** The best parents of a variable among each set of others: scores, and the parents themselves. */
interface BestParents {
  readonly score: Float64Array;
  readonly parents: Int32Array;
}

/** Sets of the other variables as bits: variables after `variable` move down by one. */
const withoutBit = (set: number, variable: number): number =>
  (set & ((1 << variable) - 1)) | ((set >> (variable + 1)) << variable);

const bestParents = (score: Score, variable: number, { allowed, required }: Rules, maxParents: number): BestParents => {
  const d = score.names.length;
  const others = score.names.map((_, i) => i).filter((i) => i !== variable);
  const table = tableOf(score, variable, others, maxParents);
  let [never, always] = [0, 0];
  for (const [bit, other] of others.entries()) {
    if (!allowed[other * d + variable]) never |= 1 << bit;
    if (required[other * d + variable]) always |= 1 << bit;
  }
  const tie = tieOf(score);
  const parents = new Int32Array(table.length);
  for (let set = 0; set < table.length; set++) {
    let best = Number.NEGATIVE_INFINITY;
    let chosen = 0;
    // Fewer parents first: a set takes the place of a part of it by more than a tie.
    for (let rest = set; rest !== 0; rest &= rest - 1) {
      const part = set & ~(rest & -rest);
      if (table[part]! > best + tie) {
        best = table[part]!;
        chosen = parents[part]!;
      }
    }
    if ((set & never) === 0 && (set & always) === always && table[set]! > best + tie) {
      best = table[set]!;
      chosen = set;
    }
    table[set] = best;
    parents[set] = chosen;
  }
  return { score: table, parents };
};

/** The best variable without effects of each set, and the score of all. */
const bestSinks = (all: readonly BestParents[], tie: number): { readonly sink: Int8Array; readonly best: number } => {
  const d = all.length;
  const total = new Float64Array(2 ** d);
  const sink = new Int8Array(2 ** d);
  for (let set = 1; set < total.length; set++) {
    let best = Number.NEGATIVE_INFINITY;
    // Later names are tried first as effects, so that earlier ones become causes in a tie.
    for (let variable = d - 1; variable >= 0; variable--) {
      if (!((set >> variable) & 1)) continue;
      const rest = set & ~(1 << variable);
      const value = total[rest]! + all[variable]!.score[withoutBit(rest, variable)]!;
      if (value > best + tie) {
        best = value;
        sink[set] = variable;
      }
    }
    total[set] = best;
  }
  return { sink, best: total[total.length - 1]! };
};

/**
 * The graph with the best score of all, by dynamic programming over sets of variables (Silander & Myllymaki 2006; Koivisto & Sood
 * 2004): a best graph has a variable without effects, whose parents are the best among the rest, and the rest is a best graph again.
 * Where several graphs are best it takes the one with fewer edges, and then goes by names. 20 numbers take about 5 seconds of a core and 230 MB.
 * @throws ArgumentError for more than 20 variables and for knowledge that contradicts itself
 */
export const exactSearch = async (score: Score, options: ExactOptions = {}): Promise<Found> => {
  checkScore("exactSearch", score);
  checkOptions("exactSearch", options, known);
  const d = score.names.length;
  if (d > mostExact)
    throw new ArgumentError(
      `exactSearch: expected at most ${mostExact} variables, found ${d}; use ges or hillClimb, or fewer variables`,
    );
  const { maxParents = d } = options;
  checkWhole("exactSearch maxParents", maxParents);
  const rules = rulesOf("exactSearch", options.knowledge, score.names);
  const steps = pace(options.signal, options.onProgress);
  const all: BestParents[] = [];
  for (let variable = 0; variable < d; variable++) {
    all.push(bestParents(score, variable, rules, maxParents));
    await steps.turn(variable + 1, d);
  }
  const { sink, best } = bestSinks(all, tieOf(score));
  if (!(best > Number.NEGATIVE_INFINITY))
    throw new ArgumentError("exactSearch knowledge: expected rules that some graph keeps, found none such");
  const edges = new Uint8Array(d * d);
  for (let set = 2 ** d - 1; set !== 0; ) {
    const variable = sink[set]!;
    set &= ~(1 << variable);
    const chosen = all[variable]!.parents[withoutBit(set, variable)]!;
    for (let i = 0; i < d; i++)
      if (i !== variable && (chosen >> (i < variable ? i : i - 1)) & 1) edges[i * d + variable] = 1;
  }
  return foundDag(score, edges, rules);
};

/** What a score of graphs is: a sum over variables, of which each looks at its parents alone. */
import { checkMade } from "@scorefield/core/internal";

/** A decomposable score: that of a graph is the sum of the local scores of its variables, in nats. Higher is better. */
export interface Score {
  /** Such as "bic". */
  readonly kind: string;
  /** Names of the variables in ascending order, so that no result depends on the order of columns. */
  readonly names: readonly string[];
  /** The names in the caller's order. */
  readonly shown: readonly string[];
  /** Rows that it rests on; differences below 1e-9 of them are rounding, and count as ties. */
  readonly rows: number;
  /** Sets of variables (numbers of `names`) that were set from outside together, each once; an empty one for plain rows. */
  readonly targets: readonly (readonly number[])[];
  /** Whether graphs that have the same independences have the same score. */
  readonly equivalent: boolean;
  /**
   * How well a variable is explained by parents, less the price of complexity.
   * @param variable a number of `names`
   * @param parents numbers of `names`, each once, in any order
   */
  local(variable: number, parents: ArrayLike<number>): number;
  /**
   * Local scores of all subsets of candidates, [2^candidates]: bit i of an index stands for candidate i. Left out where
   * there is no faster way than {@link Score.local} of each.
   */
  table?(variable: number, candidates: readonly number[]): Float64Array;
  /**
   * Local scores with each variable of `names` as one parent more, [names]; of the variable and its parents as they are. Left out
   * where there is no faster way than {@link Score.local} of each.
   */
  additions?(variable: number, parents: readonly number[]): Float64Array;
}

/** @throws ArgumentError unless a score */
export const checkScore = (name: string, score: Score): void =>
  checkMade(
    name,
    score,
    ["kind", "names", "shown", "rows", "targets", "equivalent", "local"],
    "a score such as bic(observations)",
  );

/** Differences of scores up to this are ties: rounding errors of sums over rows. */
export const tieOf = ({ rows }: Score): number => 1e-9 * (1 + rows);

/** Members of a set of bits. */
const sizeOfSet = (set: number): number => {
  let size = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) size++;
  return size;
};

/**
 * Local scores of all subsets of candidates, by {@link Score.table} where a score has one.
 * @param most members of a subset; larger ones have -Infinity
 */
export const tableOf = (score: Score, variable: number, candidates: readonly number[], most: number): Float64Array => {
  const table = score.table?.(variable, candidates) ?? new Float64Array(2 ** candidates.length);
  for (let mask = 0; mask < table.length; mask++)
    if (sizeOfSet(mask) > most) table[mask] = Number.NEGATIVE_INFINITY;
    else if (!score.table)
      table[mask] = score.local(
        variable,
        candidates.filter((_, i) => (mask >> i) & 1),
      );
  return table;
};

/** Local scores with each variable as one parent more, by {@link Score.additions} where a score has one. */
export const additionsOf = (score: Score, variable: number, parents: readonly number[]): Float64Array => {
  if (score.additions) return score.additions(variable, parents);
  const own = score.local(variable, parents);
  return Float64Array.from(score.names, (_, other) =>
    other === variable || parents.includes(other) ? own : score.local(variable, [...parents, other]),
  );
};

/** Local scores that are kept, of all variables together. */
const mostKept = 4e6;

/** A function of a variable and its sorted parents that remembers its values. */
export const remembering = (
  d: number,
  local: (variable: number, sorted: readonly number[]) => number,
): Score["local"] => {
  const kept = Array.from({ length: d }, () => new Map<number | string, number>());
  return (variable, parents) => {
    const sorted = Array.from(parents);
    if (sorted.length > 1) sorted.sort((a, b) => a - b);
    let key: number | string = 0;
    for (const parent of sorted) key = (key as number) * (d + 1) + parent + 1;
    if ((key as number) > Number.MAX_SAFE_INTEGER) key = sorted.join();
    const known = kept[variable]!.get(key);
    if (known !== undefined) return known;
    const value = local(variable, sorted);
    // A bound on memory; a search visits few sets again after so many.
    if (kept[variable]!.size > mostKept / d) kept[variable]!.clear();
    kept[variable]!.set(key, value);
    return value;
  };
};

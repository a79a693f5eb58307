/** Taking leaves off a graph that is not known yet, one after the other: what the methods of this room share. */
import { ArgumentError } from "@scorefield/core";
import { checkCount, checkWhole } from "@scorefield/core/internal";
import type { Observations } from "../graph/observations.ts";
import { type Knowledge, rulesOf } from "../search/knowledge.ts";
import { type StandardColumns, standardColumns } from "./standard-columns.ts";

/** An order of variables in which causes stand before their effects. */
export interface CausalOrder {
  /** Names, causes first. */
  readonly order: readonly string[];
  /**
   * How far each variable was from being a leaf when it was taken, in the order above: 0 is a leaf for sure. Units are
   * the method's own. NaN of the first, which was left over.
   */
  readonly criteria: readonly number[];
}

/** How far work is. */
export interface DiscoverProgress {
  readonly done: number;
  readonly total: number;
}

/** Options of every method that orders variables. */
export interface OrderOptions {
  /** What is known. Required edges and tiers hold in the order. Default nothing. */
  readonly knowledge?: Knowledge | undefined;
  /** Rows that are looked at: of more, this many are drawn. Default 1000. */
  readonly rows?: number;
  /** Of what is drawn. Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DiscoverProgress) => void) | undefined;
}

/** The names of {@link OrderOptions}. */
export const orderOptions = { knowledge: true, rows: true, seed: true, signal: true, onProgress: true } as const;

/** Lets other work go on, so that a signal can be aborted. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** What an ordering works on. */
export interface OrderTask {
  readonly columns: StandardColumns;
  /** [names, names] by rows: 1 where `from` stands before `to` in every order. */
  readonly before: Uint8Array;
}

/** Columns and knowledge of an ordering, checked. */
export const orderTask = (
  owner: string,
  observations: Observations,
  { knowledge, rows = 1000, seed = 0 }: OrderOptions,
): OrderTask => {
  checkWhole(`${owner} rows`, rows);
  checkCount(`${owner} seed`, seed);
  const columns = standardColumns(owner, observations, { most: rows, seed });
  const { names } = columns;
  const { required } = rulesOf(owner, knowledge, names);
  return { columns, before: orderOfKnowledge(owner, names, required, knowledge?.tiers ?? []) };
};

/** What stands before what by required edges and tiers, with all that follows from them (Warshall 1962). */
const orderOfKnowledge = (
  owner: string,
  names: readonly string[],
  required: Uint8Array,
  tiers: NonNullable<Knowledge["tiers"]>,
): Uint8Array => {
  const d = names.length;
  const before = required.slice();
  for (const [late, group] of tiers.entries())
    for (const earlier of tiers.slice(0, late))
      for (const from of earlier) for (const to of group) before[names.indexOf(from) * d + names.indexOf(to)] = 1;
  for (let k = 0; k < d; k++)
    for (let i = 0; i < d; i++)
      if (before[i * d + k]) for (let j = 0; j < d; j++) if (before[k * d + j]) before[i * d + j] = 1;
  const circle = names.findIndex((_, i) => before[i * d + i] === 1);
  if (circle >= 0)
    throw new ArgumentError(
      `${owner} required: expected edges that agree with the tiers, found ${names[circle]} before itself`,
    );
  return before;
};

/**
 * Takes leaves until one variable is left. A variable that knowledge puts before one that is left is not taken. Of equal
 * ones the first by name is.
 * @param criterionOf of the variables that are left, by number: the least is taken
 */
export const peelLeaves = async (
  { columns: { names }, before }: OrderTask,
  criterionOf: (left: readonly number[]) => ArrayLike<number> | Promise<ArrayLike<number>>,
  { signal, onProgress }: OrderOptions,
): Promise<CausalOrder> => {
  const d = names.length;
  let left = Array.from({ length: d }, (_, j) => j);
  const taken: { readonly name: string; readonly criterion: number }[] = [];
  while (left.length > 1) {
    await turn();
    signal?.throwIfAborted();
    const criteria = await criterionOf(left);
    const free = Array.from(left.keys()).filter((k) => !left.some((other) => before[left[k]! * d + other]));
    const leaf = free.reduce((best, k) => (criteria[k]! < criteria[best]! ? k : best));
    taken.unshift({ name: names[left[leaf]!]!, criterion: criteria[leaf]! });
    left = left.filter((_, k) => k !== leaf);
    onProgress?.({ done: taken.length, total: d - 1 });
  }
  taken.unshift({ name: names[left[0]!]!, criterion: Number.NaN });
  return { order: taken.map(({ name }) => name), criteria: taken.map(({ criterion }) => criterion) };
};

/** Taking leaves off a graph that is not known yet, one after the other: what the methods of this room share. */
import { checkCount, checkWhole } from "@scorefield/core/internal";
import type { EdgeRules, Knowledge } from "../graph/knowledge.ts";
import { edgeRules } from "../graph/knowledge.ts";
import type { Observations } from "../graph/observations.ts";
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

/** Columns and knowledge of an ordering, checked. */
export const orderTask = (
  owner: string,
  observations: Observations,
  { knowledge, rows = 1000, seed = 0 }: OrderOptions,
): { readonly columns: StandardColumns; readonly rules: EdgeRules } => {
  checkWhole(`${owner} rows`, rows);
  checkCount(`${owner} seed`, seed);
  const columns = standardColumns(owner, observations, { most: rows, seed });
  return { columns, rules: edgeRules(owner, columns.names, knowledge) };
};

/**
 * Takes leaves until one variable is left. A variable that knowledge puts before one that is left is not taken. Of equal
 * ones the first by name is.
 * @param criterionOf of the variables that are left, by number: the least is taken
 */
export const peelLeaves = async (
  { columns: { names }, rules: { before } }: ReturnType<typeof orderTask>,
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

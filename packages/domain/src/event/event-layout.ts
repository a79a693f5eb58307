/** What the columns of an event are: its final state, what follows from its particles, and up to four numbers for each. */
import { ArgumentError } from "@scorefield/core";
import type { TableColumn } from "../table/table-column.ts";
import { pairObservables, wholeObservables } from "./observables.ts";
import { groupCount, groupOf, kindsOfProcess } from "./particle-order.ts";

/** Where the numbers of a particle stand in a row. */
interface SlotColumns {
  readonly pt: number;
  readonly eta: number;
  readonly phi: number;
  /** Left out where all particles of the slot are without mass. */
  readonly m?: number;
}

/** Columns of events. */
export interface EventLayout {
  readonly columns: readonly string[];
  /** Texts of the final states, by their code in the column `process`. */
  readonly processes: readonly string[];
  /**
   * For each final state the kinds of its particles, and the slot that each is in. A slot is for particles of one group,
   * and empty in events with fewer of them.
   */
  readonly states: readonly { readonly kinds: readonly string[]; readonly slots: readonly number[] }[];
  readonly slots: readonly SlotColumns[];
  /** Whether each slot is filled in all final states. */
  readonly always: readonly boolean[];
  /** The column of the invariant mass of the first two particles, which all events have; left out where some have fewer. */
  readonly mass?: number;
  /** Columns that follow from the particles, by their names; the mass of the pair among them. */
  readonly derived: ReadonlyMap<string, number>;
}

/** The slots of final states: for each group as many as any has. */
const slotsOf = (processes: readonly string[]) => {
  const kinds = processes.map(kindsOfProcess);
  const counts = kinds.map((own) => {
    const count = new Array<number>(groupCount).fill(0);
    for (const kind of own) count[groupOf(kind)]!++;
    return count;
  });
  const most = Array.from({ length: groupCount }, (_, g) => Math.max(...counts.map((count) => count[g]!)));
  const least = most.map((_, g) => Math.min(...counts.map((count) => count[g]!)));
  const starts = most.map((_, g) => most.slice(0, g).reduce((a, b) => a + b, 0));
  const states = kinds.map((own) => {
    const used = starts.slice();
    return { kinds: own, slots: own.map((kind) => used[groupOf(kind)]!++) };
  });
  const always = most.flatMap((count, g) => Array.from({ length: count }, (_, k) => k < least[g]!));
  return { states, always };
};

/**
 * The layout of events of some final states.
 * @param massive whether particles of each slot have a mass; of slots beyond its end none
 */
export const eventLayout = (processes: readonly string[], massive: readonly boolean[]): EventLayout => {
  const { states, always } = slotsOf(processes);
  const columns = ["process"];
  const add = (name: string): number => columns.push(name) - 1;
  const pair = always[0] === true && always[1] === true;
  const names = [...(pair ? pairObservables : []), ...(always.length > 2 ? wholeObservables : [])];
  const derived = new Map(names.map((name) => [name as string, add(name)]));
  const slots = always.map((_, k): SlotColumns => {
    const [pt, eta, phi] = [`pt${k + 1}`, `eta${k + 1}`, `phi${k + 1}`].map(add) as [number, number, number];
    return { pt, eta, phi, ...(massive[k] && { m: add(`m${k + 1}`) }) };
  });
  return { columns, processes, states, slots, always, derived, ...(pair && { mass: derived.get("mass")! }) };
};

/** The columns as those of a table. */
export const tableOfLayout = ({ columns, processes, slots, always }: EventLayout): readonly TableColumn[] => {
  const lacks = new Set(slots.flatMap((slot, k) => (always[k] ? [] : (Object.values(slot) as number[]))));
  return columns.map(
    (name, j): TableColumn =>
      j === 0
        ? { name, kind: processes.length > 1 ? "category" : "constant", levels: processes, missing: false }
        : { name, kind: "number", missing: lacks.has(j) },
  );
};

/** The layout that columns and final states have. @throws ArgumentError for columns of no events: a run may be a stranger's */
export const layoutOfColumns = (columns: readonly string[], processes: readonly string[]): EventLayout => {
  const refuse = (found: string): never => {
    throw new ArgumentError(`events: expected the columns of events, found ${found}`);
  };
  const texts = (list: unknown): boolean => Array.isArray(list) && list.every((text) => typeof text === "string");
  if (!texts(columns) || !texts(processes) || processes.length === 0 || new Set(processes).size < processes.length)
    return refuse("others");
  if (processes.some((text) => text.trim() === "")) refuse("a final state without particles");
  const { always } = slotsOf(processes);
  const layout = eventLayout(
    processes,
    always.map((_, k) => columns.includes(`m${k + 1}`)),
  );
  if (layout.columns.join() !== columns.join()) refuse(columns.join(", "));
  return layout;
};

/** The layout of samples whose columns are known. @throws ArgumentError for other samples */
export const layoutOfTable = (table: readonly TableColumn[] | undefined): EventLayout => {
  const [first] = table ?? [];
  return layoutOfColumns(
    (table ?? []).map(({ name }) => name),
    first?.levels ?? [],
  );
};

/** Columns that follow from another, as a country follows from a city. */
import type { NdArray } from "@scorefield/tensor";
import type { TableColumn } from "../table-column.ts";
import { neededBreaks } from "./chance.ts";
import type { LinkRule } from "./rule.ts";
import { nameText } from "./rule-text.ts";
import { pause } from "./table-values.ts";

// Whole numbers and numbers with more values than this are measurements.
const mostNumbers = 100;
// A level in fewer rows shows little of what follows from it.
const fewRows = 3;
// Share of rows in levels with more rows.
const shown = 0.95;

interface Cells {
  readonly column: TableColumn;
  /** [rows], NaN where missing. */
  readonly cells: Float64Array;
  readonly values: ReadonlySet<number>;
  /** Categories and other levels; not numbers. */
  readonly levelled: boolean;
}

const cellsOf = (rows: NdArray, columns: readonly TableColumn[]): Cells[] => {
  const [n = 0, d = 0] = rows.shape;
  return columns.flatMap((column, j): Cells[] => {
    if (column.kind === "constant" || column.kind === "date") return [];
    const levelled = column.levels !== undefined;
    const cells = Float64Array.from({ length: n }, (_, i) => Number(rows.data[i * d + j]));
    const values = new Set<number>();
    for (const cell of cells) {
      if (!Number.isNaN(cell)) values.add(cell);
      if (!levelled && values.size > mostNumbers) return [];
    }
    return values.size > 1 ? [{ column, cells, values, levelled }] : [];
  });
};

/** What `to` is for each cell of `from`, where it is always the same, and that is more than chance. */
const mapOf = (from: Cells, to: Cells, needed: number): Map<number, number> | undefined => {
  // With more levels than this on the other side, levels of this side must have several cells.
  if (to.values.size > from.values.size) return undefined;
  const map = new Map<number, number>();
  const rowsOf = new Map<number, number>();
  const targets = new Map<number, number>();
  let n = 0;
  for (const [i, cell] of from.cells.entries()) {
    const target = to.cells[i]!;
    if (Number.isNaN(cell) || Number.isNaN(target)) continue;
    const known = map.get(cell);
    if (known === undefined) map.set(cell, target);
    else if (known !== target) return undefined;
    n++;
    rowsOf.set(cell, (rowsOf.get(cell) ?? 0) + 1);
    targets.set(target, (targets.get(target) ?? 0) + 1);
  }
  // Two rows of a level differ by chance with this probability.
  let differs = 1;
  for (const count of targets.values()) differs -= (count / n) ** 2;
  let [breaks, often] = [0, 0];
  for (const count of rowsOf.values()) {
    breaks += (count - 1) * differs;
    if (count >= fewRows) often += count;
  }
  // Rows of the commonest target alone show nothing.
  const rare = n - [...targets.values()].reduce((a, b) => Math.max(a, b), 0);
  return breaks >= needed && rare >= needed && often >= shown * n ? map : undefined;
};

/**
 * Columns that follow from another in all rows with both cells, and not by chance: if the columns had nothing to do with each
 * other, rows of one level would differ often. Of columns that follow from each other, all follow from one: from categories
 * before numbers, from the first before later ones. What follows from several is taken from the one with fewest levels.
 * Numbers count where they have at most 100 values; dates do not.
 */
export const findLinks = async (
  rows: NdArray,
  columns: readonly TableColumn[],
  signal?: AbortSignal,
): Promise<LinkRule[]> => {
  const all = cellsOf(rows, columns);
  const needed = neededBreaks(all.length ** 2);
  const maps = new Map<Cells, Map<Cells, Map<number, number>>>();
  for (const from of all) {
    await pause(signal);
    const found = new Map<Cells, Map<number, number>>();
    for (const to of all) {
      const map = from === to ? undefined : mapOf(from, to, needed);
      if (map) found.set(to, map);
    }
    maps.set(from, found);
  }
  const follows = (to: Cells, from: Cells): boolean => maps.get(from)!.has(to);
  const ranked = [...all].sort((a, b) => Number(b.levelled) - Number(a.levelled));
  // The first of those that follow from each other stands for them all.
  const leaderOf = (one: Cells): Cells =>
    ranked.find((other) => other === one || (follows(one, other) && follows(other, one)))!;
  return all.flatMap((to): LinkRule[] => {
    const leader = leaderOf(to);
    const candidates = all.filter((from) => from !== to && follows(to, from) && leaderOf(from) === from);
    const from =
      leader === to
        ? candidates.filter((one) => !follows(one, to)).sort((a, b) => a.values.size - b.values.size)[0]
        : leader;
    if (!from) return [];
    const map = [...maps.get(from)!.get(to)!].sort((a, b) => a[0] - b[0]);
    const [a, b] = [from.column.name, to.column.name];
    return [{ kind: "determines", from: a, to: b, map, text: `${nameText(a)} determines ${nameText(b)}` }];
  });
};

/** Observations in a form that knows neither the order nor the units of columns. */
import { ArgumentError, permutation } from "@scorefield/core";
import type { Rows } from "@scorefield/core/internal";
import type { Observations } from "../graph/observations.ts";
import { type Columns, columnsOf } from "../score/columns.ts";

/** Standardised columns, sorted by name. */
export interface StandardColumns {
  /** Names in ascending order. */
  readonly names: readonly string[];
  /** Mean 0 and variance 1 in every column. */
  readonly rows: Rows;
}

/** The numbers of variables, sorted by their names. */
export const byName = (names: readonly string[]): number[] =>
  Array.from(names.keys()).sort((a, b) => (names[a]! < names[b]! ? -1 : 1));

/**
 * Checked columns of numbers, sorted by name.
 * @throws ArgumentError for categories, and as `columnsOf`
 */
export const numberColumns = (owner: string, observations: Observations, least: number): Columns => {
  const columns = columnsOf(owner, observations, least);
  const category = columns.levels.findIndex((levels) => levels > 0);
  if (category >= 0)
    throw new ArgumentError(
      `${owner}: expected numbers, found the category ${columns.names[category]}; leave it out, or search by a score of categories`,
    );
  return columns;
};

/** Mean 0, variance 1. @throws ArgumentError for cells that do not vary beyond rounding */
export const standardColumn = (owner: string, name: string, cells: Float64Array): Float64Array => {
  const standard = standardised(cells);
  if (standard) return standard;
  throw new ArgumentError(
    `${owner}: expected variables that vary, found ${name} with ${cells[0]} in every row; leave it out`,
  );
};

/**
 * The rows in which nothing was set from outside, standardised, with columns sorted by name. So what follows is the same for
 * any order and any units of columns.
 * @param most rows: of more, this many are drawn
 * @throws ArgumentError for categories, fewer than 20 such rows, and columns that do not vary
 */
export const standardColumns = (
  owner: string,
  observations: Observations,
  { most, seed }: { readonly most: number; readonly seed: number },
): StandardColumns => {
  const { names, rows: count, columns, targets, targetOf } = numberColumns(owner, observations, 1);
  let kept = Array.from({ length: count }, (_, i) => i).filter((i) => targets[targetOf[i]!]!.length === 0);
  if (kept.length < 20)
    throw new ArgumentError(
      `${owner}: expected at least 20 rows in which nothing was set from outside, found ${kept.length}`,
    );
  if (kept.length > most) {
    const drawn = permutation(kept.length, { seed, purpose: "resampling" }).data;
    kept = Array.from(drawn.subarray(0, most), (i) => kept[i]!);
  }
  const [n, d] = [kept.length, names.length];
  const data = new Float64Array(n * d);
  for (const [j, column] of columns.entries()) {
    const cells = Float64Array.from(kept, (row) => column[row]!);
    const standard = standardColumn(owner, names[j]!, cells);
    for (let i = 0; i < n; i++) data[i * d + j] = standard[i]!;
  }
  return { names, rows: { n, d, data } };
};

/** Mean 0, variance 1; undefined where cells do not vary beyond rounding. */
export const standardised = (cells: Float64Array): Float64Array | undefined => {
  const mean = cells.reduce((sum, cell) => sum + cell, 0) / cells.length;
  const deviation = Math.sqrt(cells.reduce((sum, cell) => sum + (cell - mean) ** 2, 0) / cells.length);
  const largest = cells.reduce((most, cell) => Math.max(most, Math.abs(cell)), 0);
  if (!(deviation > 1e-12 * largest)) return undefined;
  return cells.map((cell) => (cell - mean) / deviation);
};

/** Some columns of rows. */
export const takeColumns = ({ n, d, data }: Rows, columns: readonly number[]): Rows => {
  const taken = new Float64Array(n * columns.length);
  for (let i = 0; i < n; i++)
    for (const [k, column] of columns.entries()) taken[i * columns.length + k] = data[i * d + column]!;
  return { n, d: columns.length, data: taken };
};

/** Rows that a person gives to a run, in the columns and levels that the run has. */

import type { CellColumn, CellTable } from "@scorefield/data";
import { DataError } from "@scorefield/data";
import { type NdArray, ndarray } from "@scorefield/tensor";
import type { TableColumn } from "../table-column.ts";
import { expectedCell, foundLevel, levelCode, textValue } from "./cell-text.ts";

/** How cells are taken. */
export interface GivenCells {
  readonly path?: string | undefined;
  /**
   * What to do with missing cells: stop with a DataError, leave the row out, or keep them as NaN. Default: keep them in
   * columns that lacked cells in training, and stop in others.
   */
  readonly missing?: "error" | "drop" | "keep" | undefined;
  /** Whether columns that the file lacks are missing throughout; default they are an error. */
  readonly partial?: boolean | undefined;
}

/** Rows in the columns of a run. */
export interface TakenCells {
  /** [rows that are left, columns]. */
  readonly values: NdArray<"float64">;
  /** Positions of rows that were left out, from 0. */
  readonly dropped: readonly number[];
}

/** The number that a column has for a cell: undefined for one that it cannot have. */
const reader = (column: TableColumn, { numbers, codes, texts, typed }: CellColumn) => {
  const { kind, levels, numbers: values } = column;
  // A file may hold numbers without their texts.
  const ofTexts = levels || kind === "date" ? texts.map((text) => textValue(column, text)) : [];
  if (levels)
    return (row: number): number | undefined => {
      const code = codes[row]!;
      if (code >= 0) return ofTexts[code];
      if (values) {
        const at = values.indexOf(numbers[row]!);
        return at < 0 ? undefined : at;
      }
      const found = Number.isNaN(numbers[row]!) ? -1 : levelCode(column, `${numbers[row]}`);
      return found < 0 ? undefined : found;
    };
  if (kind === "date" && typed !== "date")
    return (row: number): number | undefined =>
      ofTexts[codes[row]!] ?? (Number.isFinite(numbers[row]!) ? numbers[row]! : undefined);
  return (row: number): number | undefined => (Number.isFinite(numbers[row]!) ? numbers[row]! : undefined);
};

const missingFix = (missing: GivenCells["missing"]): string =>
  `The run has not learnt rows that lack it: fill it in${missing === "drop" ? "" : ', or leave rows that lack one out with missing: "drop"'}`;

/**
 * Cells as rows of a run's columns.
 * @throws DataError naming row and column for a level that the run has not learnt, a cell of another kind, a missing cell
 *   where the run knows none, and a column that is not there
 */
export const takeCells = (cells: CellTable, columns: readonly TableColumn[], options: GivenCells = {}): TakenCells => {
  const { path, missing, partial = false } = options;
  const { rowOf } = cells;
  const width = columns.length;
  const values = new Float64Array(cells.rows * width).fill(Number.NaN);
  const drop = new Uint8Array(cells.rows);
  const names = cells.columns.map(({ name }) => name);
  for (const [j, column] of columns.entries()) {
    const { name } = column;
    const own = cells.columns[names.indexOf(name)];
    if (!own) {
      if (partial) continue;
      throw new DataError({
        path,
        column: name,
        expected: "the columns of the run",
        found: `a table without this one; it has ${names
          .slice(0, 40)
          .map((other) => JSON.stringify(other))
          .join(", ")}`,
      });
    }
    const read = reader(column, own);
    for (let row = 0; row < cells.rows; row++) {
      if (own.codes[row] === -1 && Number.isNaN(own.numbers[row]!)) {
        if (missing === "drop") drop[row] = 1;
        else if (missing !== "keep" && !(missing === undefined && column.missing))
          throw new DataError({
            path,
            row: rowOf(row),
            column: name,
            expected: expectedCell(column),
            found: "a missing value",
            fix: missingFix(missing),
          });
        continue;
      }
      const value = read(row);
      if (value === undefined) {
        const text = own.texts[own.codes[row]!] ?? `${own.numbers[row]}`;
        throw new DataError({
          path,
          row: rowOf(row),
          column: name,
          expected: expectedCell(column),
          found: foundLevel(column, text),
          ...(column.levels && { fix: "The run has learnt no other levels" }),
        });
      }
      values[row * width + j] = value;
    }
  }
  const dropped = [...drop.keys()].filter((row) => drop[row] === 1);
  if (dropped.length === 0) return { values: ndarray(values, [cells.rows, width]), dropped };
  const kept = cells.rows - dropped.length;
  const left = new Float64Array(kept * width);
  let at = 0;
  for (let row = 0; row < cells.rows; row++)
    if (drop[row] === 0) left.set(values.subarray(row * width, (row + 1) * width), width * at++);
  return { values: ndarray(left, [kept, width]), dropped };
};

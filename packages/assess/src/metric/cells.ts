/** Rows of a table whose cells are numbers, codes of levels, or missing. */
import { ArgumentError } from "@scorefield/core";
import { checkMade } from "@scorefield/core/internal";
import type { NdArray } from "@scorefield/tensor";
import type { MetricColumn } from "./metric-column.ts";

/** Whether cells are codes of levels that have no order. Ordered levels are compared as numbers, by their code. */
export const isCategory = ({ levels, kind }: MetricColumn): boolean => levels !== undefined && kind !== "ordered";

/** How many levels each column has as a category, 0 as a number: what trees and linear models ask for. */
export const categoriesOf = (columns: readonly MetricColumn[]): number[] =>
  columns.map((column) => (isCategory(column) ? column.levels!.length : 0));

/** Columns of numbers, for rows of which nothing else is known. */
export const numberColumns = (count: number): MetricColumn[] =>
  Array.from({ length: count }, (_, j) => ({ name: `column ${j}` }));

/** Column j of rows [n, d]. */
export const cellsOf = ({ data, shape: [n = 0, d = 0] }: NdArray, j: number): Float64Array => {
  const cells = new Float64Array(n);
  for (let i = 0; i < n; i++) cells[i] = Number(data[i * d + j]);
  return cells;
};

/** @throws ArgumentError unless a list of columns, one for each of `count` */
export const checkColumns = (name: string, columns: unknown, count: number): void => {
  if (!Array.isArray(columns) || columns.length !== count)
    throw new ArgumentError(
      `${name} columns: expected a list of ${count} columns, one for each number of a row, found ${Array.isArray(columns) ? columns.length : typeof columns}`,
    );
  for (const [j, column] of columns.entries())
    checkMade(`${name} columns ${j}`, column, ["name"], 'a column such as { name: "age" }');
};

/** Two sets of rows of the same columns, as callers without types hand them in. @throws ArgumentError for other values */
export const checkRowSets = (name: string, sets: readonly unknown[], columns: unknown): void => {
  for (const rows of sets) {
    checkMade(`${name} rows`, rows, ["data", "shape"], "an array [n, d]");
    checkColumns(name, columns, (rows as NdArray).shape[1] ?? 0);
  }
};

/**
 * @param what names the rows in errors
 * @throws ArgumentError for a code that is no level of its column, and an infinite number
 */
export const checkCells = (
  what: string,
  { data, shape: [n = 0, d = 0] }: NdArray,
  columns: readonly MetricColumn[],
) => {
  for (let j = 0; j < d; j++) {
    const { name, levels } = columns[j]!;
    const codes = levels?.length;
    for (let i = 0; i < n; i++) {
      const cell = Number(data[i * d + j]);
      if (Number.isNaN(cell)) continue;
      if (codes === undefined ? Number.isFinite(cell) : Number.isInteger(cell) && cell >= 0 && cell < codes) continue;
      throw new ArgumentError(
        `${what}: expected ${codes === undefined ? "a finite number or NaN" : `a code from 0 to ${codes - 1} or NaN`}, found ${cell} in row ${i}, column ${name}`,
      );
    }
  }
};

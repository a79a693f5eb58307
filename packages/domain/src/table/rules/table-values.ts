/** Columns of rows as rules are looked for in them. */
import type { NdArray } from "@scorefield/tensor";
import type { TableColumn } from "../table-column.ts";
import { type Grid, gridOf } from "./grid.ts";

/** A column of numbers or dates. */
export interface ValueColumn {
  readonly column: TableColumn;
  /** Its number among all columns. */
  readonly at: number;
  readonly grid: Grid;
  /** [rows], NaN where missing. */
  readonly values: Float64Array;
  readonly least: number;
  readonly greatest: number;
}

/** Columns of numbers and dates with more than one value. */
export const valueColumns = (rows: NdArray, columns: readonly TableColumn[]): ValueColumn[] => {
  const [n = 0, d = 0] = rows.shape;
  return columns.flatMap((column, at): ValueColumn[] => {
    const grid = gridOf(column);
    if (!grid || column.kind === "constant") return [];
    const values = new Float64Array(n);
    let [least, greatest] = [Infinity, -Infinity];
    for (let i = 0; i < n; i++) {
      const value = grid.valueOf(Number(rows.data[i * d + at]));
      values[i] = value;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    return greatest > least ? [{ column, at, grid, values, least, greatest }] : [];
  });
};

/** Numbers of at most `most` rows, evenly spread. */
export const spreadRows = (count: number, most: number): Int32Array => {
  const taken = Math.min(count, most);
  return Int32Array.from({ length: taken }, (_, k) => Math.floor((k * count) / taken));
};

/** Lets other work of the thread go on, then checks the signal. */
export const pause = async (signal: AbortSignal | undefined): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, 0));
  signal?.throwIfAborted();
};

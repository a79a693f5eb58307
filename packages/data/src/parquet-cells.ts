/** Cells of Parquet files on their way between two processes: column by column, numbers packed. */
import { DataError } from "./errors.ts";
import type { RowSink, SourceOptions } from "./row-sink.ts";
import { describeCell, quoteNames, selectColumns } from "./table.ts";

/** Some rows of the chosen columns. */
export interface CellBatch {
  /** Of the chosen columns. */
  readonly names: readonly string[];
  readonly rows: number;
  /** [columns][rows]: numbers as they are, with NaN for missing ones, or cells. */
  readonly columns: readonly ArrayLike<unknown>[];
}

const isNumber = (cell: unknown): boolean => typeof cell === "number" || cell === null || cell === undefined;

/** A batch's columns, in typed arrays where they hold nothing but numbers. */
const packed = (cells: readonly unknown[]): ArrayLike<unknown> =>
  cells.some((cell) => typeof cell === "number") && cells.every(isNumber)
    ? Float64Array.from(cells, (cell) => (cell as number | null) ?? Number.NaN)
    : cells;

const mayBeCell = (cell: unknown): boolean => typeof cell !== "object" || cell === null || cell instanceof Date;

/** Collects rows into batches. @throws DataError for lists, structs and binary data, naming row and column */
export const cellBatches = (path: string, names: readonly string[], options: SourceOptions): RowSink<CellBatch> => {
  const chosen = selectColumns(path, names, options);
  let columns: unknown[][] = chosen.map(() => []);
  let rows = 0;
  return {
    get rows() {
      return rows;
    },
    get pending() {
      return rows > 0;
    },
    add(cells, row) {
      for (const [j, i] of chosen.entries()) {
        const cell = cells[i];
        if (!mayBeCell(cell))
          throw new DataError({
            path,
            row,
            column: names[i],
            expected: "a number, a text, yes or no, or a date",
            found: describeCell(cell),
            fix: `Leave the column out with exclude: [${quoteNames([names[i]!])}]`,
          });
        columns[j]!.push(cell);
      }
      rows++;
    },
    take() {
      const batch = { names: chosen.map((i) => names[i]!), rows, columns: columns.map(packed) };
      columns = chosen.map(() => []);
      rows = 0;
      return batch;
    },
  };
};

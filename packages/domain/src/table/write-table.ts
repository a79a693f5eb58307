/** Rows of a table as people had them: texts of levels, dates in their format, missing cells empty. */
import {
  type CellSource,
  type Content,
  csvCells,
  csvText,
  jsonLinesCells,
  npyBytes,
  type Table,
  type WritableCell,
  xlsxCells,
} from "@scorefield/data";
import type { FloatType, NdArray } from "@scorefield/tensor";
import type { Shown } from "../domain.ts";
import { columnNames } from "../names.ts";
import { asRows } from "../samples.ts";
import { cellText } from "./column/cell-text.ts";
import type { TableColumn } from "./table-column.ts";

/** A cell of a file that keeps types. @param dates whether it has dates, which are texts elsewhere */
export const typedCell = (column: TableColumn | undefined, value: number, dates: boolean): WritableCell => {
  if (Number.isNaN(value)) return null;
  if (!column) return value;
  const { kind, levels, numbers } = column;
  const text = cellText(column, value);
  if (kind === "date" && !levels) return dates ? new Date(value) : text;
  if (!levels) return value + 0;
  if (kind === "yes-no" && levels.join().toLowerCase() === "false,true") return value === 1;
  return numbers?.[value] ?? text;
};

/** A cell as its text, as people write it. */
const writtenCell = (column: TableColumn | undefined, value: number): WritableCell =>
  column ? cellText(column, value) || null : value;

const cellsOf = (
  samples: NdArray<FloatType>,
  shown: Shown,
  as: (column: TableColumn | undefined, value: number) => WritableCell,
): CellSource => {
  const { data, shape } = asRows(samples);
  const [rows = 0, width = 0] = shape;
  const { table } = shown;
  return { columns: columnNames(shown), rows, cell: (row, j) => as(table?.[j], data[row * width + j]!) };
};

const delimited = (samples: NdArray<FloatType>, shown: Shown, tabs: boolean): Content => {
  const { table } = shown;
  if (!table)
    return csvText({ columns: columnNames(shown), values: asRows(samples) as Table["values"] }, tabs ? "\t" : ",");
  // With decimal commas, fields stand between semicolons, as programs that write such numbers do.
  const delimiter = tabs ? "\t" : table.some(({ comma }) => comma) ? ";" : ",";
  return csvCells(cellsOf(samples, shown, writtenCell), delimiter);
};

/** Endings of files that rows are written to, the usual one first. */
export const tableEndings: readonly string[] = [".csv", ".tsv", ".xlsx", ".jsonl", ".npy"];

/**
 * Samples as the content of a file of an ending: texts, or in .npy the numbers and codes that stand for them.
 * @throws DataError for more rows than a workbook has
 */
export const tableContent = (ending: string, samples: NdArray<FloatType>, shown: Shown): Content | Promise<Content> => {
  switch (ending) {
    case ".npy":
      return npyBytes(samples as NdArray);
    case ".jsonl":
      return jsonLinesCells(cellsOf(samples, shown, (column, value) => typedCell(column, value, false)));
    case ".xlsx":
      return xlsxCells(cellsOf(samples, shown, (column, value) => typedCell(column, value, true)));
    default:
      return delimited(samples, shown, ending === ".tsv");
  }
};

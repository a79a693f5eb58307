/** Filled tables and what is known of their filled cells, as files. */
import { extname } from "node:path";
import {
  type Content,
  csvCells,
  jsonLinesCells,
  type RawCells,
  rawText,
  type WritableCell,
  xlsxCells,
} from "@scorefield/data";
import type { TableColumn } from "@scorefield/domain/codec";
import { cellText, type Imputed, typedCell } from "@scorefield/domain/table";
import type { NdArray } from "@scorefield/tensor";

/** Formats of filled tables. */
export const filledFormats = ["csv", "tsv", "xlsx", "jsonl"] as const;

/** The column that says which draw a row is of, and what it is called. */
export const drawColumn = "draw";

/** A filled table, beside the cells of its file. */
export interface FilledTable {
  readonly raw: RawCells;
  readonly table: readonly TableColumn[];
  /** Rows [n, columns of the run] before, with NaN in missing cells. */
  readonly given: NdArray<"float64">;
  /** The same filled, once or more often; with several, a column says which one. */
  readonly filled: readonly NdArray<"float64">[];
}

/** A column as the file writes its numbers: with a comma or a point before decimals. */
const asInFile = (column: TableColumn, texts: readonly unknown[]): TableColumn => {
  if (column.levels || column.kind === "date") return column;
  const numbers = texts.filter((text): text is string => typeof text === "string" && /^\s*-?\d+[.,]\d+\s*$/.test(text));
  return numbers.length === 0 ? column : { ...column, comma: numbers.every((text) => text.includes(",")) };
};

const writable = (raw: unknown): WritableCell =>
  raw === undefined || raw === null
    ? null
    : typeof raw === "string" || typeof raw === "number" || typeof raw === "boolean" || raw instanceof Date
      ? raw
      : `${raw}`;

/** A filled table as the content of a file. Known cells, and columns that the run does not have, are as in the file given. */
export const filledContent = (
  ending: string,
  { raw, table, given, filled }: FilledTable,
): Content | Promise<Content> => {
  const places = raw.columns.map((name) => table.findIndex((column) => column.name === name));
  const columns = table.map((column, j) => {
    const at = places.indexOf(j);
    return asInFile(
      column,
      raw.rows.map((row) => row[at]),
    );
  });
  const width = table.length;
  const n = raw.rows.length;
  const several = filled.length > 1;
  const typed = ending === ".jsonl" || ending === ".xlsx";
  const cell = (row: number, at: number): WritableCell => {
    const draw = Math.floor(row / n);
    if (several && at === 0) return draw + 1;
    const own = raw.rows[row - draw * n]!;
    const file = several ? at - 1 : at;
    const column = places[file]!;
    const k = (row - draw * n) * width + column;
    if (column < 0) return writable(own[file]);
    const value = filled[draw]!.data[k]!;
    if (typed) return typedCell(columns[column], value, ending === ".xlsx");
    return Number.isNaN(given.data[k]!) ? cellText(columns[column]!, value) : writable(own[file]);
  };
  const names = [...(several ? [drawColumn] : []), ...raw.columns];
  const source = { columns: names, rows: n * filled.length, cell };
  if (ending === ".jsonl") return jsonLinesCells(source);
  if (ending === ".xlsx") return xlsxCells(source);
  return rawText(source, ending === ".tsv" ? "\t" : raw.found.delimiter === ";" ? ";" : ",");
};

/** Without the digits that rounding of sums makes. */
const rounded = (value: number): number => Number(value.toPrecision(10));

/** What draws say of each filled cell, as CSV: one line for each. */
export const uncertaintyText = (
  ending: string,
  { cells, draws }: Imputed,
  table: readonly TableColumn[],
): Generator<string> => {
  const filled = cells();
  const columns = ["row", "column", "best", "mean", "deviation", "low", "high", "probability", "levels"];
  const cell = (i: number, at: number): WritableCell => {
    const { row, column, best, mean, deviation, low, high, shares } = filled[i]!;
    const own = table[column]!;
    const bound = (value: number | undefined): WritableCell =>
      value === undefined ? null : own.kind === "date" ? cellText(own, Math.round(value)) : rounded(value);
    switch (columns[at]) {
      case "row":
        return row + 1;
      case "column":
        return own.name;
      case "best":
        return cellText(own, best);
      case "mean":
        return bound(mean);
      // Of dates in days.
      case "deviation":
        return deviation === undefined ? null : rounded(own.kind === "date" ? deviation / 86_400_000 : deviation);
      case "low":
        return bound(low);
      case "high":
        return bound(high);
      case "probability":
        return shares ? rounded(shares[best]!) : null;
      default:
        return shares
          ? Array.from(shares, (share, code) => ({ share, code }))
              .filter(({ share }) => share > 0)
              .sort((a, b) => b.share - a.share || a.code - b.code)
              .map(({ share, code }) => `${own.levels![code]}: ${Math.round(share * draws)}/${draws}`)
              .join("; ")
          : null;
    }
  };
  return csvCells({ columns, rows: filled.length, cell }, ending === ".tsv" ? "\t" : ",");
};

/** The name of the file of uncertainty beside a filled table. */
export const uncertaintyName = (path: string): string => {
  const ending = extname(path);
  return `${path.slice(0, path.length - ending.length)}-uncertainty.csv`;
};

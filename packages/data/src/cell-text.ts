/** Cells of any kind as text: CSV (RFC 4180) and JSON lines, in pieces. */
import { dateText } from "./date-text.ts";
import { DataError } from "./errors.ts";
import { guardFormula } from "./formula-cells.ts";
import { CellKind, numberText } from "./number-text.ts";

/** What a cell may be written from. Null is a missing one. A text is written as it is, so numbers may come formatted. */
export type WritableCell = string | number | boolean | Date | null;

/** A table to write, which need not be in memory. */
export interface CellSource {
  readonly columns: readonly string[];
  readonly rows: number;
  /** The cell at a row and a column, both counted from 0. It is asked for once, row by row. */
  readonly cell: (row: number, column: number) => WritableCell;
}

const rowsAtOnce = 1024;

const isNumber = (text: string): boolean => {
  const { kind } = numberText(text);
  return kind !== CellKind.text && kind !== CellKind.infinite;
};

// A spreadsheet may take any of these for the delimiter, and what follows it for another cell.
const quoted = (text: string, delimiter: string): string =>
  /[",;\t\r\n]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;

/** A text as a field: quoted where it must be, with an apostrophe in front where a spreadsheet would run it as a formula. */
export const textCell = (text: string, delimiter: string): string => quoted(guardFormula(text), delimiter);

/** @throws DataError unless a source of cells with at least one column */
export const checkSource = (name: string, source: CellSource): void => {
  const found = source as Partial<CellSource> | null | undefined;
  if (Array.isArray(found?.columns) && found.columns.length > 0 && typeof found.cell === "function" && found.rows! >= 0)
    return;
  throw new DataError({
    expected: `${name} to be given cells: columns, rows and cell`,
    found: found === null ? "null" : typeof found === "object" ? "an object without them" : typeof found,
  });
};

/** The rows' texts, some at a time. */
function* pieces({ rows }: CellSource, line: (row: number) => string): Generator<string> {
  for (let start = 0; start < rows; start += rowsAtOnce) {
    const lines: string[] = [];
    for (let row = start; row < Math.min(start + rowsAtOnce, rows); row++) lines.push(line(row), "\n");
    yield lines.join("");
  }
}

/**
 * Cells as delimited text with a header, in pieces; `readCells` reads the same back. Missing cells are empty, and `NA` in a
 * table of one column, whose empty lines would be passed over. A text that a spreadsheet would run as a formula gets an
 * apostrophe in front; numbers do not, formatted or not.
 * @param delimiter one character
 * @throws DataError for what is no source of cells
 */
export function* csvCells(source: CellSource, delimiter = ","): Generator<string> {
  checkSource("csvCells", source);
  const { columns, cell } = source;
  const missing = columns.length === 1 ? "NA" : "";
  const field = (value: WritableCell): string => {
    if (value === null || (typeof value === "number" && Number.isNaN(value))) return missing;
    if (typeof value === "string")
      return isNumber(value) ? quoted(value, delimiter) : textCell(value, delimiter) || missing;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? missing : dateText(value);
    return Object.is(value, -0) ? "-0" : `${value}`;
  };
  yield `${columns.map((name) => textCell(name, delimiter)).join(delimiter)}\n`;
  yield* pieces(source, (row) => columns.map((_, column) => field(cell(row, column))).join(delimiter));
}

/**
 * Cells as JSON lines, in pieces: an object for each row, with all names. Missing cells, and numbers that JSON lacks, are null;
 * dates are texts.
 * @throws DataError for what is no source of cells
 */
export function* jsonLinesCells(source: CellSource): Generator<string> {
  checkSource("jsonLinesCells", source);
  const { columns, cell } = source;
  const names = columns.map((name) => JSON.stringify(name));
  const value = (written: WritableCell): string => {
    if (!(written instanceof Date)) return JSON.stringify(Object.is(written, -0) ? 0 : written);
    return Number.isNaN(written.getTime()) ? "null" : JSON.stringify(dateText(written));
  };
  yield* pieces(source, (row) => `{${names.map((name, column) => `${name}:${value(cell(row, column))}`).join(",")}}`);
}

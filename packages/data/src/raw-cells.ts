/** Cells as a file has them, for tables that are written again with few changes. */

import { type CellSource, checkSource, type WritableCell } from "./cell-text.ts";
import type { FoundFormat, RowSink } from "./row-sink.ts";

/** The cells of a table as they are in its file. */
export interface RawCells {
  /** Names of all columns, in the file's order. */
  readonly columns: readonly string[];
  /** A list for each row: texts of a text file, untrimmed and without quotes; what other formats keep. */
  readonly rows: readonly (readonly unknown[])[];
  readonly found: FoundFormat;
}

/** Collects rows as they are. */
export const rawSink = (names: readonly string[], found: () => FoundFormat): RowSink<RawCells> => {
  const rows: unknown[][] = [];
  return {
    rows: 0,
    pending: true,
    add: (cells) => {
      rows.push(Array.from({ length: names.length }, (_, j) => cells[j]));
    },
    take: () => ({ columns: names, rows, found: found() }),
  };
};

const quoted = (text: string, delimiter: string): string =>
  /["\r\n]/.test(text) || text.includes(delimiter) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;

const rowsAtOnce = 1024;

/**
 * Cells as delimited text in pieces, texts as they are, quoted where they have to be. Unlike `csvCells` it puts no apostrophe in
 * front of what a spreadsheet would run: the texts are those of a person's own file.
 * @param delimiter one character
 * @throws DataError for what is no source of cells
 */
export function* rawText(source: CellSource, delimiter: string): Generator<string> {
  checkSource("rawText", source);
  const { columns, rows, cell } = source;
  const field = (value: WritableCell): string => {
    if (value === null) return columns.length === 1 ? "NA" : "";
    if (typeof value === "string") return quoted(value, delimiter);
    return value instanceof Date ? value.toISOString().replace("T00:00:00.000Z", "") : `${value}`;
  };
  yield `${columns.map((name) => quoted(name, delimiter)).join(delimiter)}\n`;
  for (let start = 0; start < rows; start += rowsAtOnce) {
    let text = "";
    for (let row = start; row < Math.min(start + rowsAtOnce, rows); row++)
      text += `${columns.map((_, j) => field(cell(row, j))).join(delimiter)}\n`;
    yield text;
  }
}

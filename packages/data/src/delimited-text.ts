/** Rows of texts as comma- or tab-separated values (RFC 4180). */
import { guardFormula } from "./formula-cells.ts";

const number = /^[+-]?[\d.,]*\d[\d.,]*(e[+-]?\d+)?$/i;

/** A field; in quotes where a program could take a part of it for a delimiter, and no formula of a spreadsheet. */
const field = (text: string, delimiter: string): string => {
  const guarded = number.test(text) ? text : guardFormula(text);
  const quoted = /[",;\t\r\n]/.test(guarded) ? /["\t\r\n]/.test(guarded) || !number.test(guarded) : false;
  return quoted || guarded.includes(delimiter) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
};

const rowsAtOnce = 1024;

/**
 * Rows of texts as delimited text with a header, in pieces. A text that a spreadsheet would run as a formula gets an
 * apostrophe in front (see `formula-cells.ts`); numbers do not.
 * @param cell the text of a cell, by row and column from 0
 */
export function* delimitedText(
  columns: readonly string[],
  rows: number,
  cell: (row: number, column: number) => string,
  delimiter = ",",
): Generator<string> {
  const line = (cells: readonly string[]): string => {
    const text = cells.map((text) => field(text, delimiter)).join(delimiter);
    // An empty line would be none.
    return `${text === "" ? '""' : text}\n`;
  };
  yield line(columns);
  for (let start = 0; start < rows; start += rowsAtOnce) {
    const lines: string[] = [];
    for (let row = start; row < Math.min(rows, start + rowsAtOnce); row++)
      lines.push(line(columns.map((_, column) => cell(row, column))));
    yield lines.join("");
  }
}

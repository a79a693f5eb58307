/** Comma- and tab-separated values (RFC 4180), read in pieces and written. */

import { dsvFormat } from "d3-dsv";
import { atomicWrite } from "./atomic-write.ts";
import { textCell } from "./cell-text.ts";
import { checkMade, checkOptions, checkPath } from "./check-call.ts";
import { delimiterLine, findDelimiter } from "./csv-delimiter.ts";
import { headerLookahead, looksLikeHeader } from "./csv-header.ts";
import { recordCutter } from "./csv-records.ts";
import { DataError } from "./errors.ts";
import { withoutGuard } from "./formula-cells.ts";
import type { OpenSink, RowSink, SourceOptions } from "./row-sink.ts";
import { checkColumnCount, numberedColumns, type Table } from "./table.ts";
import { readText } from "./text-encoding.ts";

/** A record that waits until it is known whether the first one holds names. */
interface HeldRecord {
  readonly cells: string[];
  readonly line: number;
}

/** @throws DataError unless one character that no field needs */
const checkDelimiter = (path: string, delimiter: string): string => {
  if (delimiter.length === 1 && !/["\r\n]/.test(delimiter)) return delimiter;
  const expected = "a delimiter of one character, such as a comma";
  throw new DataError({ path, expected, found: JSON.stringify(delimiter), fix: "Correct the option delimiter" });
};

/**
 * The rows of a CSV or TSV file in pieces of at most `chunkRows` rows, holding little more than that in memory. Blank
 * lines are passed over. Rows are counted by lines of the file, from 1, the header included. An apostrophe that keeps a
 * column's name from being a spreadsheet's formula is no part of the name. A first line `sep=;` names the delimiter.
 * @throws DataError for rows of unequal length, damaged quoting, and what the sink refuses, with row and column
 */
export async function* streamCsv<T>(
  path: string,
  options: SourceOptions,
  open: OpenSink<T>,
): AsyncGenerator<T, void, undefined> {
  const { chunkRows = 4096 } = options;
  const ready: T[] = [];
  const pieces = readText(path, options.encoding);
  let names: string[] | undefined;
  let sink: RowSink<T> | undefined;
  let line = 1;
  let blank: number | undefined;
  let held: HeldRecord[] = [];
  let cutter: ReturnType<typeof recordCutter> | undefined;
  let format: ReturnType<typeof dsvFormat> | undefined;
  let delimiter = "";

  const addRow = (cells: readonly string[], row: number) => {
    if (cells.length !== names!.length)
      throw new DataError({
        path,
        row,
        expected: `${names!.length} fields, as in the first row`,
        found: `${cells.length}`,
        fix: "Correct the row, or quote fields that hold the delimiter",
      });
    sink!.add(cells, row);
    if (sink!.rows >= chunkRows) ready.push(sink!.take());
  };

  const start = () => {
    const [first] = held;
    checkColumnCount(path, first!.cells.length);
    // Rows that are too short or too long are refused below.
    const header = options.header ?? looksLikeHeader(held.map(({ cells }) => cells));
    const numbered = numberedColumns(first!.cells.length);
    names = header ? first!.cells.map((name, i) => withoutGuard(name.trim()) || numbered[i]!) : numbered;
    sink = open(names, () => ({ encoding: pieces.encoding(), delimiter }));
    for (const { cells, line } of header ? held.slice(1) : held) addRow(cells, line);
    held = [];
  };

  const take = (cells: string[], row: number) => {
    if (sink) {
      addRow(cells, row);
      return;
    }
    held.push({ cells, line: row });
    if (held.length > headerLookahead) start();
  };

  const addRecord = (cells: string[]): null => {
    const row = line++;
    if (cells.length === 1 && cells[0]!.trim() === "") {
      blank = row;
      return null;
    }
    for (const cell of cells) for (let at = cell.indexOf("\n"); at >= 0; at = cell.indexOf("\n", at + 1)) line++;
    // In a single column a blank line inside the data can only be a missing value.
    if (blank !== undefined && (names ?? held[0]?.cells)?.length === 1) take([""], blank);
    take(cells, row);
    blank = undefined;
    return null;
  };

  const parse = (text: string) => text !== "" && format!.parseRows(text, addRecord);

  for await (let text of pieces) {
    options.signal?.throwIfAborted();
    if (text === "") continue;
    if (!cutter) {
      const stated = delimiterLine.exec(text);
      if (stated) {
        text = text.slice(stated[0].length);
        line = 2;
      }
      delimiter = checkDelimiter(
        path,
        options.delimiter ?? stated?.[1] ?? (/\.tsv(\.gz)?$/i.test(path) ? "\t" : findDelimiter(text)),
      );
      format = dsvFormat(delimiter);
      cutter = recordCutter(path, delimiter, line);
    }
    parse(cutter.push(text));
    yield* ready.splice(0);
  }
  if (cutter) parse(cutter.end());
  if (held.length > 0) start();
  if (!sink) throw new DataError({ path, expected: "rows", found: "an empty file" });
  if (sink.pending) ready.push(sink.take());
  yield* ready;
}

// The shortest decimal text that reads back as the same single-precision number.
const shortestFloat32 = (value: number): string => {
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return `${Number(text)}`;
  }
  return `${Number(value.toPrecision(9))}`;
};

/** A table as delimited text, in pieces: what {@link writeCsv} writes. */
export function* csvText(table: Table, delimiter = ","): Generator<string> {
  checkMade("csvText", table, ["columns", "values"], "a table: columns and values");
  const { columns, values } = table;
  const width = columns.length;
  const show = (value: number): string =>
    Object.is(value, -0) ? "-0" : values.dtype === "float32" ? shortestFloat32(value) : `${value}`;
  yield `${columns.map((name) => textCell(name, delimiter)).join(delimiter)}\n`;
  const rowsAtOnce = 1024;
  for (let start = 0; start < values.data.length; start += rowsAtOnce * width) {
    const lines: string[] = [];
    for (let at = start; at < Math.min(start + rowsAtOnce * width, values.data.length); at += width)
      lines.push(Array.from(values.data.subarray(at, at + width), show).join(delimiter), "\n");
    yield lines.join("");
  }
}

/**
 * Writes a table as CSV with a header, atomically. Numbers are the shortest text that reads back as the same value. A
 * column's name that a spreadsheet would run as a formula gets an apostrophe in front (see `formula-cells.ts`), which
 * {@link streamCsv} takes off again.
 * @param options.delimiter one character; default a tab for `.tsv`, else a comma
 * @throws DataError when the file cannot be written
 */
export const writeCsv = async (
  path: string,
  table: Table,
  options: { readonly delimiter?: string } = {},
): Promise<void> => {
  checkPath("writeCsv", path);
  checkOptions("writeCsv", options, { delimiter: true });
  if (!Array.isArray(table?.columns) || !table.values?.data || !Array.isArray(table.values.shape))
    throw new DataError({
      path,
      expected: "a table with columns and values",
      found: table === null ? "null" : typeof table,
      fix: "Give it { columns: [...], values }, with values of the shape [rows, columns]",
    });
  await atomicWrite(path, csvText(table, options.delimiter ?? (/\.tsv$/i.test(path) ? "\t" : ",")));
};

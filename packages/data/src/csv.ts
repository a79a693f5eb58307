/** Comma- and tab-separated values (RFC 4180), read in pieces and written. */

import { dsvFormat } from "d3-dsv";
import { atomicWrite } from "./atomic-write.ts";
import { readBytes } from "./bytes.ts";
import { checkMade, checkOptions, checkPath } from "./check-call.ts";
import { recordCutter } from "./csv-records.ts";
import { DataError } from "./errors.ts";
import { guardFormula, withoutGuard } from "./formula-cells.ts";
import {
  cellNumber,
  checkColumnCount,
  isText,
  numberedColumns,
  type Table,
  type TableBuilder,
  type TableOptions,
  tableBuilder,
} from "./table.ts";

/** A file's text in pieces: UTF-8, or UTF-16 where it starts with that byte-order mark; marks are taken off. */
export async function* readText(path: string): AsyncGenerator<string, void, undefined> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  try {
    for await (const bytes of readBytes(path)) {
      const mark = (bytes[0]! << 8) | (bytes[1] ?? 0);
      decoder ??= new TextDecoder(mark === 0xfffe ? "utf-16le" : mark === 0xfeff ? "utf-16be" : "utf-8", {
        fatal: true,
      });
      yield decoder.decode(bytes, { stream: true });
    }
    if (decoder) yield decoder.decode();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_ENCODING_INVALID_ENCODED_DATA") throw error;
    const fix = "Save the file as UTF-8";
    throw new DataError({ path, expected: "text in UTF-8", found: "bytes that are not", fix, cause: error });
  }
}

const sniffDelimiter = (text: string): string => {
  // What stands in quotes is part of a name.
  const [line = ""] = text.replace(/"[^"]*"/g, "").split(/[\r\n]/, 1);
  const counts = [",", "\t", ";"].map((delimiter) => [line.split(delimiter).length, delimiter] as const);
  return counts.reduce((most, next) => (next[0] > most[0] ? next : most))[1];
};

const isNumber = (cell: string): boolean => {
  const value = cellNumber(cell);
  return value !== undefined && !Number.isNaN(value);
};

// Names above numbers, or a first record without any number at all.
const looksLikeHeader = (first: readonly string[], second: readonly string[] | undefined): boolean =>
  first.some(isText) && (!first.some(isNumber) || first.some((cell, i) => isText(cell) && isNumber(second?.[i] ?? "")));

/**
 * The rows of a CSV or TSV file as tables of at most `chunkRows` rows, holding little more than that in memory. Blank
 * lines are passed over. Rows are counted by lines of the file, from 1, the header included. An apostrophe that keeps a
 * column's name from being a spreadsheet's formula is no part of the name.
 * @throws DataError for text, missing values, rows of unequal length and damaged quoting, with row and column
 */
export async function* streamCsv(path: string, options: TableOptions = {}): AsyncGenerator<Table, void, undefined> {
  const { chunkRows = 4096 } = options;
  const ready: Table[] = [];
  let names: string[] | undefined;
  let builder: TableBuilder | undefined;
  let line = 1;
  let blank: number | undefined;
  let first: { cells: string[]; line: number } | undefined;

  const addRow = (cells: readonly string[], row: number) => {
    if (cells.length !== names!.length)
      throw new DataError({
        path,
        row,
        expected: `${names!.length} fields, as in the first row`,
        found: `${cells.length}`,
        fix: "Correct the row, or quote fields that hold the delimiter",
      });
    builder!.add(cells, row);
    if (builder!.rows >= chunkRows) ready.push(builder!.take());
  };

  // The header can only be recognised once the second record is there.
  const start = (second: readonly string[] | undefined) => {
    checkColumnCount(path, first!.cells.length);
    const header = options.header ?? looksLikeHeader(first!.cells, second);
    const numbered = numberedColumns(first!.cells.length);
    names = header ? first!.cells.map((name, i) => withoutGuard(name.trim()) || numbered[i]!) : numbered;
    builder = tableBuilder(path, names, options);
    if (!header) addRow(first!.cells, first!.line);
  };

  const addRecord = (cells: string[]): null => {
    const row = line++;
    if (cells.length === 1 && cells[0]!.trim() === "") {
      blank = row;
      return null;
    }
    for (const cell of cells) for (let at = cell.indexOf("\n"); at >= 0; at = cell.indexOf("\n", at + 1)) line++;
    if (!first) first = { cells, line: row };
    else {
      if (!builder) start(cells);
      // In a single column a blank line inside the data can only be a missing value.
      if (blank !== undefined && names!.length === 1) addRow([""], blank);
      addRow(cells, row);
    }
    blank = undefined;
    return null;
  };

  let cutter: ReturnType<typeof recordCutter> | undefined;
  let format: ReturnType<typeof dsvFormat> | undefined;
  const parse = (text: string) => text !== "" && format!.parseRows(text, addRecord);

  for await (const text of readText(path)) {
    options.signal?.throwIfAborted();
    if (!cutter) {
      const delimiter = options.delimiter ?? (/\.tsv(\.gz)?$/i.test(path) ? "\t" : sniffDelimiter(text));
      format = dsvFormat(delimiter);
      cutter = recordCutter(path, delimiter);
    }
    parse(cutter.push(text));
    yield* ready.splice(0);
  }
  if (cutter) parse(cutter.end());
  if (first && !builder) start(undefined);
  if (!builder) throw new DataError({ path, expected: "rows of numbers", found: "an empty file" });
  if (builder.pending) ready.push(builder.take());
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

// A spreadsheet may take any of these for the delimiter, and what follows it for another cell.
const headerCell = (name: string, delimiter: string): string => {
  const guarded = guardFormula(name);
  const quoted = /[",;\t\r\n]/.test(guarded) || guarded.includes(delimiter);
  return quoted ? `"${guarded.replaceAll('"', '""')}"` : guarded;
};

/** A table as delimited text, in pieces: what {@link writeCsv} writes. */
export function* csvText(table: Table, delimiter = ","): Generator<string> {
  checkMade("csvText", table, ["columns", "values"], "a table: columns and values");
  const { columns, values } = table;
  const width = columns.length;
  const show = (value: number): string =>
    Object.is(value, -0) ? "-0" : values.dtype === "float32" ? shortestFloat32(value) : `${value}`;
  yield `${columns.map((name) => headerCell(name, delimiter)).join(delimiter)}\n`;
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

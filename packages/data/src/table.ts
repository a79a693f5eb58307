/** Tables of finite numbers, and how cells of any file format become one. */
import { type FloatType, type NdArray, ndarray } from "@scorefield/tensor";
import { DataError } from "./errors.ts";
import type { RowSink, SourceOptions } from "./row-sink.ts";

/** Named columns of finite numbers; `values` has the shape [rows, columns]. */
export interface Table<D extends FloatType = FloatType> {
  readonly columns: readonly string[];
  readonly values: D extends FloatType ? NdArray<D> : never;
  /**
   * Positions, counted from 0 among all rows, of those that were left out because they lack a number (`missing: "drop"`);
   * undefined where there are none of these.
   */
  readonly dropped?: readonly number[];
  /** Different texts of the column that was read as texts (`text`); its values are positions in this list. */
  readonly texts?: readonly string[];
}

/** What every reader of tables takes. */
export interface TableOptions<D extends FloatType = FloatType> extends SourceOptions {
  /** A column to read as texts, such as the names of classes. Default: all columns hold numbers. */
  readonly text?: string | undefined;
  /** What to do with a row that lacks a number: stop with a `DataError`, or leave the row out. Default `"error"`. */
  readonly missing?: "error" | "drop" | undefined;
  /** The element type of `values`. Default `"float64"`, which keeps what a text file says. */
  readonly dtype?: D | undefined;
}

/** More columns than any table has: the header of a damaged array may well say so. */
const mostColumns = 2 ** 20;

/** @throws DataError for more columns than a table may have */
export const checkColumnCount = (path: string, count: number): void => {
  if (count <= mostColumns) return;
  const fix = "Check that its rows are records, or turn it so that they are";
  throw new DataError({ path, expected: `at most ${mostColumns} columns`, found: `${count}`, fix });
};

/** `column1`, `column2`, ...: the names where a file has none. */
export const numberedColumns = (count: number): string[] => Array.from({ length: count }, (_, i) => `column${i + 1}`);

const mostNamesShown = 40;

/** Names in quotes, the first 40 of many. */
export const quoteNames = (names: readonly string[]): string => {
  const shown = names.slice(0, mostNamesShown).map((name) => JSON.stringify(name));
  return `${shown.join(", ")}${names.length > shown.length ? `, ... (${names.length} in all)` : ""}`;
};

/**
 * The positions in `names` of the columns that `columns` and `exclude` choose.
 * @throws DataError for a name that is not there, names that occur twice, too many of them, and when nothing is left
 */
export const selectColumns = (
  path: string,
  names: readonly string[],
  options: Pick<TableOptions, "columns" | "exclude">,
): number[] => {
  checkColumnCount(path, names.length);
  const position = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    if (position.has(name))
      throw new DataError({
        path,
        column: name,
        expected: "each column name once",
        found: `it for columns ${position.get(name)! + 1} and ${i + 1}`,
        fix: "Rename one of them in the file",
      });
    position.set(name, i);
  }
  const find = (name: string): number => {
    const i = position.get(name);
    if (i !== undefined) return i;
    throw new DataError({
      path,
      column: name,
      expected: "the name of a column of this file",
      found: `no such column; it has ${quoteNames(names)}`,
      fix: "Name columns exactly as the file does",
    });
  };
  const excluded = new Set(options.exclude?.map(find));
  const repeated = options.columns?.find((name, i, all) => all.indexOf(name) < i);
  if (repeated !== undefined)
    throw new DataError({ path, column: repeated, expected: "each column named once in columns", found: "it twice" });
  const chosen = (options.columns?.map(find) ?? [...names.keys()]).filter((i) => !excluded.has(i));
  if (chosen.length > 0) return chosen;
  throw new DataError({ path, expected: "at least one column", found: "none left by columns and exclude" });
};

const missingWords = new Set(["", "na", "n/a", "#n/a", "nan", "null", "none", "?"]);
const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const infinite = /^([+-]?)inf(inity)?$/i;

/** A cell's number; NaN where its value is missing; undefined where it holds something that is not a number. */
export const cellNumber = (cell: unknown): number | undefined => {
  if (typeof cell === "number") return cell;
  if (typeof cell === "string") {
    const value = Number(cell);
    // Number() also takes "", "0x1f" and the like; their first or second character gives every such text away.
    if (cell.charCodeAt(0) >= 43 && !(cell.charCodeAt(1) > 57) && Number.isFinite(value)) return value;
    const text = cell.trim();
    if (decimal.test(text)) return Number(text);
    const word = text.toLowerCase();
    if (missingWords.has(word)) return Number.NaN;
    if (word === "true" || word === "false") return Number(word === "true");
    const infinity = infinite.exec(text);
    return infinity ? (infinity[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY) : undefined;
  }
  if (typeof cell === "bigint" || typeof cell === "boolean") return Number(cell);
  return cell === null || cell === undefined ? Number.NaN : undefined;
};

/** True where a cell holds neither a number nor a missing value. */
const isText = (cell: unknown): boolean => cellNumber(cell) === undefined;

/** What a cell is, in the words of errors. */
export const describeCell = (cell: unknown): string => {
  if (typeof cell === "string")
    return `the text ${JSON.stringify(cell.length > 60 ? `${cell.slice(0, 57)}...` : cell)}`;
  if (cell instanceof Date) return `the date ${Number.isNaN(+cell) ? "(invalid)" : cell.toISOString()}`;
  if (cell instanceof Uint8Array) return "binary data";
  return Array.isArray(cell) ? "a list" : "a nested value";
};

/**
 * Rows of a table being read, from cells of any kind: see {@link cellNumber}. Word of rows that were left out is pending too.
 */
export type TableBuilder = RowSink<Table>;

const matrix = (data: Float32Array | Float64Array, width: number): Table["values"] => {
  const shape = [data.length / width, width];
  return data instanceof Float32Array ? ndarray(data, shape) : ndarray(data, shape);
};

/** Collects rows whose cells stand in the order of `names` into tables of the columns that the options choose. */
export const tableBuilder = (path: string, names: readonly string[], options: TableOptions): TableBuilder => {
  const chosen = selectColumns(path, names, options);
  const columns = chosen.map((i) => names[i]!);
  const width = columns.length;
  const textAt = options.text === undefined ? -1 : columns.indexOf(options.text);
  const texts: string[] = [];
  const codes = new Map<string, number>();
  const codeOf = (cell: unknown): number => {
    const text = `${cell ?? ""}`.trim();
    const code = codes.get(text) ?? codes.size;
    if (code === texts.length) {
      codes.set(text, code);
      texts.push(text);
    }
    return code;
  };
  const make = (length: number) => (options.dtype === "float32" ? new Float32Array(length) : new Float64Array(length));
  const limit = options.dtype === "float32" ? 2 ** 128 - 2 ** 103 : Number.POSITIVE_INFINITY;
  let values = make(width * Math.ceil(1024 / width));
  let rows = 0;
  let seen = 0;
  let dropped: number[] = [];

  const refuse = (cells: ArrayLike<unknown>, row: number, column: string, cell: unknown, value: number | undefined) => {
    if (value === undefined) {
      const text = columns.filter((_, j) => j !== textAt && isText(cells[chosen[j]!]));
      const comma = typeof cell === "string" && /^\s*[+-]?\d*,\d+(e[+-]?\d+)?\s*$/i.test(cell);
      return new DataError({
        path,
        row,
        column,
        expected: "a number",
        found: describeCell(cell),
        fix: `${comma ? "Write decimal points in place of commas, or leave" : "Leave"} columns that are not numbers out with exclude: [${quoteNames(text)}], or name the ones to read with columns`,
      });
    }
    if (Number.isNaN(value)) {
      const blank = typeof cell === "string" && cell.trim() !== "" ? ` (${JSON.stringify(cell)})` : "";
      return new DataError({
        path,
        row,
        column,
        expected: "a number",
        found: `a missing value${blank}`,
        fix: `Fill it in, leave rows like this out with missing: "drop", or leave the column out with exclude: [${quoteNames([column])}]`,
      });
    }
    const fix = "Correct the value, or remove the row";
    const expected = options.dtype === "float32" ? "a finite float32" : "a finite number";
    return new DataError({ path, row, column, expected, found: `${value}`, fix });
  };

  return {
    get rows() {
      return rows;
    },
    get pending() {
      return rows > 0 || dropped.length > 0;
    },
    add(cells, row) {
      if ((rows + 1) * width > values.length) {
        const larger = make(values.length * 2);
        larger.set(values);
        values = larger;
      }
      const start = rows * width;
      let incomplete = false;
      for (let j = 0; j < width; j++) {
        const cell = cells[chosen[j]!];
        const value = j === textAt ? codeOf(cell) : cellNumber(cell);
        if (value !== undefined && Math.abs(value) < limit) values[start + j] = value;
        else if (Number.isNaN(value) && options.missing === "drop") incomplete = true;
        else throw refuse(cells, row, columns[j]!, cell, value);
      }
      if (incomplete) dropped.push(seen);
      else rows++;
      seen++;
    },
    take() {
      const data = values.slice(0, rows * width);
      const left = dropped;
      rows = 0;
      dropped = [];
      return {
        columns,
        values: matrix(data, width),
        ...(left.length > 0 && { dropped: left }),
        ...(textAt >= 0 && { texts }),
      };
    },
  };
};

/** One table of all the rows of tables with the same columns. @throws DataError when there is no row */
export const joinTables = async (path: string, parts: AsyncIterable<Table> | Iterable<Table>): Promise<Table> => {
  const pieces: Table[] = [];
  let rows = 0;
  for await (const piece of parts) {
    pieces.push(piece);
    rows += piece.values.shape[0]!;
  }
  if (rows === 0) throw new DataError({ path, expected: "at least one row", found: "none" });
  if (pieces.length === 1) return pieces[0]!;
  const { columns, values } = pieces[0]!;
  // The last piece has the texts of all.
  const { texts } = pieces.at(-1)!;
  const dropped = pieces.flatMap((piece) => piece.dropped ?? []);
  const data = new (values.dtype === "float32" ? Float32Array : Float64Array)(rows * columns.length);
  let offset = 0;
  // Letting each piece go once it is copied keeps the peak near one table instead of two.
  for (let piece = pieces.shift(); piece; piece = pieces.shift()) {
    data.set(piece.values.data, offset);
    offset += piece.values.data.length;
  }
  return {
    columns,
    values: matrix(data, columns.length),
    ...(dropped.length > 0 && { dropped }),
    ...(texts && { texts }),
  };
};

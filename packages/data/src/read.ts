/** Tables, cells and arrays from files, the format chosen by the file's name. */
import type { FloatType, NdArray } from "@scorefield/tensor";
import type { Known } from "@scorefield/tensor/internal";
import { arrayRows } from "./array-rows.ts";
import { withSource } from "./bytes.ts";
import { type CellOptions, type CellTable, cellsSink, sourceOptions } from "./cells.ts";
import { checkOptions, checkPath } from "./check-call.ts";
import { streamCsv } from "./csv.ts";
import { DataError, describeSystemError } from "./errors.ts";
import { readHdf5 } from "./hdf5/hdf5.ts";
import { readIdxFrom } from "./idx.ts";
import { streamJsonLines } from "./json-lines.ts";
import { readNpy } from "./npy-file.ts";
import { streamNpy } from "./npy-rows.ts";
import { readNpzArray } from "./npz.ts";
import { parquetCells, streamParquet } from "./parquet.ts";
import { type RawCells, rawSink } from "./raw-cells.ts";
import type { OpenSink, SourceOptions } from "./row-sink.ts";
import { streamSqlite } from "./sqlite.ts";
import type { StoredArray } from "./stored-array.ts";
import { joinTables, type Table, type TableOptions, tableBuilder } from "./table.ts";
import { streamXlsx } from "./xlsx.ts";

type Format = "csv" | "npy" | "npz" | "parquet" | "json lines" | "idx" | "xlsx" | "sqlite" | "hdf5";

/** Formats that a table is read from. */
const tableFormats = ["csv", "npy", "npz", "parquet", "json lines", "xlsx", "sqlite", "idx", "hdf5"] as const;

const endings: readonly (readonly [RegExp, Format])[] = [
  [/\.(csv|tsv|txt|data)(\.gz)?$/i, "csv"],
  [/\.npy(\.gz)?$/i, "npy"],
  [/\.npz$/i, "npz"],
  [/\.parquet$/i, "parquet"],
  [/\.(jsonl|ndjson)(\.gz)?$/i, "json lines"],
  [/\.(xlsx|xlsm)$/i, "xlsx"],
  [/\.(sqlite|sqlite3|db)$/i, "sqlite"],
  [/(\.idx|[.-]idx\d-u?byte)(\.gz)?$/i, "idx"],
  [/\.(h5|hdf5)$/i, "hdf5"],
];

const formatOf = (path: string, taken: readonly Format[]): Format => {
  const format = endings.find(([ending]) => ending.test(path))?.[1];
  if (format && taken.includes(format)) return format;
  if (/\.xls$/i.test(path)) {
    const fix = "Open it in a spreadsheet, and save it as .xlsx or CSV";
    throw new DataError({
      path,
      expected: "a workbook of Excel 2007 or later (.xlsx)",
      found: "an older one (.xls)",
      fix,
    });
  }
  const known = {
    csv: ".csv, .tsv, .txt, .data",
    "json lines": ".jsonl, .ndjson",
    sqlite: ".sqlite, .sqlite3, .db",
    idx: ".idx, -idx3-ubyte",
    hdf5: ".h5, .hdf5",
  } as const;
  const names = taken.map((format) => (format in known ? known[format as keyof typeof known] : `.${format}`));
  throw new DataError({
    path,
    expected: `a file name that ends in ${names.join(", ")} (also with .gz, except .npz, .parquet, .xlsx, .sqlite and .h5)`,
    found: format ? `a ${format} file, which is not read here` : "another ending",
    fix: format
      ? "Use readTable for tables and readArray for arrays"
      : "Convert the file, or rename it if its format is one of these",
  });
};

/** Reads an IDX file, gzip or not. */
const readIdx = (path: string): Promise<NdArray> => withSource(path, (source) => readIdxFrom(source, path));

/** @throws DataError for complex numbers, which are no columns */
const realOnly = (array: StoredArray, path: string): StoredArray => {
  if (!array.complex) return array;
  const fix = "Save real and imaginary parts, or magnitudes, as columns";
  throw new DataError({ path, expected: "real numbers", found: "complex numbers", fix });
};

/** The rows of a file, given to the sink that `open` makes. */
async function* rowsOf<T>(path: string, options: SourceOptions, open: OpenSink<T>): AsyncGenerator<T, void, undefined> {
  switch (formatOf(path, tableFormats)) {
    case "csv":
      return yield* streamCsv(path, options, open);
    case "npy":
      return yield* streamNpy(path, options, open);
    case "npz":
      return yield* arrayRows(await readNpzArray(path, options.array), path, options, open);
    case "parquet":
      return yield* parquetCells(path, options, open);
    case "json lines":
      return yield* streamJsonLines(path, options, open);
    case "xlsx":
      return yield* streamXlsx(path, options, open);
    case "sqlite":
      return yield* streamSqlite(path, options, open);
    case "idx":
      return yield* arrayRows(await readIdx(path), path, options, open);
    case "hdf5":
      return yield* arrayRows(realOnly(await readHdf5(path, options.array), path), path, options, open);
  }
}

/** The rows of a file as tables of numbers. */
async function* tablesOf(path: string, options: TableOptions): AsyncGenerator<Table, void, undefined> {
  if (formatOf(path, tableFormats) === "parquet") yield* streamParquet(path, "table", options);
  else yield* rowsOf(path, options, (names) => tableBuilder(path, names, options));
}

const known = {
  columns: true,
  exclude: true,
  text: true,
  missing: true,
  dtype: true,
  header: true,
  delimiter: true,
  encoding: true,
  array: true,
  sheet: true,
  table: true,
  chunkRows: true,
  signal: true,
} satisfies Known<TableOptions>;

/**
 * The rows of a file in pieces of at most `options.chunkRows` rows, for files larger than memory: CSV, TSV, NPY (in C
 * order), JSON lines and Parquet (by row groups) are read as they are asked for; NPZ, IDX, Excel and SQLite are read whole first.
 * @throws DataError as {@link readTable}
 */
export async function* streamRows(path: string, options: TableOptions = {}): AsyncGenerator<Table, void, undefined> {
  checkPath("readTable", path);
  checkOptions("readTable", options, known);
  const { chunkRows = 4096 } = options;
  if (!Number.isInteger(chunkRows) || chunkRows < 1)
    throw new DataError({ path, expected: "chunkRows to be a whole number of at least 1", found: `${chunkRows}` });
  try {
    yield* tablesOf(path, options);
  } catch (error) {
    throw describeSystemError(error, path, "a table");
  }
}

/**
 * Reads a table of numbers: `.csv`, `.tsv`, `.txt`, `.data`, `.npy`, `.npz`, `.parquet`, `.jsonl`, `.ndjson`, `.xlsx`,
 * `.sqlite`, `.sqlite3`, `.db`, `.idx`. Text files, `.npy` and `.idx` may also end in `.gz`. Arrays need one or two axes; their columns are named `column1`, `column2`, ...
 * @throws DataError for missing values, for columns that are not numbers (both with row and column), for damaged,
 * missing, empty and unknown files
 */
export const readTable = async <D extends FloatType = "float64">(
  path: string,
  options: TableOptions<D> = {},
): Promise<Table<D>> => {
  try {
    return (await joinTables(path, streamRows(path, options))) as Table<D>;
  } catch (error) {
    throw describeSystemError(error, path, "a table");
  }
};

const knownToCells = {
  columns: true,
  exclude: true,
  header: true,
  delimiter: true,
  encoding: true,
  decimal: true,
  thousands: true,
  date: true,
  missingWords: true,
  sheet: true,
  table: true,
  array: true,
  signal: true,
} satisfies Known<CellOptions>;

const checkMarks = ({ decimal, thousands }: CellOptions): void => {
  const fix = "Correct it, or leave it out to have it found";
  if (decimal !== undefined && decimal !== "." && decimal !== ",")
    throw new DataError({ expected: 'the option decimal to be "." or ","', found: JSON.stringify(decimal), fix });
  if (thousands !== undefined && !["", ",", ".", "'", "’", " ", "\u00a0", "\u202f", "\u2009"].includes(thousands))
    throw new DataError({
      expected: "the option thousands to be a comma, a point, a blank, an apostrophe, or empty for none",
      found: JSON.stringify(thousands),
      fix,
    });
  if (thousands && thousands === decimal)
    throw new DataError({ expected: "decimal and thousands to differ", found: JSON.stringify(decimal), fix });
};

/**
 * Reads the cells of a table whatever they hold: numbers, words, dates, truth values, and missing ones. Formats as
 * {@link readTable}. In text files the encoding, the delimiter, and how numbers are written are found where the options do
 * not say them; `found` and `remarks` of the result tell. 12 bytes are held for each cell, and 8 more for each one of a column
 * that may be read in two ways.
 *
 * Missing are empty cells and `NA`, `N/A`, `#N/A`, `NaN`, `null`, `<NA>`, `\N` and `?`, in capitals or not. `-`, `.`, `none`,
 * `nil`, `missing` and a spreadsheet's errors are missing in a column whose other cells all start with a digit, as numbers and
 * dates do, and words in others.
 * @throws DataError for damaged, missing, empty and unknown files, for rows of unequal length, and for lists, structs and
 * binary data, with row and column
 */
export const readCells = async (path: string, options: CellOptions = {}): Promise<CellTable> => {
  checkPath("readCells", path);
  checkOptions("readCells", options, knownToCells);
  checkMarks(options);
  options.signal?.throwIfAborted();
  try {
    const format = formatOf(path, tableFormats);
    const keepsTypes = format !== "csv";
    // The reader of Parquet files gives the chosen columns only.
    const chosen = format === "parquet" ? { ...options, exclude: undefined } : options;
    let table: CellTable | undefined;
    for await (const cells of rowsOf(path, sourceOptions(options), (names, found) =>
      cellsSink(path, names, chosen, found, keepsTypes),
    ))
      table = cells;
    if (table && table.rows > 0) return table;
  } catch (error) {
    throw describeSystemError(error, path, "a table");
  }
  throw new DataError({ path, expected: "at least one row", found: "none" });
};

/**
 * Reads the cells of a table as its file has them: texts of a text file as they are written, in other formats the values that
 * they keep. Formats as {@link readTable}; rows as those of {@link readCells}.
 * @throws DataError for damaged, missing, empty and unknown files, and for rows of unequal length
 */
export const readRawCells = async (path: string, options: SourceOptions = {}): Promise<RawCells> => {
  checkPath("readRawCells", path);
  options.signal?.throwIfAborted();
  try {
    for await (const cells of rowsOf(path, options, rawSink)) return cells;
  } catch (error) {
    throw describeSystemError(error, path, "a table");
  }
  throw new DataError({ path, expected: "at least one row", found: "none" });
};

/**
 * Reads an array of any rank: `.npy`, `.npz` (see {@link readNpzArray}), `.h5` and `.hdf5` (see {@link readHdf5}), `.idx` or a name
 * such as `-idx3-ubyte`, also with `.gz`, except `.npz` and `.h5`. The element types are the same as for {@link readNpy}.
 * @param options.array for `.npz` and `.h5`: which array
 * @throws DataError for damaged, missing and unknown files; as `readTable` for what is no path, and unknown options
 */
export const readArray = async (path: string, options: { readonly array?: string } = {}): Promise<StoredArray> => {
  checkPath("readArray", path);
  checkOptions("readArray", options, { array: true });
  switch (formatOf(path, ["npy", "npz", "idx", "hdf5"])) {
    case "npy":
      return readNpy(path);
    case "npz":
      return readNpzArray(path, options.array);
    case "hdf5":
      return readHdf5(path, options.array);
    default:
      return readIdx(path);
  }
};

/** Tables and arrays from files, the format chosen by the file's name. */
import type { FloatType, NdArray } from "@scorefield/tensor";
import type { Known } from "@scorefield/tensor/internal";
import { arrayRows } from "./array-rows.ts";
import { withSource } from "./bytes.ts";
import { checkOptions, checkPath } from "./check-call.ts";
import { streamCsv } from "./csv.ts";
import { DataError, describeSystemError } from "./errors.ts";
import { readIdxFrom } from "./idx.ts";
import { streamJsonLines } from "./json-lines.ts";
import { readNpy } from "./npy-file.ts";
import { streamNpy } from "./npy-rows.ts";
import { readNpzArray } from "./npz.ts";
import { streamParquet } from "./parquet.ts";
import { joinTables, type Table, type TableOptions } from "./table.ts";

type Format = "csv" | "npy" | "npz" | "parquet" | "json lines" | "idx";

const endings: readonly (readonly [RegExp, Format])[] = [
  [/\.(csv|tsv|txt)(\.gz)?$/i, "csv"],
  [/\.npy(\.gz)?$/i, "npy"],
  [/\.npz$/i, "npz"],
  [/\.parquet$/i, "parquet"],
  [/\.(jsonl|ndjson)(\.gz)?$/i, "json lines"],
  [/(\.idx|[.-]idx\d-u?byte)(\.gz)?$/i, "idx"],
];

const formatOf = (path: string, taken: readonly Format[]): Format => {
  const format = endings.find(([ending]) => ending.test(path))?.[1];
  if (format && taken.includes(format)) return format;
  const known = { csv: ".csv, .tsv, .txt", "json lines": ".jsonl, .ndjson", idx: ".idx, -idx3-ubyte" } as const;
  const names = taken.map((format) => (format in known ? known[format as keyof typeof known] : `.${format}`));
  throw new DataError({
    path,
    expected: `a file name that ends in ${names.join(", ")} (also with .gz, except .npz and .parquet)`,
    found: format ? `a ${format} file, which is not read here` : "another ending",
    fix: format
      ? "Use readTable for tables and readArray for arrays"
      : "Convert the file, or rename it if its format is one of these",
  });
};

/** Reads an IDX file, gzip or not. */
const readIdx = (path: string): Promise<NdArray> => withSource(path, (source) => readIdxFrom(source, path));

async function* rowsOf(path: string, options: TableOptions): AsyncGenerator<Table, void, undefined> {
  switch (formatOf(path, ["csv", "npy", "npz", "parquet", "json lines", "idx"])) {
    case "csv":
      return yield* streamCsv(path, options);
    case "npy":
      return yield* streamNpy(path, options);
    case "npz":
      return yield* arrayRows(await readNpzArray(path, options.array), path, options);
    case "parquet":
      return yield* streamParquet(path, options);
    case "json lines":
      return yield* streamJsonLines(path, options);
    case "idx":
      return yield* arrayRows(await readIdx(path), path, options);
  }
}

const known = {
  columns: true,
  exclude: true,
  text: true,
  missing: true,
  dtype: true,
  header: true,
  delimiter: true,
  array: true,
  chunkRows: true,
  signal: true,
} satisfies Known<TableOptions>;

/**
 * The rows of a file in pieces of at most `options.chunkRows` rows, for files larger than memory: CSV, TSV, NPY (in C
 * order), JSON lines and Parquet (by row groups) are read as they are asked for; NPZ and IDX are read whole first.
 * @throws DataError as {@link readTable}
 */
export async function* streamRows(path: string, options: TableOptions = {}): AsyncGenerator<Table, void, undefined> {
  checkPath("readTable", path);
  checkOptions("readTable", options, known);
  const { chunkRows = 4096 } = options;
  if (!Number.isInteger(chunkRows) || chunkRows < 1)
    throw new DataError({ path, expected: "chunkRows to be a whole number of at least 1", found: `${chunkRows}` });
  try {
    yield* rowsOf(path, options);
  } catch (error) {
    throw describeSystemError(error, path, "a table");
  }
}

/**
 * Reads a table of numbers: `.csv`, `.tsv`, `.txt`, `.npy`, `.npz`, `.parquet`, `.jsonl`, `.ndjson`, `.idx`.
 * Text files, `.npy` and `.idx` may also end in `.gz`. Arrays need one or two axes; their columns are named `column1`, `column2`, ...
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

/**
 * Reads an array of any rank: `.npy`, `.npz` (see {@link readNpzArray}), `.idx` or a name such as `-idx3-ubyte`, also
 * with `.gz`, except `.npz`. The element types are the same as for {@link readNpy}.
 * @param options.array for `.npz`: which array
 * @throws DataError for damaged, missing and unknown files; as `readTable` for what is no path, and unknown options
 */
export const readArray = async (path: string, options: { readonly array?: string } = {}): Promise<NdArray> => {
  checkPath("readArray", path);
  checkOptions("readArray", options, { array: true });
  switch (formatOf(path, ["npy", "npz", "idx"])) {
    case "npy":
      return readNpy(path);
    case "npz":
      return readNpzArray(path, options.array);
    default:
      return readIdx(path);
  }
};

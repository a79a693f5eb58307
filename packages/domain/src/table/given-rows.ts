/** Rows that the user gives to a run. */
import { ArgumentError } from "@scorefield/core";
import { DataError, readTable } from "@scorefield/data";
import type { NdArray } from "@scorefield/tensor";
import type { GivenData, GivenOptions } from "../domain.ts";
import { fingerprint } from "../fingerprint.ts";
import { columnNames } from "../names.ts";
import { arraySamples, type Composition } from "../samples.ts";
import { takeCells } from "./column/given-cells.ts";
import { archiveLabels, withoutColumn } from "./labels.ts";
import { readCellsOf, readingOf } from "./read-table-cells.ts";
import { isArchive, type Rows, type TableSettings } from "./table-settings.ts";

/** Where the rows that are left stand among all, from 0. */
const positionsOf = (count: number, dropped: readonly number[]): Int32Array => {
  const left = new Set(dropped);
  return Int32Array.from({ length: count + left.size }, (_, i) => i).filter((i) => !left.has(i));
};

const about = ({ columns, table, shape }: Composition, values: Rows) => {
  const names = columns ?? columnNames({ shape });
  return arraySamples(values, { columns: names, ...(table && { table }), sha256: fingerprint(names, values) });
};

/** In these the person cannot leave columns out, which are those that the run models. */
const withoutExclude = (error: unknown, missing: string | undefined): unknown =>
  error instanceof DataError && error.row !== undefined && /exclude: \[/.test(error.details.fix ?? "")
    ? new DataError({
        ...error.details,
        fix: `The run models this column: fill its values in with numbers${missing === "drop" ? "" : ', or leave rows that lack one out with missing: "drop"'}`,
      })
    : error;

interface Found {
  readonly values: Rows;
  readonly labels?: Float64Array | undefined;
  readonly dropped?: readonly number[] | undefined;
}

/** Rows in the columns of a table. A label is read as numbers, or as the position of a text among all. */
const readColumns = async (
  path: string,
  columns: NonNullable<Composition["table"]>,
  array: string | undefined,
  options: GivenOptions,
): Promise<Found> => {
  const { label, missing, partial = false, settings = {}, signal } = options;
  const names = columns.map(({ name }) => name);
  const labelled = label !== undefined && !isArchive(path);
  const wanted = partial ? undefined : labelled ? [...names, label] : names;
  const reading = readingOf(settings as Partial<TableSettings>);
  // Another file may have other fields and names than the run's own.
  const cells = await readCellsOf(path, columns, {
    ...reading,
    header: undefined,
    delimiter: undefined,
    array,
    columns: wanted,
    signal,
  });
  const { values, dropped } = takeCells(cells, columns, { path, missing, partial });
  if (!labelled) return { values, dropped };
  const own = cells.columns.find(({ name }) => name === label)!;
  const left = new Set(dropped);
  const all = own.other === 0 ? own.numbers : Float64Array.from(own.codes, (code) => (code < 0 ? Number.NaN : code));
  return { values, dropped, labels: all.filter((_, row) => !left.has(row)) };
};

/** Rows of numbers alone. */
const readNumbers = async (
  path: string,
  columns: readonly string[],
  array: string | undefined,
  { label, missing: given, signal }: GivenOptions,
): Promise<Found> => {
  if (given === "keep")
    throw new ArgumentError(
      `${path}: expected a run that knows missing cells, found one of numbers alone, which was trained without any`,
    );
  const missing = given;
  const archive = isArchive(path);
  const wanted = label === undefined || archive ? columns : [...columns, label];
  const read = await readTable(path, { columns: wanted.length > 0 ? wanted : undefined, array, missing, signal }).catch(
    (error) => {
      throw withoutExclude(error, missing);
    },
  );
  const values = read.values as Rows;
  const { dropped } = read;
  return label === undefined || archive ? { values, dropped } : { ...withoutColumn(values, columns.length), dropped };
};

/**
 * Reads the run's columns, and no others, from a table.
 * @throws DataError for data that cannot be read, lack a column, have no row, or have a level that the run has not learnt;
 *   ArgumentError for a label that is modelled
 */
export const readGivenRows = async (path: string, options: GivenOptions): Promise<GivenData> => {
  const { like, settings, label, missing } = options;
  const columns = like.columns ?? [];
  const archive = isArchive(path);
  const array = archive && typeof settings?.array === "string" ? settings.array : undefined;
  if (label !== undefined && columns.includes(label))
    throw new DataError({ path, column: label, expected: "a label that the run does not model", found: "one it does" });
  if (label !== undefined && archive && missing === "drop")
    throw new ArgumentError(`${path}: expected missing: "error" with an array of labels, found "drop"`);
  const {
    values,
    labels,
    dropped = [],
  } = await (like.table ? readColumns(path, like.table, array, options) : readNumbers(path, columns, array, options));
  const rows = values.shape[0]!;
  if (rows === 0) throw new DataError({ path, expected: "at least one row", found: "none" });
  if (values.shape[1] !== like.shape[0])
    throw new DataError({ path, expected: `${like.shape[0]} columns, as the run's`, found: `${values.shape[1]}` });
  const found = label !== undefined && archive ? await archiveLabels(path, label, rows) : labels;
  return {
    samples: about(like, values as NdArray<"float64">),
    ...(found && { labels: found }),
    ...(dropped.length > 0 && { dropped: dropped.length, positions: positionsOf(rows, dropped) }),
  };
};

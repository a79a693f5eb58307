/** The rows that the settings of a table name. */
import { resolve } from "node:path";
import { DataError, readTable, takeRows } from "@scorefield/data";
import type { NdArray } from "@scorefield/tensor";
import type { ReadData, ReadOptions } from "../domain.ts";
import { fingerprint } from "../fingerprint.ts";
import { arraySamples } from "../samples.ts";
import { archiveLabels, rowsLabelled, withoutColumn } from "./labels.ts";
import { readCellRows } from "./read-columns.ts";
import { isArchive, isArray, noLabel, type Rows, type TableSettings } from "./table-settings.ts";

interface NamedRows {
  readonly columns: readonly string[];
  readonly values: Rows;
}

/** Rows of numbers alone, as they are. */
const readNumbers = async (settings: TableSettings, { folder = ".", signal }: ReadOptions): Promise<NamedRows> => {
  const { label, only, array, header, delimiter } = settings;
  const missing = settings.missing === "drop" ? "drop" : "error";
  const path = resolve(folder, settings.path);
  const archive = isArchive(path);
  if (archive && label !== undefined && missing === "drop")
    throw new DataError({ path, expected: 'missing: "error" with a label array', found: '"drop"' });
  const { columns, exclude = [] } = settings;
  const options = { columns, exclude, array, missing, header, delimiter, signal } as const;
  if (label === undefined) return readTable(path, options);
  // Labels that choose no rows are left unread, so that they may be text.
  if (!only && !archive) return readTable(path, { ...options, exclude: [...exclude, label] });
  const all = columns && !archive ? [...columns, label] : columns;
  const table = await readTable(path, { ...options, columns: all, text: archive ? undefined : label });
  const rows = table.values.shape[0]!;
  const at = table.columns.indexOf(label);
  if (!archive && at < 0) throw noLabel(path, label, table.columns);
  if (!archive && table.columns.length < 2)
    throw new DataError({ path, expected: "a column beside the label", found: "none" });
  const { labels, ...rest } = archive
    ? { ...table, labels: await archiveLabels(path, label, rows) }
    : { columns: table.columns.filter((_, j) => j !== at), ...withoutColumn(table.values, at) };
  if (!only) return rest;
  const texts = Array.from(labels, (value) => (archive ? `${value}` : table.texts![value]!));
  const chosen = rowsLabelled(texts, only, { path, column: label });
  return { columns: rest.columns, values: takeRows(rest.values as NdArray<"float64">, chosen) };
};

const checkSettings = ({ label, only, array, path: given }: TableSettings, { folder = "." }: ReadOptions): void => {
  const path = resolve(folder, given);
  if (array !== undefined && !isArchive(path))
    throw new DataError({ path, expected: "an .npz file for the option array", found: JSON.stringify(array) });
  if (only && label === undefined)
    throw new DataError({ path, expected: "a label with only", found: "none", fix: "Name the label's column" });
};

const lacksNumber = (error: unknown): boolean =>
  error instanceof DataError && error.row !== undefined && error.details.found.startsWith("a missing value");

/**
 * The rows of a table's settings, in the file's order. Those of arrays are numbers as they are, unless kinds are said or
 * cells are missing. Those of other files are in columns whose kinds are found.
 * @throws DataError for missing and damaged data, and for cells that no column can hold, naming row and column
 */
export const readFileRows = async (settings: TableSettings, options: ReadOptions = {}): Promise<ReadData> => {
  checkSettings(settings, options);
  const asNumbers = async (): Promise<ReadData> => {
    const { columns, values } = await readNumbers(settings, options);
    return { samples: arraySamples(values, { columns, sha256: fingerprint(columns, values) }), settings };
  };
  // A run of before kinds were found, or of an array.
  if (options.like) return options.like.table ? readCellRows(settings, options) : asNumbers();
  if (!isArray(settings.path) || settings.kinds) return readCellRows(settings, options);
  try {
    return await asNumbers();
  } catch (error) {
    if (settings.missing !== "model" || !lacksNumber(error)) throw error;
    return readCellRows(settings, options);
  }
};

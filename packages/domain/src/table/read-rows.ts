/** The rows that the settings of a table name. */
import { resolve } from "node:path";
import { DataError, readTable, takeRows } from "@scorefield/data";
import type { NdArray } from "@scorefield/tensor";
import type { ReadData, ReadOptions } from "../domain.ts";
import { fingerprint } from "../fingerprint.ts";
import { arraySamples } from "../samples.ts";
import type { DataSettings } from "../settings.ts";
import { archiveLabels, rowsLabelled, withoutColumn } from "./labels.ts";

/** Rows in the units of the data, [n, columns]. */
export type Rows = NdArray<"float32"> | NdArray<"float64">;

/** Settings of a table. */
export interface TableSettings extends DataSettings {
  readonly kind: "file";
  readonly path: string;
  readonly columns?: readonly string[];
  readonly exclude?: readonly string[];
  readonly label?: string;
  readonly only?: readonly (string | number)[];
  readonly array?: string;
  readonly missing: "error" | "drop";
  readonly header?: boolean;
  readonly delimiter?: string;
}

interface NamedRows {
  readonly columns: readonly string[];
  readonly values: Rows;
}

/** Whether a file is an archive of several arrays. */
export const isArchive = (path: string): boolean => /\.npz$/i.test(path);

const readRows = async (settings: TableSettings, { folder = ".", signal }: ReadOptions): Promise<NamedRows> => {
  const { label, only, array, missing, header, delimiter } = settings;
  const path = resolve(folder, settings.path);
  const archive = isArchive(path);
  if (array !== undefined && !archive)
    throw new DataError({ path, expected: "an .npz file for the option array", found: JSON.stringify(array) });
  if (only && label === undefined)
    throw new DataError({ path, expected: "a label with only", found: "none", fix: "Name the label's column" });
  if (archive && label !== undefined && missing === "drop")
    throw new DataError({ path, expected: 'missing: "error" with a label array', found: '"drop"' });
  const { columns, exclude = [] } = settings;
  const options = { columns, exclude, array, missing, header, delimiter, signal };
  if (label === undefined) return readTable(path, options);
  // Labels that choose no rows are left unread, so that they may be text.
  if (!only && !archive) return readTable(path, { ...options, exclude: [...exclude, label] });
  const all = columns && !archive ? [...columns, label] : columns;
  const table = await readTable(path, { ...options, columns: all, text: archive ? undefined : label });
  const rows = table.values.shape[0]!;
  const at = table.columns.indexOf(label);
  if (!archive && at < 0)
    throw new DataError({
      path,
      column: label,
      expected: "the label among the columns",
      found: table.columns.join(", "),
      fix: "Name it exactly as the file does, and do not exclude it",
    });
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

/**
 * The rows of a table's settings, in the file's order.
 * @throws DataError for missing, damaged or non-numeric data, naming row and column
 */
export const readFileRows = async (settings: TableSettings, options: ReadOptions = {}): Promise<ReadData> => {
  const { columns, values } = await readRows(settings, options);
  return { samples: arraySamples(values, { columns, sha256: fingerprint(columns, values) }), settings };
};

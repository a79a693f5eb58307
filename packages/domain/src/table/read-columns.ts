/** Rows of a table in columns whose kinds are found, said, or those of a run. */
import { resolve } from "node:path";
import { type CellTable, DataError, takeRows } from "@scorefield/data";
import type { NdArray } from "@scorefield/tensor";
import type { ReadData, ReadOptions } from "../domain.ts";
import { fingerprint } from "../fingerprint.ts";
import { arraySamples } from "../samples.ts";
import { chosenOrders } from "./column/chosen-kinds.ts";
import { findColumns } from "./column/find-columns.ts";
import { takeCells } from "./column/given-cells.ts";
import { archiveLabels, rowsLabelled } from "./labels.ts";

import { readCellsOf, readingOf, readTableCells } from "./read-table-cells.ts";
import { isPlain, type TableColumn } from "./table-column.ts";
import { isArchive, noLabel, type TableSettings } from "./table-settings.ts";

/** Rows with NaN in them, of columns, as the settings have them. */
interface ColumnRows {
  readonly table: readonly TableColumn[];
  readonly values: NdArray<"float64">;
}

/** Which rows hold a number in every column. */
const completeRows = ({ data, shape: [n = 0, width = 0] }: NdArray<"float64">): number[] => {
  const rows: number[] = [];
  for (let row = 0; row < n; row++) {
    let complete = true;
    for (let at = row * width; at < (row + 1) * width && complete; at++) complete = !Number.isNaN(data[at]!);
    if (complete) rows.push(row);
  }
  return rows;
};

/** @throws DataError for the first missing cell */
const refuseMissing = (path: string, { table, values }: ColumnRows, rowOf: (row: number) => number): void => {
  const at = values.data.findIndex(Number.isNaN);
  if (at < 0) return;
  const { name, levels } = table[at % table.length]!;
  throw new DataError({
    path,
    row: rowOf(Math.floor(at / table.length)),
    column: name,
    expected: levels ? "a level" : "a number",
    found: "a missing value",
    fix: `Fill it in, let the model learn missing cells with missing: "model", leave rows like this out with missing: "drop", or leave the column out with exclude: [${JSON.stringify(name)}]`,
  });
};

/** Rows after what is to be done with missing cells. */
const settleMissing = (
  path: string,
  found: ColumnRows,
  missing: TableSettings["missing"],
  rowOf: (row: number) => number,
): ColumnRows & { readonly dropped: number } => {
  if (missing === "model" || !found.table.some((column) => column.missing)) return { ...found, dropped: 0 };
  if (missing === "error") refuseMissing(path, found, rowOf);
  const complete = completeRows(found.values);
  if (complete.length === 0)
    throw new DataError({
      path,
      expected: "a row without a missing cell",
      found: "none",
      fix: 'Let the model learn missing cells with missing: "model", or leave columns out that lack many',
    });
  return {
    table: found.table.map((column) => ({ ...column, missing: false })),
    values: takeRows(found.values, complete),
    dropped: found.values.shape[0]! - complete.length,
  };
};

/** The cells of a label's column as texts. */
const labelTexts = ({ texts, codes, numbers }: CellTable["columns"][number]): string[] =>
  Array.from(codes, (code, row) => texts[code] ?? (Number.isNaN(numbers[row]!) ? "" : `${numbers[row]}`));

/** What tells these rows from others: of numbers alone as of rows without columns. */
const fingerprintOf = (table: readonly TableColumn[], values: NdArray<"float64">): string =>
  fingerprint(
    isPlain(table)
      ? table.map(({ name }) => name)
      : table.map(({ name, levels = [] }) => JSON.stringify([name, ...levels])),
    values,
  );

/**
 * Reads the columns of a table: of the run whose data are read again, else as they are found.
 * @throws DataError as `findColumns` and `takeCells`, for a label that is not there, and for missing cells where they are an error
 */
export const readCellRows = async (settings: TableSettings, options: ReadOptions): Promise<ReadData> => {
  const { folder = ".", signal, like } = options;
  const { label, only, kinds = [], columns, missing, exclude = [] } = settings;
  const path = resolve(folder, settings.path);
  const archive = isArchive(path);
  const chosen = columns && label !== undefined && only && !archive ? [...columns, label] : columns;
  const unread = label !== undefined && !only && !archive ? [...exclude, label] : exclude;
  const reading = { ...readingOf(settings), columns: chosen, exclude: unread, signal };
  const { cells, formats } = like?.table
    ? { cells: await readCellsOf(path, like.table, reading), formats: new Map<string, string>() }
    : await readTableCells(path, reading, chosenOrders(kinds));
  const { rowOf } = cells;
  const own = only ? cells.columns.find(({ name }) => name === label) : undefined;
  if (only && !archive && !own)
    throw noLabel(
      path,
      label!,
      cells.columns.map(({ name }) => name),
    );
  const modelled = own ? { ...cells, columns: cells.columns.filter((column) => column !== own) } : cells;
  if (modelled.columns.length === 0)
    throw new DataError({ path, expected: "a column beside the label", found: "none" });
  const place = { path, rowOf };
  const found = like?.table
    ? {
        columns: like.table,
        rows: takeCells(modelled, like.table, { ...place, missing: "keep" }).values,
        remarks: [],
        report: undefined,
      }
    : findColumns(modelled, { ...place, kinds, formats, named: columns });
  const labels = archive && only ? await archiveLabels(path, label!, cells.rows) : own && labelTexts(own);
  const wanted = labels && rowsLabelled(Array.from(labels, String), only!, { path, column: label! });
  const { table, values, dropped } = settleMissing(
    path,
    { table: found.columns, values: wanted ? takeRows(found.rows, wanted) : found.rows },
    missing,
    (row) => rowOf(wanted?.[row] ?? row),
  );
  return {
    samples: arraySamples(values, {
      columns: table.map(({ name }) => name),
      table,
      sha256: fingerprintOf(table, values),
    }),
    settings,
    remarks: [
      ...found.remarks,
      ...(dropped > 0 ? [`${dropped.toLocaleString("en-US")} rows that lack a cell were left out`] : []),
    ],
    ...(found.report && { columns: found.report }),
  };
};

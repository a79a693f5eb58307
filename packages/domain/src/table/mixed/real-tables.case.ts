/** Real tables as rows, for tests: a small reader with kinds of columns that need no more than a look at them. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { type NdArray, ndarray } from "@scorefield/tensor";
import type { TableColumn } from "../table-column.ts";

const data = process.env.SCOREFIELD_DATA ?? fileURLToPath(new URL("../../../../../../shared/data", import.meta.url));
const folder = `${data}/tables`;

export const realTables = existsSync(folder)
  ? [
      "adult.csv.gz",
      "credit_default.csv.gz",
      "diamonds.csv.gz",
      "german_credit.csv",
      "magic04.data.gz",
      "mpg.csv",
      "penguins.csv",
      "taxis.csv.gz",
      "titanic.csv",
    ]
  : [];
export const whySkipped = existsSync(folder) ? "" : `: skipped, no folder ${folder}; set SCOREFIELD_DATA`;

export interface RealTable {
  readonly columns: readonly TableColumn[];
  readonly rows: NdArray<"float64">;
}

const isMissing = (cell: string): boolean => ["", "?", "NA"].includes(cell);
const isDate = (cell: string): boolean => /^\d{4}-\d\d-\d\d/.test(cell);

/** Enough of a table for all its columns to be of the kinds that they are of in whole. */
const mostRows = 4000;

/** The first rows. Columns of more than 200 distinct texts are left out. */
export const readRealTable = (name: string): RealTable => {
  const content = readFileSync(`${folder}/${name}`);
  const text = (name.endsWith(".gz") ? gunzipSync(content) : content).toString();
  const records = text.split(/\r?\n/).map((record) => record.split(",").map((cell) => cell.trim()));
  const header = name.startsWith("magic") ? records[0]!.map((_, j) => `c${j}`) : records.shift()!;
  const complete = records.filter((record) => record.length === header.length).slice(0, mostRows);
  const columns: TableColumn[] = [];
  const values: number[][] = [];
  for (const [j, name] of header.entries()) {
    const cells = complete.map((record) => record[j]!);
    const present = cells.filter((cell) => !isMissing(cell));
    const missing = present.length < cells.length;
    const distinct = [...new Set(present)];
    const numeric = distinct.every((cell) => Number.isFinite(Number(cell)));
    const add = (column: TableColumn, codeOf: (cell: string) => number) => {
      columns.push(column);
      values.push(cells.map((cell) => (isMissing(cell) ? Number.NaN : codeOf(cell))));
    };
    if (numeric && distinct.length > 20) add({ name, kind: "number", missing }, Number);
    else if (distinct.every(isDate)) add({ name, kind: "date", missing, time: true }, (cell) => Date.parse(`${cell}Z`));
    else if (numeric) {
      const numbers = [...new Set(distinct.map(Number))].sort((a, b) => a - b);
      const column = { name, kind: "ordered", levels: numbers.map(String), numbers, missing } as const;
      add(column, (cell) => numbers.indexOf(Number(cell)));
    } else if (distinct.length <= 200)
      add({ name, kind: "category", levels: distinct, missing }, (cell) => distinct.indexOf(cell));
  }
  const rows = Float64Array.from({ length: complete.length * columns.length }, (_, k) => {
    return values[k % columns.length]![Math.floor(k / columns.length)]!;
  });
  return { columns, rows: ndarray(rows, [complete.length, columns.length]) };
};

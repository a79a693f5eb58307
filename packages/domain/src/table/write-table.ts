/** Rows of a table as people had them: texts of levels, dates in their format, missing cells empty. */
import { type Content, csvText, delimitedText, npyBytes, type Table } from "@scorefield/data";
import type { FloatType, NdArray } from "@scorefield/tensor";
import type { Shown } from "../domain.ts";
import { columnNames } from "../names.ts";
import { asRows } from "../samples.ts";
import { cellText } from "./column/cell-text.ts";
import type { TableColumn } from "./table-column.ts";

const toJson = (column: TableColumn | undefined, value: number): unknown => {
  if (!Number.isFinite(value)) return null;
  if (!column) return value;
  const { kind, levels, numbers } = column;
  if (!levels) return kind === "date" ? cellText(column, value) : value + 0;
  const text = cellText(column, value);
  const answers = kind === "yes-no" ? levels.map((level) => level.toLowerCase()).join() : "";
  if (answers === "false,true") return value === 1;
  return numbers ? numbers[value] : text;
};

const rowsAtOnce = 1024;

/** Rows as JSON lines, in pieces: one object for each row. */
function* jsonLines(samples: NdArray<FloatType>, shown: Shown): Generator<string> {
  const { data, shape } = asRows(samples);
  const [rows = 0, width = 0] = shape;
  const names = columnNames(shown);
  for (let start = 0; start < rows; start += rowsAtOnce) {
    const lines: string[] = [];
    for (let row = start; row < Math.min(rows, start + rowsAtOnce); row++) {
      // Pairs, as a column may be called __proto__.
      const cells = names.map(
        (name, j) => `${JSON.stringify(name)}:${JSON.stringify(toJson(shown.table?.[j], data[row * width + j]!))}`,
      );
      lines.push(`{${cells.join(",")}}\n`);
    }
    yield lines.join("");
  }
}

const delimited = (samples: NdArray<FloatType>, shown: Shown, tabs: boolean): Content => {
  const { table } = shown;
  const columns = columnNames(shown);
  const rows = asRows(samples);
  if (!table) return csvText({ columns, values: rows as Table["values"] }, tabs ? "\t" : ",");
  const width = columns.length;
  // With decimal commas, fields stand between semicolons, as programs that write such numbers do.
  const delimiter = tabs ? "\t" : table.some(({ comma }) => comma) ? ";" : ",";
  const cell = (row: number, j: number) => cellText(table[j]!, rows.data[row * width + j]!);
  return delimitedText(columns, rows.shape[0]!, cell, delimiter);
};

/** Endings of files that rows are written to, the usual one first. */
export const tableEndings: readonly string[] = [".csv", ".tsv", ".jsonl", ".npy"];

/** Samples as the content of a file of an ending: texts, or in .npy the numbers and codes that stand for them. */
export const tableContent = (ending: string, samples: NdArray<FloatType>, shown: Shown): Content => {
  if (ending === ".npy") return npyBytes(samples as NdArray);
  return ending === ".jsonl" ? jsonLines(samples, shown) : delimited(samples, shown, ending === ".tsv");
};

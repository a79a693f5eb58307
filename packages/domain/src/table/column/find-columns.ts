/** The columns of a table: which kind each has, which are left out, and the numbers of their cells. */

import type { CellTable } from "@scorefield/data";
import { DataError } from "@scorefield/data";
import { type NdArray, ndarray } from "@scorefield/tensor";
import type { ColumnReport, ColumnSeen, LeftOut } from "../../column-report.ts";
import type { TableColumn } from "../table-column.ts";
import { type ChosenKind, chosenKinds } from "./chosen-kinds.ts";
import { decideKind } from "./column-kind.ts";
import { type CellPlace, type MadeColumn, makeColumn } from "./make-column.ts";
import { seenOf } from "./seen.ts";

/** How columns are found. */
export interface FindOptions {
  /** Kinds that a person says, such as `age=whole` or { age: "whole" }: number, whole, ordered, category, yes-no, date, day-first, month-first or leave-out. The others are found. */
  readonly kinds?: readonly string[] | Readonly<Record<string, string>> | undefined;
  /** Columns that a person named, which are not left out for being identifiers. */
  readonly named?: readonly string[] | undefined;
  /** How dates are written, by the name of a column whose texts the reader has read as dates. */
  readonly formats?: ReadonlyMap<string, string> | undefined;
  /** The file, for errors. */
  readonly path?: string | undefined;
}

/** What was found. */
export interface FoundColumns {
  readonly columns: readonly TableColumn[];
  readonly leftOut: readonly LeftOut[];
  /** What a person should know. */
  readonly remarks: readonly string[];
  readonly report: ColumnReport;
  /** [rows, columns] in the units of the data: see {@link TableColumn}. */
  readonly rows: NdArray<"float64">;
}

const found = (chosen: ChosenKind | undefined, cells: CellTable["columns"][number], rows: number, named: boolean) => {
  if (chosen) return chosen.kind === "leave-out" ? { leaveOut: "as you said" } : chosen;
  const decision = decideKind(cells, rows);
  if ("leaveOut" in decision && named && cells.missing < rows)
    return { kind: cells.other > 0 ? "category" : "whole" } as const;
  return decision;
};

/** The error for the first text of a column of numbers. */
const textAmongNumbers = (
  { name, codes, numbers, texts, other }: CellTable["columns"][number],
  count: number,
  { path, rowOf }: CellPlace,
): DataError => {
  const row = codes.findIndex((code, i) => code !== -1 && Number.isNaN(numbers[i]));
  const code = codes[row]!;
  const word = texts[code] ?? "";
  // One text in several cells stands for missing cells, almost surely.
  const same = other > 1 && codes.every((c, i) => c === -1 || c === code || !Number.isNaN(numbers[i]));
  const many = other > 1 ? `, and ${(other - 1).toLocaleString("en-US")} more texts in the column` : "";
  const found = `the text ${JSON.stringify(word)}${same ? ` in ${other.toLocaleString("en-US")} cells` : many}`;
  const asMissing = `missingWords${same ? `: [${JSON.stringify(word)}]` : ""}`;
  return new DataError({
    path,
    row: rowOf(row),
    column: name,
    expected: `a number, as in ${count.toLocaleString("en-US")} cells of the column`,
    found,
    fix: `Correct it; or name it among ${asMissing}, if it stands for a missing cell; or say kinds: [${JSON.stringify(`${name}=category`)}]; or leave the column out with exclude: [${JSON.stringify(name)}]`,
  });
};

/**
 * Finds the kind of each column by its cells, unless it is said, and makes rows of numbers of them. See `table-column.ts`.
 * @throws DataError for no row, a column whose cells are not of the kind that is said, a category of too many levels, and
 *   where no column is left; ArgumentError for a kind that is not known
 */
export const findColumns = (cells: CellTable, options: FindOptions = {}): FoundColumns => {
  const { kinds = [], named = [], formats, path } = options;
  const { rows, rowOf } = cells;
  if (rows === 0) throw new DataError({ path, expected: "at least one row", found: "none" });
  const chosen = chosenKinds(
    kinds,
    cells.columns.map(({ name }) => name),
    path,
  );
  const place: CellPlace = { path, rowOf, comma: cells.found.decimal === ",", formats };
  const made: MadeColumn[] = [];
  const leftOut: LeftOut[] = [];
  for (const column of cells.columns) {
    const { name, missing } = column;
    const decision = found(chosen.get(name), column, rows, named.includes(name));
    if ("numbers" in decision) throw textAmongNumbers(column, decision.numbers, place);
    if ("leaveOut" in decision) leftOut.push({ name, why: decision.leaveOut });
    else if (missing === rows) leftOut.push({ name, why: "no cell has a value" });
    else made.push(makeColumn(column, decision as ChosenKind, missing > 0, place));
  }
  if (made.length === 0)
    throw new DataError({
      path,
      expected: "at least one column to model",
      found: leftOut.map(({ name, why }) => `${name}: ${why}`).join("; "),
      fix: leftOut.some(({ name }) => cells.columns.some((column) => column.name === name && column.missing < rows))
        ? `Say what a column is, as in kinds: [${JSON.stringify(`${leftOut[0]!.name}=category`)}]`
        : "Fill cells in, or check that it is the right file",
    });
  const width = made.length;
  const values = new Float64Array(rows * width);
  for (const [j, { value }] of made.entries())
    for (let row = 0; row < rows; row++) values[row * width + j] = value(row);
  const seen = made.map(({ column, value }): ColumnSeen => seenOf(column, value, rows));
  return {
    columns: made.map(({ column }) => column),
    leftOut,
    remarks: [...cells.remarks, ...made.flatMap(({ remark }) => remark ?? []), ...rareLevels(seen)],
    report: { rows, columns: seen, leftOut },
    rows: ndarray(values, [rows, width]),
  };
};

/** Levels that few rows have can hardly be learnt. */
const rareLevels = (seen: readonly ColumnSeen[]): string[] =>
  seen
    .filter(({ levels = 0, rarest = Number.POSITIVE_INFINITY }) => levels > 20 && rarest < 5)
    .map(
      ({ name, levels, rarest }) =>
        `${name}: ${levels} levels, of which the rarest has ${rarest === 1 ? "1 row" : `${rarest} rows`}: what goes with rare levels can hardly be learnt`,
    );

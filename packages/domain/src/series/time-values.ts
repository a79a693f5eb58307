/** The times of rows, from one column or from several. */
import { type CellTable, DataError } from "@scorefield/data";
import { findColumns } from "../table/column/find-columns.ts";

/** Times of rows: milliseconds since 1970 UTC, or plain numbers. */
export interface TimeValues {
  readonly values: Float64Array;
  readonly isDate: boolean;
  /** How its dates are written, of one column. */
  readonly format?: string | undefined;
}

type Column = CellTable["columns"][number];

const numbersOnly = ({ other, typed }: Column): boolean => other === 0 && typed !== "date";

/** Year, month, day, hour, minute, second, by the number of columns. */
const fromParts = (parts: readonly Column[], path: string): Float64Array => {
  for (const { name, other } of parts)
    if (other > 0)
      throw new DataError({ path, column: name, expected: "whole numbers, as a part of a date", found: "texts" });
  return parts[0]!.numbers.map((_, row) => {
    const [year, month = 1, date = 1, hour = 0, minute = 0, second = 0] = parts.map(({ numbers }) => numbers[row]!);
    return Date.UTC(year!, month - 1, date, hour, minute, second);
  });
};

/**
 * Times of the rows of a table.
 * @param columns the columns of times, in the order of the setting: one, or year, month, day, hour, minute, second
 * @throws DataError for a cell that is no time, naming its row
 */
export const timeValues = (
  cells: CellTable,
  columns: readonly Column[],
  { path, formats }: { readonly path: string; readonly formats: ReadonlyMap<string, string> },
): TimeValues => {
  const [only] = columns as [Column];
  const name = columns.map((column) => column.name).join(", ");
  let found: TimeValues;
  if (columns.length > 1) found = { values: fromParts(columns, path), isDate: true };
  else if (only.typed === "date") found = { values: only.numbers, isDate: true, format: formats.get(only.name) };
  else if (numbersOnly(only)) found = { values: only.numbers, isDate: false };
  else {
    const { rows, columns: dates } = findColumns(
      { ...cells, columns },
      { path, kinds: [`${only.name}=date`], formats },
    );
    found = { values: rows.data, isDate: true, format: dates[0]!.format };
  }
  const missing = found.values.findIndex(Number.isNaN);
  if (missing >= 0)
    throw new DataError({
      path,
      row: cells.rowOf(missing),
      column: name,
      expected: "a time in every row",
      found: "a missing value",
      fix: "Fill it in, or leave the row out",
    });
  return found;
};

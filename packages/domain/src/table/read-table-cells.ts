/** The cells of a table's file, with dates that it writes as text read as dates. */
import { type CellOptions, type CellTable, readCells } from "@scorefield/data";
import { findDates } from "./column/date-column.ts";
import { type DayOrder, readDate, scanDate } from "./column/date-text.ts";
import type { TableColumn } from "./table-column.ts";
import type { TableSettings } from "./table-settings.ts";

/** Cells, and how dates are written of columns whose dates the reader has read. */
export interface TableCells {
  readonly cells: CellTable;
  readonly formats: ReadonlyMap<string, string>;
}

/** What settings say about how a file is written. */
export const readingOf = (settings: Partial<TableSettings> = {}): CellOptions => {
  const { header, delimiter, encoding, decimal, thousands, missingWords, sheet, table, array } = settings;
  // A small number is the number of a sheet.
  const numbered = typeof sheet === "string" && /^[1-9]\d?$/.test(sheet) ? Number(sheet) : sheet;
  return { header, delimiter, encoding, decimal, thousands, missingWords, sheet: numbered, table, array };
};

const reader =
  (formats: ReadonlyMap<string, string>): CellOptions["date"] =>
  (text, column) => {
    const format = formats.get(column);
    const value = format === undefined ? Number.NaN : readDate(text, format);
    return Number.isNaN(value) ? undefined : new Date(value);
  };

/**
 * Reads cells. Of columns with more different texts than a reader keeps, those that hold dates are read once more, as dates.
 * @param orders of day and month, by the name of a column, where they are said
 * @throws DataError as `readCells`
 */
export const readTableCells = async (
  path: string,
  options: CellOptions,
  orders: ReadonlyMap<string, DayOrder> = new Map(),
): Promise<TableCells> => {
  const cells = await readCells(path, options);
  const formats = new Map<string, string>();
  for (const { name, texts, codes, other, typed } of cells.columns) {
    if (typed !== undefined || other === 0 || !scanDate(texts[0] ?? "") || !codes.includes(-2)) continue;
    const found = findDates(texts, orders.get(name));
    if (found) formats.set(name, found.format);
  }
  if (formats.size === 0) return { cells, formats };
  const names = [...formats.keys()];
  const again = await readCells(path, { ...options, columns: names, exclude: undefined, date: reader(formats) });
  const read = new Map(again.columns.map((column) => [column.name, column]));
  const columns = cells.columns.map((column) => {
    const dated = read.get(column.name);
    return dated && dated.other === 0 ? { ...dated, typed: "date" as const } : column;
  });
  return { cells: { ...cells, columns }, formats };
};

/** Reads the cells of the columns of a run. @throws DataError as `readCells` */
export const readCellsOf = (
  path: string,
  columns: readonly TableColumn[],
  options: CellOptions,
): Promise<CellTable> => {
  const dates = columns.filter(({ kind }) => kind === "date");
  const formats = new Map(dates.map(({ name, format = "YYYY-MM-DD" }) => [name, format]));
  return readCells(path, { ...options, ...(dates.length > 0 && { date: reader(formats) }) });
};

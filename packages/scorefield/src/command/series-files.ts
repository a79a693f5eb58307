/** Files of forecasts and filled series: tables with times as their file wrote them. */
import { type CellSource, type Content, csvCells, type WritableCell } from "@scorefield/data";
import { type SeriesData, timeText } from "@scorefield/domain/series";

/** Quantiles that are written of what was drawn, where none are named. */
export const usualQuantiles = [0.05, 0.25, 0.5, 0.75, 0.95];

/** Rows of cells under names of columns. */
export const rowsContent = (
  columns: readonly string[],
  rows: readonly (readonly WritableCell[])[],
  ending: string,
): Content => {
  const source: CellSource = { columns, rows: rows.length, cell: (row, column) => rows[row]![column]! };
  return csvCells(source, ending === ".tsv" ? "\t" : ",");
};

/** A number as a cell: empty where it is missing. */
export const numberCell = (value: number): WritableCell => (Number.isNaN(value) ? null : Number(value.toPrecision(8)));

/** A time as a cell. */
export const timeCell = (data: SeriesData, time: number): WritableCell => (data.isDate ? timeText(data, time) : time);

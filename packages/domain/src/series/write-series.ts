/** Windows of series as tables: a row for each step. */
import { type CellSource, type Content, csvCells, jsonLinesCells, npyBytes, xlsxCells } from "@scorefield/data";
import type { FloatType, NdArray } from "@scorefield/tensor";
import type { Shown } from "../domain.ts";

/** Endings of files that windows are written to, the usual one first. */
export const seriesEndings: readonly string[] = [".csv", ".tsv", ".xlsx", ".jsonl", ".npy"];

/** Rows of windows: its number, its class where there are several, the step from 0, and the channels. */
const windowCells = (
  { data, shape }: NdArray<FloatType>,
  { columns, classNames = [], firstSample = 0 }: Shown,
): CellSource => {
  const [n = 0, channels = 1, length = 1] = shape;
  const names = columns ?? Array.from({ length: channels }, (_, j) => `x${j + 1}`);
  const classed = classNames.length > 1;
  const lead = classed ? 3 : 2;
  return {
    columns: ["window", ...(classed ? ["group"] : []), "step", ...names],
    rows: n * length,
    cell: (row, column) => {
      const [window, step] = [Math.floor(row / length), row % length];
      if (column === 0) return firstSample + window;
      if (column === lead - 1) return step;
      if (column < lead) return classNames[(firstSample + window) % classNames.length]!;
      const value = Number(data[(window * channels + column - lead) * length + step]);
      return Number.isNaN(value) ? null : value;
    },
  };
};

/** Windows [n, channels, length] as the content of a file of an ending. */
export const seriesContent = (
  ending: string,
  samples: NdArray<FloatType>,
  shown: Shown,
): Content | Promise<Content> => {
  switch (ending) {
    case ".npy":
      return npyBytes(samples as NdArray);
    case ".jsonl":
      return jsonLinesCells(windowCells(samples, shown));
    case ".xlsx":
      return xlsxCells(windowCells(samples, shown));
    default:
      return csvCells(windowCells(samples, shown), ending === ".tsv" ? "\t" : ",");
  }
};

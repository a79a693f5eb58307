/** Rows of numbers, categories and missing cells as points, so that distances between rows count all columns alike. */
import { type NdArray, zeros } from "@scorefield/tensor";
import { cellsOf, isCategory } from "../metric/cells.ts";
import type { MetricColumn } from "../metric/metric-column.ts";
import { standardUnits } from "./standard-units.ts";

/** Coordinates of a column. */
interface Coordinates {
  readonly width: number;
  /** Writes those of the cells of one column: of row i at `at + i * stride`. */
  write(cells: Float64Array, into: Float64Array, at: number, stride: number): void;
}

/** One coordinate for each level, and one for a missing cell where some are: two different levels are 1 apart. */
const ofLevels = (levels: number, missing: boolean): Coordinates => {
  const width = levels + (missing ? 1 : 0);
  return {
    width,
    write: (cells, into, at, stride) => {
      for (const [i, cell] of cells.entries()) {
        const code = Number.isNaN(cell) ? levels : cell;
        if (code < width) into[at + i * stride + code] = Math.SQRT1_2;
      }
    },
  };
};

const column = (cells: Float64Array): NdArray => ({ dtype: "float64", shape: [cells.length, 1], data: cells });

/** The number in deviations of those that are there. A missing cell lies at their mean, and its indicator is 1. */
const ofNumbers = (reference: Float64Array, missing: boolean): Coordinates => {
  const there = reference.filter((cell) => !Number.isNaN(cell));
  const scaled = standardUnits(column(there));
  return {
    width: missing ? 2 : 1,
    write: (cells, into, at, stride) => {
      const values = there.length > 0 ? scaled(column(cells)).data : cells.map((cell) => cell * 0);
      for (const [i, value] of values.entries())
        if (!Number.isNaN(value)) into[at + i * stride] = value;
        else if (missing) into[at + i * stride + 1] = 1;
    },
  };
};

/**
 * Fits to rows [n, d] and gives a function that makes points [n, width] of rows, in double precision:
 * - a number, a date and ordered levels by their code: in standard deviations from the mean of the reference, one
 *   coordinate. A missing cell lies at the mean;
 * - a category: one coordinate for each level, 1 / sqrt(2) at the row's own. Two different levels are 1 apart;
 * - missing cells, where any set has some: an indicator of 0 or 1 beside a number, one more level of a category.
 * @param columns one for each number of a row
 * @param others further rows, which say only where missing cells are to be expected
 */
export const mixedUnits = (
  reference: NdArray,
  columns: readonly MetricColumn[],
  others: readonly NdArray[] = [],
): ((rows: NdArray) => NdArray<"float64">) => {
  const lacks = columns.map((_, j) =>
    [reference, ...others].some(({ data, shape: [n = 0, d = 0] }) => {
      for (let i = 0; i < n; i++) if (Number.isNaN(Number(data[i * d + j]))) return true;
      return false;
    }),
  );
  const parts = columns.map((column, j) =>
    isCategory(column) ? ofLevels(column.levels!.length, lacks[j]!) : ofNumbers(cellsOf(reference, j), lacks[j]!),
  );
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  return (rows) => {
    const points = zeros([rows.shape[0] ?? 0, width], "float64");
    let at = 0;
    for (const [j, part] of parts.entries()) {
      part.write(cellsOf(rows, j), points.data, at, width);
      at += part.width;
    }
    return points;
  };
};

/** What a table is useful for: the column that is predicted from the others, and rows without it. */
import { ArgumentError } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { categoriesOf, isCategory } from "./cells.ts";
import type { MetricColumn } from "./metric-column.ts";

/** A category of more levels is rarely what a table is there to predict. */
const mostLevels = 20;

/** What is predicted. */
export interface PredictionTask {
  /** The number of the column. */
  readonly column: number;
  readonly objective: "binary" | "classes" | "squares";
  /** Levels of the column, 0 of a number. */
  readonly classes: number;
  /** Levels of each other column, 0 for numbers. */
  readonly categories: readonly number[];
}

/**
 * The column of that name. Without a name the last category of 2 to 20 levels, else the last column of numbers.
 * @returns nothing where no column can be predicted
 * @throws ArgumentError for a name that no column has, and a column that cannot be predicted
 */
export const predictionTask = (
  columns: readonly MetricColumn[],
  target: string | undefined,
): PredictionTask | undefined => {
  if (columns.length < 2) return undefined;
  const all = [...columns.keys()];
  const levels = categoriesOf(columns);
  const named = all.find((j) => columns[j]!.name === target);
  if (target !== undefined && named === undefined)
    throw new ArgumentError(
      `usefulness target: expected one of ${columns.map(({ name }) => name).join(", ")}, found ${target}`,
    );
  const isNumber = (j: number): boolean => !isCategory(columns[j]!) && columns[j]!.kind !== "constant";
  const column =
    named ??
    all.findLast((j) => isCategory(columns[j]!) && levels[j]! > 1 && levels[j]! <= mostLevels) ??
    all.findLast(isNumber);
  if (column === undefined) return undefined;
  const classes = levels[column]!;
  if (isCategory(columns[column]!) && classes < 2)
    throw new ArgumentError(`usefulness target: expected a column with several levels, found ${target}`);
  return {
    column,
    objective: classes === 2 ? "binary" : classes > 0 ? "classes" : "squares",
    classes,
    categories: levels.filter((_, j) => j !== column),
  };
};

/** Rows without the column, and the column. Rows that lack it are left out. @param rows [n, d] @param order which rows */
export const withoutTarget = (
  { data, shape: [, d = 0] }: NdArray,
  column: number,
  order: ArrayLike<number>,
): { readonly x: NdArray<"float64">; readonly y: Float64Array } => {
  const kept = Array.from(order).filter((row) => !Number.isNaN(Number(data[row * d + column])));
  const x = new Float64Array(kept.length * (d - 1));
  let at = 0;
  for (const row of kept) for (let j = 0; j < d; j++) if (j !== column) x[at++] = Number(data[row * d + j]);
  return {
    x: ndarray(x, [kept.length, d - 1]),
    y: Float64Array.from(kept, (row) => Number(data[row * d + column])),
  };
};

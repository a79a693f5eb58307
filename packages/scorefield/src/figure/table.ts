/** Rows of a table as numbers, checked so that a figure can draw them. */
import { checkArray } from "@scorefield/core/internal";
import { type NdArray, ShapeError } from "@scorefield/tensor";
import { FigureError } from "./errors.ts";

/**
 * @param table shape [n, d], n >= 1
 * @param what named at the start of an error
 * @param columns how many columns the figure takes; any number where left out
 * @param options `missing`: whether cells may be NaN
 * @throws ShapeError when the table has no row, is not 2-D or has another number of columns
 * @throws FigureError naming row and column of a value that is not finite
 */
export const tableOf = (
  table: NdArray,
  what: string,
  columns?: number,
  { missing = false }: { readonly missing?: boolean } = {},
): { rows: number[][]; columns: number } => {
  checkArray(what, table);
  const [n = 0, d = 0] = table.shape;
  if (table.shape.length !== 2 || n < 1 || d < 1 || (columns !== undefined && d !== columns))
    throw new ShapeError(`${what}: expected a table of shape [n,${columns ?? "d"}], found [${table.shape}]`);
  const rows = Array.from({ length: n }, (_, i) =>
    Array.from({ length: d }, (_, j) => {
      const value = Number(table.data[i * d + j]);
      if (!Number.isFinite(value) && !(missing && Number.isNaN(value)))
        throw new FigureError(`${what}: expected finite numbers, found ${value} in row ${i}, column ${j}`);
      return value;
    }),
  );
  return { rows, columns: d };
};

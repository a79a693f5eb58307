/** Sample sets as metrics see them: rows of float64. */
import { type NdArray, ShapeError, sizeOf } from "@scorefield/tensor";
import { checkArray } from "../check.ts";
import { ArgumentError } from "../errors.ts";

/** `n` rows of `d` numbers, row-major. */
export interface Rows {
  readonly n: number;
  readonly d: number;
  readonly data: Float64Array;
}

/**
 * Axis 0 as rows, all further axes flattened into columns.
 * @throws ShapeError for a scalar or for fewer rows than `least`; ArgumentError for a value that is not an array, and for
 *   numbers that are not finite
 */
export const toRows = (name: string, array: NdArray, least = 1): Rows => {
  checkArray(name, array);
  const [n, ...row] = array.shape;
  if (n === undefined || n < least)
    throw new ShapeError(`${name}: expected at least ${least} samples along axis 0, found shape [${array.shape}]`);
  const d = sizeOf(row);
  const data = Float64Array.from(array.data as ArrayLike<number>, Number);
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new ArgumentError(
      `${name}: expected finite values, found ${data[bad]} in sample ${Math.floor(bad / d)}, element ${bad % d}`,
    );
  return { n, d, data };
};

/**
 * Two sets with rows of equal length.
 * @throws ShapeError when the lengths differ, and as {@link toRows}
 */
export const toRowPair = (name: string, a: NdArray, b: NdArray, least = 1): readonly [Rows, Rows] => {
  const pair = [toRows(name, a, least), toRows(name, b, least)] as const;
  if (pair[0].d !== pair[1].d)
    throw new ShapeError(`${name}: expected samples of equal size, found shapes [${a.shape}] and [${b.shape}]`);
  return pair;
};

/** The mean of the rows, [d]. */
export const meanRow = ({ n, d, data }: Rows): Float64Array => {
  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) mean[j]! += data[i * d + j]!;
  return mean.map((sum) => sum / n);
};

/** The columns of a set, each sorted in ascending order. */
export const sortedColumns = ({ n, d, data }: Rows): Float64Array[] =>
  Array.from({ length: d }, (_, j) => {
    const column = new Float64Array(n);
    for (let i = 0; i < n; i++) column[i] = data[i * d + j]!;
    return column.sort();
  });

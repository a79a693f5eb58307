/** Columns brought to mean 0 and standard deviation 1, and back. */

import { type FloatType, type NdArray, zeros } from "@scorefield/tensor";
import { checkArray, checkMade } from "./check-call.ts";
import { DataError } from "./errors.ts";

/** Per column what {@link standardise} subtracts and then divides by. Plain numbers: JSON keeps it exactly. */
export interface Standardisation {
  readonly mean: readonly number[];
  readonly scale: readonly number[];
}

const columnsOf = (rows: NdArray<FloatType>): number => {
  checkArray("standardisation", rows);
  if (rows.shape.length === 2) return rows.shape[1]!;
  throw new DataError({ expected: "an array of shape [rows, columns]", found: `the shape [${rows.shape.join(", ")}]` });
};

/** A power of two near the greatest value of each column where squares of its values leave the doubles, else 1. */
const unitsOf = ({ data }: NdArray<FloatType>, width: number): Float64Array => {
  const most = new Float64Array(width);
  for (let i = 0; i < data.length; i++) most[i % width] = Math.max(most[i % width]!, Math.abs(data[i]!));
  return most.map((size) => (size === 0 || (size > 1e-100 && size < 1e100) ? 1 : 2 ** Math.floor(Math.log2(size))));
};

/**
 * Mean and population standard deviation of each column of `rows` [rows, columns], accumulated in float64 by Welford's
 * recurrence (Welford 1962). A constant column gets scale 1, so that it becomes zeros.
 * @param names of the columns, for errors; default column1, column2, ...
 * @throws DataError when there is no row, or a value is not finite
 */
export const fitStandardisation = (rows: NdArray<FloatType>, names?: readonly string[]): Standardisation => {
  const width = columnsOf(rows);
  const count = rows.shape[0]!;
  if (count === 0) throw new DataError({ expected: "at least one row to fit to", found: "none" });
  const units = unitsOf(rows, width);
  const mean = new Float64Array(width);
  const squares = new Float64Array(width);
  for (let row = 0; row < count; row++) {
    for (let j = 0; j < width; j++) {
      const value = rows.data[row * width + j]! / units[j]!;
      const deviation = value - mean[j]!;
      mean[j]! += deviation / (row + 1);
      squares[j]! += deviation * (value - mean[j]!);
    }
  }
  for (let j = 0; j < width; j++)
    if (!Number.isFinite(squares[j]!))
      throw new DataError({
        column: names?.[j] ?? `column${j + 1}`,
        expected: "finite values",
        found: "some that are not",
      });
  return {
    mean: [...mean].map((value, j) => value * units[j]!),
    scale: [...squares].map((sum, j) => Math.sqrt(sum / count) * units[j]! || 1),
  };
};

const map = <D extends FloatType>(
  rows: NdArray<FloatType>,
  fitted: Standardisation,
  dtype: D,
  f: (value: number, mean: number, scale: number) => number,
): NdArray<D> => {
  checkMade("standardisation", fitted, ["mean", "scale"], "the result of fitStandardisation");
  const { mean, scale } = fitted;
  const width = columnsOf(rows);
  if (mean.length !== width || scale.length !== width) {
    const found = `${mean.length} means and ${scale.length} scales`;
    throw new DataError({ expected: `one mean and one scale for each of ${width} columns`, found });
  }
  const result = zeros(rows.shape, dtype);
  const data: { [index: number]: number } = result.data as Float32Array | Float64Array;
  for (let i = 0; i < rows.data.length; i++) data[i] = f(rows.data[i]!, mean[i % width]!, scale[i % width]!);
  return result;
};

/**
 * (rows - mean) / scale for each column of `rows` [rows, columns]; computed in float64, stored as `dtype`.
 * @param dtype default the element type of `rows`
 * @throws DataError when the number of columns differs from the fitted one
 */
export const standardise = <I extends FloatType, D extends FloatType = I>(
  rows: NdArray<I>,
  fitted: Standardisation,
  dtype: D = rows?.dtype as FloatType as D,
): NdArray<D> => map(rows, fitted, dtype, (value, mean, scale) => (value - mean) / scale);

/** The inverse of {@link standardise}: rows * scale + mean. */
export const unstandardise = <I extends FloatType, D extends FloatType = I>(
  rows: NdArray<I>,
  fitted: Standardisation,
  dtype: D = rows?.dtype as FloatType as D,
): NdArray<D> => map(rows, fitted, dtype, (value, mean, scale) => value * scale + mean);

/** Rows of tables: numbers with gaps, and codes of categories. */
import { ArgumentError } from "@scorefield/core";
import { checkArray, type Rows } from "@scorefield/core/internal";
import { type NdArray, ShapeError, sizeOf } from "@scorefield/tensor";

/** The most levels of a category: codes are kept exactly, and each level has a place in every split. */
const mostLevels = 1_000_000;

/**
 * Axis 0 as rows, all further axes flattened into columns. NaN is a missing cell.
 * @param least rows
 * @throws ShapeError for a scalar or for fewer rows; ArgumentError for a value that is not an array, and for infinite numbers
 */
export const tableRows = (name: string, array: NdArray, least = 1): Rows => {
  checkArray(name, array);
  const [n, ...row] = array.shape;
  if (n === undefined || n < least)
    throw new ShapeError(`${name}: expected at least ${least} rows along axis 0, found shape [${array.shape}]`);
  const d = sizeOf(row);
  const data =
    array.data instanceof Float64Array ? array.data : Float64Array.from(array.data as ArrayLike<number>, Number);
  for (let i = 0; i < data.length; i++)
    if (data[i] === Infinity || data[i] === -Infinity)
      throw new ArgumentError(
        `${name}: expected numbers, or NaN for a missing cell, found ${data[i]} in row ${Math.floor(i / d)}, column ${i % d}`,
      );
  return { n, d, data };
};

/**
 * How many levels each column has, 0 for a column of numbers.
 * @throws ArgumentError unless a list of `d` whole numbers
 */
export const checkCategories = (name: string, categories: readonly number[] | undefined, d: number): Int32Array => {
  if (categories === undefined) return new Int32Array(d);
  if (!Array.isArray(categories) || categories.length !== d)
    throw new ArgumentError(
      `${name} categories: expected how many levels each of ${d} columns has, 0 for numbers, found ${Array.isArray(categories) ? `${categories.length} of them` : typeof categories}`,
    );
  for (const [j, levels] of categories.entries())
    if (!Number.isInteger(levels) || levels < 0 || levels > mostLevels)
      throw new ArgumentError(
        `${name} categories ${j}: expected a whole number from 0 to ${mostLevels}, found ${levels}`,
      );
  return Int32Array.from(categories);
};

/** @throws ArgumentError for a cell of a category that is neither a code below its number of levels nor NaN */
export const checkCodes = (name: string, { n, d, data }: Rows, categories: ArrayLike<number>): void => {
  for (let j = 0; j < d; j++) {
    const levels = categories[j]!;
    if (levels === 0) continue;
    for (let i = 0; i < n; i++) {
      const code = data[i * d + j]!;
      if (Number.isNaN(code) || (Number.isInteger(code) && code >= 0 && code < levels)) continue;
      throw new ArgumentError(
        `${name}: expected a code from 0 to ${levels - 1}, or NaN for a missing cell, found ${code} in row ${i}, column ${j}`,
      );
    }
  }
};

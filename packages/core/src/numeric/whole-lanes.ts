/**
 * How many rows are computed at once, so that the numbers of a row do not depend on the rows beside it.
 *
 * A processor computes functions such as the logarithm on four numbers at a time, and on the rest one by one, by another formula that
 * rounds otherwise. Where a batch is a multiple of four rows, there is no rest: row i is the same to the bit in any batch. Measured
 * with ONNX Runtime on x86-64: see `sampling/same-bits.test.ts`.
 */

/** Rows that are computed alike. */
export const lanes = 4;
/** Numbers of a row up to which four rows cost about what one does. */
const small = 1024;

/**
 * Rows of a batch for `count` rows of `size` numbers, at most `most`: a multiple of four. Left as they are: fewer than four rows in all of
 * more than 1,024 numbers, which would cost up to four times as much, and a `most` below four.
 */
export const wholeLanes = (count: number, most: number, size: number): number => {
  const rows = Math.min(count, most);
  if (most < lanes || (count < lanes && (count === 0 || size > small))) return rows;
  return Math.min(Math.ceil(rows / lanes), Math.floor(most / lanes)) * lanes;
};

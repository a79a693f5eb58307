/** Two sets compared through a function of pairs of rows: what energy distance and kernel distances share. */
import { type Statistic, statistic } from "./statistic.ts";

/** Values of the function for all pairs of rows, row-major: within both sets, and across. */
export interface PairValues {
  readonly n: number;
  readonly m: number;
  /** [n, n], symmetric. */
  readonly xx: Float64Array;
  /** [n, m] */
  readonly xy: Float64Array;
  /** [m, m], symmetric. */
  readonly yy: Float64Array;
}

/** The rows that count, which are some 63 % of those of a bootstrap, and how often each does. */
const countedRows = (counts: Float64Array): { readonly rows: Int32Array; readonly times: Float64Array } => {
  const rows = Int32Array.from(counts.keys()).filter((i) => counts[i]! > 0);
  return { rows, times: Float64Array.from(rows, (i) => counts[i]!) };
};

/** Mean over pairs of a set. When unbiased, without the pairs of a row with itself, however often it counts. */
const meanWithin = (values: Float64Array, counts: Float64Array, unbiased: boolean): number => {
  const n = counts.length;
  const { rows, times } = countedRows(counts);
  let [sum, total, same] = [0, 0, 0];
  for (let k = 0; k < rows.length; k++) {
    const [from, count] = [rows[k]! * n, times[k]!];
    total += count;
    if (unbiased) same += count * count;
    let below = 0;
    for (let l = 0; l < k; l++) below += times[l]! * values[from + rows[l]!]!;
    // The values are symmetric: each pair of two rows counts twice.
    sum += count * (2 * below + (unbiased ? 0 : count * values[from + rows[k]!]!));
  }
  return sum / (total * total - same);
};

const meanAcross = (values: Float64Array, a: Float64Array, b: Float64Array): number => {
  const m = b.length;
  const [left, right] = [countedRows(a), countedRows(b)];
  const { rows, times } = right;
  const totalB = times.reduce((sum, count) => sum + count, 0);
  let [sum, totalA] = [0, 0];
  for (let k = 0; k < left.rows.length; k++) {
    const [from, count] = [left.rows[k]! * m, left.times[k]!];
    totalA += count;
    let row = 0;
    for (let l = 0; l < rows.length; l++) row += times[l]! * values[from + rows[l]!]!;
    sum += count * row;
  }
  return sum / (totalA * totalB);
};

/** E f(X, X') + E f(Y, Y') - 2 E f(X, Y), over all pairs, or without the pairs of a row with itself. */
export const pairStatistic = ({ n, m, xx, xy, yy }: PairValues, unbiased: boolean): Statistic =>
  statistic([n, m], (a, b) => meanWithin(xx, a!, unbiased) + meanWithin(yy, b!, unbiased) - 2 * meanAcross(xy, a!, b!));

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

/** Mean over pairs of a set. When unbiased, without the pairs of a row with itself, however often it counts. */
const meanWithin = (values: Float64Array, counts: Float64Array, unbiased: boolean): number => {
  const n = counts.length;
  let [sum, total, same] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const count = counts[i]!;
    total += count;
    if (unbiased) same += count * count;
    if (count === 0) continue;
    let row = 0;
    for (let j = 0; j < n; j++) row += counts[j]! * values[i * n + j]!;
    sum += count * (unbiased ? row - count * values[i * n + i]! : row);
  }
  return sum / (total * total - same);
};

const meanAcross = (values: Float64Array, a: Float64Array, b: Float64Array): number => {
  const m = b.length;
  let [sum, totalA, totalB] = [0, 0, 0];
  for (let j = 0; j < m; j++) totalB += b[j]!;
  for (let i = 0; i < a.length; i++) {
    totalA += a[i]!;
    if (a[i] === 0) continue;
    let row = 0;
    for (let j = 0; j < m; j++) row += b[j]! * values[i * m + j]!;
    sum += a[i]! * row;
  }
  return sum / (totalA * totalB);
};

/** E f(X, X') + E f(Y, Y') - 2 E f(X, Y), over all pairs, or without the pairs of a row with itself. */
export const pairStatistic = ({ n, m, xx, xy, yy }: PairValues, unbiased: boolean): Statistic =>
  statistic([n, m], (a, b) => meanWithin(xx, a!, unbiased) + meanWithin(yy, b!, unbiased) - 2 * meanAcross(xy, a!, b!));

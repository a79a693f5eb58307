/** What single columns do not show: how the columns of a row stand to each other. */
import { type Rows, symmetricEigen } from "@scorefield/core/internal";

/**
 * Makes columns that show relations out of rows. The rows have the same number of columns as the rows it was fitted to.
 */
export type RowRelations = (rows: Rows) => Rows;

/** Columns in all, at most: of many columns not all pairs are taken. */
const mostColumns = 200;
/** Beyond this many columns their linear relations would take longer than all else. */
const mostLinear = 128;
/** In deviations of a column. What is nearer to 0 is rounding, which differs between ways to store the same rows. */
const grain = 1e-5;
/** Added to eigenvalues of correlations, which exact relations make 0. */
const ridge = 1e-8;

interface Column {
  /** Whether no cell is missing. */
  readonly whole: boolean;
  readonly mean: number;
  readonly deviation: number;
  readonly low: number;
  readonly high: number;
}

/** Of the cells that are there; all of them missing is as constant. */
const columnsOf = ({ n, d, data }: Rows): Column[] =>
  Array.from({ length: d }, (_, j) => {
    let [there, mean, squares, low, high] = [0, 0, 0, Infinity, -Infinity];
    for (let i = 0; i < n; i++) if (!Number.isNaN(data[i * d + j]!)) there++;
    for (let i = 0; i < n; i++) {
      const value = data[i * d + j]!;
      if (Number.isNaN(value)) continue;
      mean += value / there;
      [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
    for (let i = 0; i < n; i++) if (!Number.isNaN(data[i * d + j]!)) squares += (data[i * d + j]! - mean) ** 2 / there;
    return { whole: there === n, mean, deviation: low < high ? Math.sqrt(squares) : 0, low, high };
  });

/** Whether it means something that one column is above the other. */
const alike = (a: Column, b: Column): boolean =>
  a.low < b.high && b.low < a.high && a.deviation < 10 * b.deviation && b.deviation < 10 * a.deviation;

/** Weights of what a column is beyond its linear regression on all others, [d, d], on values in deviations. */
const residualWeights = ({ n, d, data }: Rows, columns: readonly Column[]): Float64Array => {
  const correlation = new Float64Array(d * d);
  const row = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    for (const [j, { mean, deviation }] of columns.entries()) row[j] = (data[i * d + j]! - mean) / (deviation || 1);
    for (let j = 0; j < d; j++) for (let k = 0; k < d; k++) correlation[j * d + k]! += (row[j]! * row[k]!) / n;
  }
  const { values, vectors } = symmetricEigen(correlation, d);
  const precision = new Float64Array(d * d);
  for (let e = 0; e < d; e++)
    for (let j = 0; j < d; j++)
      for (let k = 0; k < d; k++)
        precision[j * d + k]! += (vectors[j * d + e]! * vectors[k * d + e]!) / (values[e]! + ridge);
  // Row j over its diagonal: 1 for the column itself, minus the regression's coefficients for the others.
  return precision.map((value, i) => value / precision[Math.floor(i / d) * (d + 1)]!);
};

type Feature = (data: Float64Array, offset: number) => number;

const onGrain = (value: number): number => Math.round(value / grain) * grain;

const pairFeatures = (columns: readonly Column[], varied: readonly number[], count: number): Feature[] => {
  const pairs = varied.flatMap((j, at) =>
    varied.slice(0, at).map((k) => {
      const [a, b] = [columns[j]!, columns[k]!];
      return { j, k, a, b, comparable: alike(a, b) };
    }),
  );
  const ordered = [...pairs.filter((pair) => pair.comparable), ...pairs.filter((pair) => !pair.comparable)];
  return ordered.slice(0, count).map(({ j, k, a, b, comparable }) => {
    const scale = Math.max(a.deviation, b.deviation);
    return comparable
      ? (data, offset) => onGrain((data[offset + j]! - data[offset + k]!) / scale)
      : (data, offset) =>
          onGrain((data[offset + j]! - a.mean) / a.deviation - (data[offset + k]! - b.mean) / b.deviation);
  });
};

/** @param from values of a row that are regressed */
const linearFeatures = (known: Rows, indices: readonly number[], from: (value: number) => number): Feature[] => {
  const d = indices.length;
  if (d < 2 || d > mostLinear) return [];
  const part: Rows = { n: known.n, d, data: new Float64Array(known.n * d) };
  for (let i = 0; i < known.n; i++)
    for (const [k, j] of indices.entries()) part.data[i * d + k] = from(known.data[i * known.d + j]!);
  const columns = columnsOf(part);
  const weights = residualWeights(part, columns);
  return indices.map((_, r) => (data, offset) => {
    let sum = 0;
    for (const [k, j] of indices.entries()) {
      const { mean, deviation } = columns[k]!;
      if (deviation > 0) sum += (weights[r * d + k]! * (from(data[offset + j]!) - mean)) / deviation;
    }
    return onGrain(sum);
  });
};

/**
 * Fits to rows: which pairs of columns have like scale, and how each column depends on the others linearly. The columns
 * it makes are the row itself, differences of pairs, residuals of regressions of each column on all others, and the
 * same of logarithms of positive columns. Differences are in the units of the data where both have similar scale, so
 * that their order shows, else in deviations. Residuals show a sum of columns, residuals of logarithms a product.
 * What is made of a missing cell, NaN, is missing. Residuals are of columns that lack none.
 * @param numbers the columns that relations are of, all by default
 */
export const rowRelations = (known: Rows, numbers: readonly number[] = [...Array(known.d).keys()]): RowRelations => {
  const columns = columnsOf(known);
  const varied = numbers.filter((j) => columns[j]!.deviation > 0);
  const whole = varied.filter((j) => columns[j]!.whole);
  const positive = whole.filter((j) => columns[j]!.low > 0);
  // A sample may be negative where no known row is.
  const log = (value: number): number => Math.log(Math.max(value, Number.MIN_VALUE));
  const linear = [
    ...linearFeatures(known, whole, (value) => value),
    ...(positive.length > 2 ? linearFeatures(known, positive, log) : []),
  ];
  const made = [...linear, ...pairFeatures(columns, varied, Math.max(0, mostColumns - known.d - linear.length))];
  return ({ n, d, data }) => {
    const width = d + made.length;
    const wide = new Float64Array(n * width);
    for (let i = 0; i < n; i++) {
      wide.set(data.subarray(i * d, (i + 1) * d), i * width);
      for (const [k, feature] of made.entries()) wide[i * width + d + k] = feature(data, i * d);
    }
    return { n, d: width, data: wide };
  };
};

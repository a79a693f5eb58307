/** Means and covariances of standardised columns: all that Gaussian scores need of rows. */
import { ArgumentError } from "@scorefield/core";
import { checkCount, checkOptions, type Known } from "@scorefield/core/internal";
import { showValue } from "@scorefield/tensor/internal";
import { checkNames } from "../graph/check-graph.ts";
import type { Observations } from "../graph/observations.ts";
import { type Columns, columnsOf, excludedBy, sortedNames } from "./columns.ts";

/** A covariance in place of rows, for example that of a known model. */
export interface CovarianceTable {
  readonly names: readonly string[];
  /** [names, names] by rows, symmetric, with a positive diagonal. */
  readonly covariance: Float64Array;
  /** Rows that the covariance stands for. */
  readonly rows: number;
}

/** Moments of what a variable's local score sees: all rows but those in which it was set from outside. */
interface LocalMoments {
  readonly rows: number;
  /** [columns, columns] by rows, of standardised columns, divided by `rows`. */
  readonly covariance: Float64Array;
  /** [columns], of standardised columns. */
  readonly mean: Float64Array;
}

/** Standardised columns and their moments. A category has a column for each level that occurs, without the first. */
export interface Moments {
  readonly names: readonly string[];
  readonly shown: readonly string[];
  readonly rows: number;
  readonly targets: readonly (readonly number[])[];
  /** Columns in all. */
  readonly width: number;
  /** Columns of each variable. */
  readonly blocks: readonly (readonly number[])[];
  of(variable: number): LocalMoments;
}

/** Deviations below this share of a column's size are rounding: the column is constant. */
const constantShare = 1e-12;

/** Mean and deviation of a column; a constant one has deviation 0. */
export const scaleOf = (column: Float64Array): { readonly mean: number; readonly deviation: number } => {
  let mean = 0;
  let size = 0;
  for (const value of column) {
    mean += value / column.length;
    size = Math.max(size, Math.abs(value));
  }
  let square = 0;
  // In units of the largest value, whose square may be too large for a number.
  for (const value of column) square += ((value - mean) / (size || 1)) ** 2;
  const deviation = (size || 1) * Math.sqrt(square / column.length);
  return { mean, deviation: deviation > constantShare * size ? deviation : 0 };
};

/** A column with mean 0 and deviation 1; zeros for a constant one. */
export const standardised = (column: Float64Array): Float64Array => {
  const { mean, deviation } = scaleOf(column);
  return column.map((value) => (deviation === 0 ? 0 : (value - mean) / deviation));
};

/** Standardised columns, and those of each variable. */
const expand = ({ columns, levels, rows }: Columns): { columns: Float64Array[]; blocks: number[][] } => {
  const expanded: Float64Array[] = [];
  const blocks = columns.map((column, j) => {
    if (levels[j] === 0) return [expanded.push(standardised(column)) - 1];
    const present = [...new Set(column)].sort((a, b) => a - b).slice(1);
    if (present.length === 0) return [expanded.push(new Float64Array(rows)) - 1];
    return present.map((level) => expanded.push(standardised(column.map((code) => (code === level ? 1 : 0)))) - 1);
  });
  return { columns: expanded, blocks };
};

/** Sums of columns and of their products over some rows. */
const sums = (columns: readonly Float64Array[], rows: Int32Array): { first: Float64Array; second: Float64Array } => {
  const width = columns.length;
  const first = new Float64Array(width);
  const second = new Float64Array(width * width);
  const n = rows.length;
  const picked = columns.map((column) => {
    const some = new Float64Array(n);
    for (let i = 0; i < n; i++) some[i] = column[rows[i]!]!;
    return some;
  });
  for (let a = 0; a < width; a++) {
    const x = picked[a]!;
    let sum = 0;
    for (let i = 0; i < n; i++) sum += x[i]!;
    first[a] = sum;
    for (let b = 0; b <= a; b++) {
      const y = picked[b]!;
      let product = 0;
      for (let i = 0; i < n; i++) product += x[i]! * y[i]!;
      second[a * width + b] = product;
      second[b * width + a] = product;
    }
  }
  return { first, second };
};

const centred = (rows: number, { first, second }: ReturnType<typeof sums>): LocalMoments => {
  const width = first.length;
  const mean = first.map((sum) => sum / rows);
  const covariance = second;
  for (let a = 0; a < width; a++)
    for (let b = 0; b < width; b++) covariance[a * width + b] = covariance[a * width + b]! / rows - mean[a]! * mean[b]!;
  return { rows, covariance, mean };
};

/** Bytes of covariances of different rows that are kept. */
const mostBytes = 2 ** 30;

/**
 * Moments of columns over the rows that each variable can use.
 * @param table with the rows' targets
 * @param columns made of it, standardised
 */
export const momentsOfColumns = (
  name: string,
  { names, targets, targetOf }: Columns,
  columns: readonly Float64Array[],
): Moments["of"] => {
  const width = columns.length;
  const kept = new Map<string, LocalMoments>();
  return (variable) => {
    const excluded = excludedBy(targets, variable);
    const key = excluded?.join("") ?? "";
    const known = kept.get(key);
    if (known) return known;
    const used = Int32Array.from(targetOf.keys()).filter((i) => !excluded?.[targetOf[i]!]);
    if (used.length < 2)
      throw new ArgumentError(
        `${name}: expected at least 2 rows in which ${names[variable]} was not set from outside, found ${used.length}`,
      );
    if ((kept.size + 1) * width * width * 8 > mostBytes)
      throw new ArgumentError(
        `${name}: expected fewer variables with interventions of their own, found more than ${kept.size} among ${width} columns, which takes more than a gigabyte`,
      );
    const moments = centred(used.length, sums(columns, used));
    kept.set(key, moments);
    return moments;
  };
};

const ofRows = (name: string, table: Columns): Moments => {
  const { names, shown, rows, targets } = table;
  const { columns, blocks } = expand(table);
  return { names, shown, rows, targets, width: columns.length, blocks, of: momentsOfColumns(name, table, columns) };
};

const known = { names: true, covariance: true, rows: true } satisfies Known<CovarianceTable>;

const ofCovariance = (name: string, table: CovarianceTable): Moments => {
  checkOptions(name, table, known);
  checkNames(`${name} names`, table.names);
  checkCount(`${name} rows`, table.rows);
  const shown = [...table.names];
  const names = sortedNames(shown);
  const d = names.length;
  const { covariance: given } = table;
  if (!(given instanceof Float64Array) || given.length !== d * d)
    throw new ArgumentError(
      `${name} covariance: expected a Float64Array of ${d * d} numbers, found ${showValue(given)}`,
    );
  const at = names.map((word) => shown.indexOf(word));
  const deviation = at.map((i) => Math.sqrt(given[i * d + i]!));
  const covariance = new Float64Array(d * d);
  for (let a = 0; a < d; a++)
    for (let b = 0; b < d; b++) {
      covariance[a * d + b] = given[at[a]! * d + at[b]!]! / (deviation[a]! * deviation[b]!);
      if (!Number.isFinite(covariance[a * d + b]))
        throw new ArgumentError(
          `${name} covariance: expected finite numbers and positive variances, found others at ${names[a]}, ${names[b]}`,
        );
    }
  const moments = { rows: table.rows, covariance, mean: new Float64Array(d) };
  return {
    names,
    shown,
    rows: table.rows,
    targets: [[]],
    width: d,
    blocks: names.map((_, i) => [i]),
    of: () => moments,
  };
};

/** @throws ArgumentError for what are neither observations nor a covariance */
export const momentsOf = (name: string, data: Observations | CovarianceTable): Moments =>
  typeof data === "object" && data !== null && "covariance" in data
    ? ofCovariance(name, data)
    : ofRows(name, columnsOf(name, data));

/** Samples of a table beside real rows: column by column, and in their correlations. */

import { correlationError, marginals } from "@scorefield/assess";
import { standardUnits } from "@scorefield/assess/internal";
import { ArgumentError, permutation } from "@scorefield/core";
import { checkMade } from "@scorefield/core/internal";
import { type NdArray, ndarray } from "@scorefield/tensor";

/** Distances of one column from the same column of the reference rows. */
export interface ColumnDistance {
  /** Two-sample Kolmogorov-Smirnov distance, in [0, 1]. */
  readonly kolmogorovSmirnov: number;
  /** Wasserstein distance of order 1, in standard deviations of the reference rows (in units of a constant column). */
  readonly wasserstein: number;
}

/** How far a set of rows is from the reference rows. */
interface SetDistance {
  /** Rows that were compared. */
  readonly rows: number;
  readonly columns: readonly ColumnDistance[];
  /** Root mean square of the differences of the correlations of all pairs of columns. */
  readonly correlationError: number;
}

/**
 * Samples against reference rows, beside the same number of training rows against them: the distance that chance alone makes.
 */
export interface ColumnComparison {
  readonly columns: readonly string[];
  readonly referenceRows: number;
  readonly samples: SetDistance;
  readonly training?: SetDistance;
  /** Columns that are constant in one of the sets, and so have no correlations. */
  readonly constant: readonly string[];
}

/** Rows of numbers, [n, columns], in the units of the data. */
export interface RowSets {
  readonly samples: NdArray;
  /** Rows that the model did not see. */
  readonly reference: NdArray;
  /** Rows that it has learnt from, where known. */
  readonly training?: NdArray | undefined;
}

/** Which columns hold more than one value. */
const varying = ({ data, shape: [, d = 0] }: NdArray): boolean[] =>
  Array.from({ length: d }, (_, j) => data.some((value, k) => k % d === j && value !== data[j]));

const pick = (rows: NdArray, columns: readonly number[]): NdArray<"float64"> => {
  const [n = 0, d = 0] = rows.shape;
  const data = new Float64Array(n * columns.length);
  for (let i = 0; i < n; i++)
    for (const [k, j] of columns.entries()) data[i * columns.length + k] = Number(rows.data[i * d + j]);
  return ndarray(data, [n, columns.length]);
};

/** `count` rows at random; the set itself where it has no more. @param step gives different sets different draws */
const some = (rows: NdArray, count: number, seed: number, step: number): NdArray => {
  const [n = 0, d = 0] = rows.shape;
  if (n <= count) return rows;
  const data = new Float64Array(count * d);
  for (const [i, row] of permutation(n, { seed, step, purpose: "resampling" }).data.subarray(0, count).entries())
    for (let j = 0; j < d; j++) data[i * d + j] = Number(rows.data[row * d + j]);
  return ndarray(data, [count, d]);
};

/**
 * Compares samples with reference rows column by column. Distances between equal distributions fall with the number of
 * rows, so of samples and training rows the larger set is cut to the size of the smaller, at random.
 * @throws ShapeError for different numbers of columns, or fewer than two rows in a set
 */
export const compareColumns = (
  columns: readonly string[],
  sets: RowSets,
  { seed = 0 }: { readonly seed?: number | undefined } = {},
): ColumnComparison => {
  if (!Array.isArray(columns))
    throw new ArgumentError(`compareColumns: expected names of columns, found ${typeof columns}`);
  checkMade("compareColumns sets", sets, ["samples", "reference"], "samples and reference");
  const { samples, reference, training } = sets;
  const count = Math.min(samples.shape[0]!, training?.shape[0] ?? Number.POSITIVE_INFINITY);
  const drawn = some(samples, count, seed, 3);
  const known = training && some(training, count, seed, 4);
  const varied = [drawn, reference, ...(known ? [known] : [])].map(varying);
  const used = [...columns.keys()].filter((j) => varied.every((set) => set[j]));
  const scaled = standardUnits(reference);
  const real = scaled(reference);
  const distance = (set: NdArray): SetDistance => {
    const rows = scaled(set);
    return {
      rows: set.shape[0]!,
      columns: marginals(rows, real).map(({ kolmogorovSmirnov, wasserstein }) => ({ kolmogorovSmirnov, wasserstein })),
      correlationError: correlationError(pick(rows, used), pick(real, used)).rootMeanSquare,
    };
  };
  return {
    columns,
    referenceRows: reference.shape[0]!,
    samples: distance(drawn),
    ...(known && { training: distance(known) }),
    constant: columns.filter((_, j) => !used.includes(j)),
  };
};

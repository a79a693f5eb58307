/** Samples of a table beside real rows: column by column, and in their correlations. */

import { columnDistances, correlationError, type MetricColumn, marginals, oneColumnAreas } from "@scorefield/assess";
import { cellsOf, isCategory, standardUnits } from "@scorefield/assess/internal";
import { ArgumentError, permutation } from "@scorefield/core";
import { checkMade } from "@scorefield/core/internal";
import { type NdArray, ndarray } from "@scorefield/tensor";

/** Distances of one column from the same column of the reference rows. */
export interface ColumnDistance {
  /**
   * Of numbers, dates and ordered levels: two-sample Kolmogorov-Smirnov distance, in [0, 1]. A missing cell counts as greater
   * than all.
   */
  readonly kolmogorovSmirnov?: number;
  /** Of a category: total variation, in [0, 1]. A missing cell is one more level. */
  readonly totalVariation?: number;
  /**
   * Wasserstein distance of order 1 of the cells that are there, in standard deviations of the reference rows (in units of a
   * constant column). Not of a category.
   */
  readonly wasserstein?: number;
  /** Share of cells that are missing, where the column lacks some in the reference rows or in the set. */
  readonly missing?: number;
  /**
   * How well this column alone tells the set from the reference rows: the area under the curve of a classifier, 0.5 for not
   * at all. Left out for fewer than four rows.
   */
  readonly apart?: number;
}

/** How far a set of rows is from the reference rows. */
interface SetDistance {
  /** Rows that were compared. */
  readonly rows: number;
  readonly columns: readonly ColumnDistance[];
  /**
   * Root mean square of the differences of the correlations of all pairs of columns of numbers. Left out where fewer than two of
   * these vary in all sets.
   */
  readonly correlationError?: number;
}

/**
 * Samples against reference rows, beside the same number of training rows against them: the distance that chance alone makes.
 */
export interface ColumnComparison {
  readonly columns: readonly string[];
  readonly referenceRows: number;
  /** Shares of cells that are missing in the reference rows, in the order of the columns, where any are. */
  readonly referenceMissing?: readonly number[];
  readonly samples: SetDistance;
  readonly training?: SetDistance;
  /** Columns that are constant in one of the sets, and so have no correlations. */
  readonly constant: readonly string[];
}

/** Rows [n, columns] in the units of the data. Cells of a column with levels are codes; a missing cell is NaN. */
export interface RowSets {
  readonly samples: NdArray;
  /** Rows that the model did not see. */
  readonly reference: NdArray;
  /** Rows that it has learnt from, where known. */
  readonly training?: NdArray | undefined;
}

/** Which columns hold more than one value, besides missing cells. */
const varying = (rows: NdArray): boolean[] =>
  Array.from({ length: rows.shape[1] ?? 0 }, (_, j) => {
    const cells = cellsOf(rows, j);
    const first = cells.find((cell) => !Number.isNaN(cell));
    return cells.some((cell) => !Number.isNaN(cell) && cell !== first);
  });

const pick = (rows: NdArray, columns: readonly number[]): NdArray<"float64"> => {
  const [n = 0, d = 0] = rows.shape;
  const data = new Float64Array(n * columns.length);
  for (let i = 0; i < n; i++)
    for (const [k, j] of columns.entries()) data[i * columns.length + k] = Number(rows.data[i * d + j]);
  return ndarray(data, [n, columns.length]);
};

/** Cells that are there, as rows of one column. */
const thereOf = (rows: NdArray, j: number): NdArray<"float64"> => {
  const cells = cellsOf(rows, j).filter((cell) => !Number.isNaN(cell));
  return ndarray(cells, [cells.length, 1]);
};

const lackOf = (rows: NdArray, j: number): number => {
  const cells = cellsOf(rows, j);
  return cells.reduce((sum, cell) => sum + (Number.isNaN(cell) ? 1 : 0), 0) / cells.length;
};

/** Missing cells of numbers replaced by the mean of the column in the reference, in standard deviations. */
const filled = (reference: NdArray, used: readonly number[]): ((rows: NdArray) => NdArray<"float64">) => {
  const scaled = used.map((j) => standardUnits(thereOf(reference, j)));
  return (rows) => {
    const picked = pick(rows, used);
    for (const [k, j] of used.entries()) {
      const cells = cellsOf(rows, j);
      const values = scaled[k]!(ndarray(cells, [cells.length, 1])).data;
      for (let i = 0; i < cells.length; i++)
        picked.data[i * used.length + k] = Number.isNaN(cells[i]!) ? 0 : values[i]!;
    }
    return picked;
  };
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

/** Distance of order 1 in deviations of the reference; nothing where a set has no cells. */
const wassersteinOf = (set: NdArray, reference: NdArray, j: number): number | undefined => {
  const [a, b] = [thereOf(set, j), thereOf(reference, j)];
  if (a.shape[0] === 0 || b.shape[0] === 0) return undefined;
  const scaled = standardUnits(b);
  return marginals(scaled(a), scaled(b))[0]!.wasserstein;
};

/**
 * Compares samples with reference rows column by column. Distances between equal distributions fall with the number of
 * rows, so of samples and training rows the larger set is cut to the size of the smaller, at random. A missing cell enters
 * correlations as the mean of its column.
 * @param options `table`, what the columns are; default numbers, none missing
 * @throws ShapeError for different numbers of columns, or fewer than two rows in a set
 */
export const compareColumns = (
  columns: readonly string[],
  sets: RowSets,
  {
    seed = 0,
    table = columns?.map?.((name) => ({ name })),
  }: { readonly seed?: number | undefined; readonly table?: readonly MetricColumn[] | undefined } = {},
): ColumnComparison => {
  if (!Array.isArray(columns))
    throw new ArgumentError(`compareColumns: expected names of columns, found ${typeof columns}`);
  checkMade("compareColumns sets", sets, ["samples", "reference"], "samples and reference");
  const { samples, reference, training } = sets;
  const count = Math.min(samples.shape[0]!, training?.shape[0] ?? Number.POSITIVE_INFINITY);
  const drawn = some(samples, count, seed, 3);
  const known = training && some(training, count, seed, 4);
  const varied = [drawn, reference, ...(known ? [known] : [])].map(varying);
  const numbers = [...columns.keys()].filter((j) => !isCategory(table[j]!));
  const used = numbers.filter((j) => varied.every((set) => set[j]));
  const referenceMissing = [...columns.keys()].map((j) => lackOf(reference, j));
  const inDeviations = filled(reference, used);
  const real = inDeviations(reference);
  const distance = (set: NdArray): SetDistance => {
    const enough = Math.min(set.shape[0]!, reference.shape[0]!) >= 4;
    const areas = enough ? oneColumnAreas(set, reference, table, { seed }) : [];
    return {
      rows: set.shape[0]!,
      columns: columnDistances(set, reference, table).map((found, j): ColumnDistance => {
        const missing = lackOf(set, j);
        const wasserstein = isCategory(table[j]!) ? undefined : wassersteinOf(set, reference, j);
        return {
          ...(isCategory(table[j]!) ? { totalVariation: found } : { kolmogorovSmirnov: found }),
          ...(wasserstein !== undefined && { wasserstein }),
          ...((missing > 0 || referenceMissing[j]! > 0) && { missing }),
          ...(enough && { apart: areas[j]! }),
        };
      }),
      ...(used.length > 1 && { correlationError: correlationError(inDeviations(set), real).rootMeanSquare }),
    };
  };
  const samplesDistance = distance(drawn);
  const trainingDistance = known && distance(known);
  return {
    columns,
    referenceRows: reference.shape[0]!,
    ...(referenceMissing.some((share) => share > 0) && { referenceMissing }),
    samples: samplesDistance,
    ...(trainingDistance && { training: trainingDistance }),
    constant: columns.filter((_, j) => !varied.every((set) => set[j])),
  };
};

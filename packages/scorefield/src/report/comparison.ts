/** Samples of a table beside real rows: column by column, and in their correlations. */
import { correlationError, marginals } from "@scorefield/assess";
import { fitStandardisation, standardise } from "@scorefield/data";
import { type FloatType, type NdArray, zeros } from "@scorefield/tensor";
import type { Table } from "../run/prepare.ts";
import { shortNumber } from "./number-text.ts";
import { textTable } from "./text-table.ts";
import { wrapped } from "./wrap-text.ts";

/** Distances of one column from that of the reference rows. */
export interface ColumnDistance {
  /** Two-sample Kolmogorov-Smirnov distance, in [0, 1]. */
  readonly kolmogorovSmirnov: number;
  /** Wasserstein distance of order 1, in standard deviations of the reference rows (in units of a constant column). */
  readonly wasserstein: number;
}

/** How far two sets of rows are from reference rows. */
interface SetDistance {
  readonly rows: number;
  readonly columns: readonly ColumnDistance[];
  /** Root mean square of the differences of the correlations of all pairs of columns. */
  readonly correlationError: number;
}

/** Samples against reference rows, beside real training rows against the same: the distance that chance alone makes. */
export interface Comparison {
  readonly columns: readonly string[];
  readonly referenceRows: number;
  readonly samples: SetDistance;
  readonly training?: SetDistance;
  /** Columns that are constant in one of the sets, and so have no correlations. */
  readonly constant: readonly string[];
}

/** Which columns hold more than one value. */
const varying = ({ data, shape: [, d = 0] }: Table): boolean[] =>
  Array.from({ length: d }, (_, j) => data.some((value, k) => k % d === j && value !== data[j]));

const pick = (table: Table, columns: readonly number[]): NdArray<"float64"> => {
  const [n = 0, d = 0] = table.shape;
  const picked = zeros([n, columns.length], "float64");
  for (let i = 0; i < n; i++)
    for (const [k, j] of columns.entries()) picked.data[i * columns.length + k] = table.data[i * d + j]!;
  return picked;
};

/**
 * Compares samples with reference rows, all in the units of the data, [rows, columns].
 * @throws ShapeError for different numbers of columns, or fewer than two rows in a set
 */
export const compareTables = (
  columns: readonly string[],
  { samples, reference, training }: { samples: Table; reference: Table; training?: Table | undefined },
): Comparison => {
  const sets = [samples, reference, ...(training ? [training] : [])];
  const varied = sets.map(varying);
  const used = [...columns.keys()].filter((j) => varied.every((set) => set[j]));
  const units = fitStandardisation(reference, columns);
  const scaled = (set: Table) => standardise(set as NdArray<FloatType>, units, "float64");
  const real = scaled(reference);
  const distance = (set: Table): SetDistance => {
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
    samples: distance(samples),
    ...(training && { training: distance(training) }),
    constant: columns.filter((_, j) => !used.includes(j)),
  };
};

const meanOf = (columns: readonly ColumnDistance[], key: keyof ColumnDistance): number =>
  columns.reduce((sum, column) => sum + column[key], 0) / columns.length;

/** The comparison as text. @param reference what the reference rows are called */
export const comparisonText = (comparison: Comparison, reference = "held-out rows"): string => {
  const { columns, samples, training, constant, referenceRows } = comparison;
  const sets = [samples, ...(training ? [training] : [])];
  const rows = (key: keyof ColumnDistance, j: number) => sets.map((set) => shortNumber(set.columns[j]![key]));
  const means = (key: keyof ColumnDistance) => sets.map((set) => shortNumber(meanOf(set.columns, key)));
  const heads = training ? ["samples", "real"] : ["samples"];
  const table = textTable([
    ["column", ...heads.map((head) => `KS ${head}`), ...heads.map((head) => `W1 ${head}`)],
    ...columns.map((name, j) => [name, ...rows("kolmogorovSmirnov", j), ...rows("wasserstein", j)]),
    ["mean", ...means("kolmogorovSmirnov"), ...means("wasserstein")],
  ]);
  const real = training ? `; real: ${training.rows} training rows against the same` : "";
  const lines = [
    wrapped(`Distances to ${referenceRows} ${reference} (samples: ${samples.rows} drawn${real}).`),
    wrapped("KS: Kolmogorov-Smirnov distance in [0, 1]. W1: Wasserstein distance in standard deviations."),
    "",
    table,
    "",
    wrapped(
      `Correlation matrix, root mean square error: samples ${shortNumber(samples.correlationError)}` +
        (training
          ? `, real ${shortNumber(training.correlationError)} (ratio ${shortNumber(samples.correlationError / training.correlationError)})`
          : ""),
    ),
    ...(constant.length > 0
      ? [wrapped(`Left out of the correlations, being constant in the samples or in the rows: ${constant.join(", ")}`)]
      : []),
  ];
  return lines.join("\n");
};

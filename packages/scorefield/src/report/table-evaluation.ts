/** Samples of a run on a table, measured column by column and as whole rows. */
import { type Dataset, dataset, permutation } from "@scorefield/core";
import { fitStandardisation, standardise } from "@scorefield/data";
import { type FloatType, type NdArray, zeros } from "@scorefield/tensor";
import type { Table } from "../run/prepare.ts";
import { type Comparison, compareTables } from "./comparison.ts";
import type { Measure } from "./measure.ts";
import { memorisation, type QualityOptions, sampleMeasures } from "./quality.ts";

/** The result for one run. */
export interface TableEvaluation extends Comparison {
  /** Rows of each set that enter the measures of whole rows. */
  readonly count: number;
  /** None where the sets are too small for them. */
  readonly measures: readonly Measure[];
}

/** Rows that measures of whole rows are taken on: all that they need is a share of a large table. */
const mostRows = 5000;
// Five neighbours and a two-sample test need a few.
const fewestRows = 8;

const some = (
  { data, shape: [n = 0, d = 0] }: Table,
  count: number,
  seed: number,
  step: number,
): NdArray<"float64"> => {
  const rows = permutation(n, { seed, step, purpose: "resampling" }).data.subarray(0, count);
  const picked = zeros([count, d], "float64");
  for (const [i, row] of rows.entries()) for (let j = 0; j < d; j++) picked.data[i * d + j] = data[row * d + j]!;
  return picked;
};

/**
 * Measures samples against rows that training did not see, and training rows against the same; all in the units of the
 * data. Whole rows are compared in standard deviations of the reference's columns.
 * @throws ShapeError for different numbers of columns, or fewer than two rows in a set
 */
export const evaluateTable = async (
  columns: readonly string[],
  { samples, reference, training }: { samples: Table; reference: Table; training?: Table | undefined },
  options: QualityOptions,
): Promise<TableEvaluation> => {
  const { seed } = options;
  const comparison = compareTables(columns, { samples, reference, training });
  const sets = [samples, reference, ...(training ? [training] : [])];
  const count = Math.min(mostRows, ...sets.map(({ shape }) => shape[0]!));
  const units = fitStandardisation(reference, columns);
  const scaled = (table: Table): NdArray<"float32"> => standardise(table as NdArray<FloatType>, units, "float32");
  const picked = (table: Table, step: number) => scaled(some(table, count, seed, step));
  const compared = {
    samples: picked(samples, 0),
    reference: picked(reference, 1),
    ...(training && { real: picked(training, 2) }),
  };
  if (count < fewestRows) return { ...comparison, count, measures: [] };
  const measures = await sampleMeasures(compared, options);
  const known: Dataset | undefined = training && dataset(scaled(training));
  const memory = known && (await memorisation(compared.samples, compared.reference, known, options));
  return { ...comparison, count, measures: [...measures, ...(memory ? [memory.measure] : [])] };
};

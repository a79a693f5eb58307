/** How good samples of a table are: measures of whole rows, and every column beside the column of real rows. */
import type { Quality } from "@scorefield/assess";
import { type CompareOptions, compareSets, plainJson } from "@scorefield/assess/internal";
import { columnOrder, type OrderedPair } from "./column-order.ts";
import { type ColumnComparison, compareColumns, type RowSets } from "./compare-columns.ts";

/** What was found. Plain JSON; a number that is not finite is null, and a note says so. */
export interface TableQuality extends Quality, ColumnComparison {
  readonly kind: "table";
  /** Pairs of columns in order in all training rows, those that samples break most first; at most 100. */
  readonly ordered?: readonly OrderedPair[];
}

/** Options of {@link measureTable}. */
export type MeasureTableOptions = Omit<CompareOptions, "extractor">;

/** Of several hundred columns the pairs in order can be many thousands. */
const mostPairs = 100;

/**
 * Measures samples against rows that training did not see, and training rows against the same; all [n, columns] in the
 * units of the data. Whole rows are compared in standard deviations of the reference's columns.
 * @param columns their names
 * @throws ShapeError for different numbers of columns, or fewer than two rows in a set; the signal's reason when aborted
 */
export const measureTable = async (
  columns: readonly string[],
  sets: RowSets,
  options: MeasureTableOptions = {},
): Promise<TableQuality> => {
  const { seed } = options;
  const comparison = compareColumns(columns, sets, { seed });
  const order = columnOrder(columns, sets, { seed });
  const { quality } = await compareSets(sets, options);
  return plainJson({
    kind: "table",
    ...comparison,
    ...quality,
    measures: [...quality.measures, ...(order ? [order.measure] : [])],
    ordered: order?.pairs.slice(0, mostPairs),
  }) as TableQuality;
};

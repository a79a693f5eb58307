/** How good samples of a table are: measures of whole rows, and every column beside the column of real rows. */
import { brokenOrderMetric, type Metric, type OrderedPair, type Quality, usualMetrics } from "@scorefield/assess";
import { type CompareOptions, compareSets, plainJson } from "@scorefield/assess/internal";
import type { ColumnSections } from "../measure.ts";
import { compareColumns, type RowSets } from "./compare-columns.ts";

/** What was found. Plain JSON; a number that is not finite is null, and a note says so. */
export interface TableQuality extends Quality, ColumnSections {
  readonly kind: "table";
}

/** Options of {@link measureTable}. */
export type MeasureTableOptions = Omit<CompareOptions, "extractor" | "judge">;

/** What is measured on rows by default. */
const tableMetrics = (): readonly Metric[] => [...usualMetrics(), brokenOrderMetric()];

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
  { metrics = tableMetrics(), ...options }: MeasureTableOptions = {},
): Promise<TableQuality> => {
  const comparison = compareColumns(columns, sets, { seed: options.seed });
  const { quality, details } = await compareSets(sets, { ...options, metrics });
  const pairs = details.get("broken-order") as readonly OrderedPair[] | undefined;
  return plainJson({
    kind: "table",
    ...comparison,
    ...quality,
    ordered: pairs
      ?.slice(0, mostPairs)
      .map(({ lower, upper, ...shares }) => ({ lower: columns[lower], upper: columns[upper], ...shares })),
  }) as TableQuality;
};

/** How good samples of a table are: measures of whole rows, and every column beside the column of real rows. */
import {
  alphaPrecisionMetric,
  betaRecallMetric,
  brokenOrderMetric,
  detectionScoreMetric,
  exactCopyMetric,
  logisticTwoSampleMetric,
  type MembershipAttack,
  type Metric,
  type MissingPattern,
  marginalMetric,
  missingPatternMetric,
  type OrderedPair,
  type PairAssociations,
  pairAssociationMetric,
  type Quality,
  type Usefulness,
  usefulnessMetric,
  usualMetrics,
} from "@scorefield/assess";
import { type CompareOptions, compareSets, plainJson } from "@scorefield/assess/internal";
import type { AssociationSection, ColumnSections } from "../measure.ts";
import { compareColumns, type RowSets } from "./compare-columns.ts";

/** What was found. Plain JSON; a number that is not finite is null, and a note says so. */
export interface TableQuality extends Quality, ColumnSections {
  readonly kind: "table";
}

/** Options of {@link measureTable}. */
export interface MeasureTableOptions extends Omit<CompareOptions, "extractor" | "judge"> {
  /** An attack on the model that drew the samples, carried out after all else. */
  readonly membership?: (() => Promise<MembershipAttack | undefined>) | undefined;
}

/** What is measured on rows by default. */
const tableMetrics = (): readonly Metric[] => [
  marginalMetric(),
  missingPatternMetric(),
  pairAssociationMetric(),
  ...usualMetrics(),
  logisticTwoSampleMetric(),
  detectionScoreMetric(),
  usefulnessMetric(),
  alphaPrecisionMetric(),
  betaRecallMetric(),
  exactCopyMetric(),
  brokenOrderMetric(),
];

/** Of several hundred columns the pairs in order can be many thousands. */
const mostPairs = 100;
/** Pairs of columns that are listed, and columns whose associations are all kept. */
const listedPairs = 20;
const mostMapped = 60;

/** The columns of the worst pairs first, in the order of the table. */
const mappedColumns = ({ columns, pairs }: PairAssociations): number[] => {
  const names = new Set(pairs.flatMap(({ a, b }) => [a, b]));
  const worst = new Set([...names].slice(0, mostMapped));
  return [...columns.keys()].filter((j) => worst.has(columns[j]!));
};

const associationsOf = (found: PairAssociations): AssociationSection => {
  const d = found.columns.length;
  const mapped = mappedColumns(found);
  const square = (values: Float64Array): number[][] => mapped.map((j) => mapped.map((k) => values[j * d + k]!));
  return {
    columns: mapped.map((j) => found.columns[j]!),
    samples: square(found.samples),
    real: square(found.reference),
    rows: { samples: found.rows.samples, real: found.rows.reference },
    pairs: found.pairs.slice(0, listedPairs).map(({ reference, ...pair }) => ({ ...pair, real: reference })),
  };
};

/**
 * Measures samples against rows that training did not see, and training rows and a control of independent columns against the
 * same; all [n, columns] in the units of the data. Whole rows are compared in standard deviations of the reference's columns,
 * two different levels of a category being 1 apart.
 * @param columns their names; what they hold is the option `columns`
 * @throws ShapeError for different numbers of columns, or fewer than two rows in a set; the signal's reason when aborted
 */
export const measureTable = async (
  columns: readonly string[],
  sets: RowSets,
  { metrics = tableMetrics(), membership, control = true, ...options }: MeasureTableOptions = {},
): Promise<TableQuality> => {
  const comparison = compareColumns(columns, sets, { seed: options.seed, table: options.columns });
  const { quality, details } = await compareSets(sets, { ...options, metrics, control });
  const pairs = details.get("broken-order") as readonly OrderedPair[] | undefined;
  const associations = details.get("pair-associations") as PairAssociations | undefined;
  const missing = details.get("missing-patterns") as readonly MissingPattern[] | undefined;
  const usefulness = details.get("usefulness") as Usefulness | undefined;
  const attack = await membership?.();
  return plainJson({
    kind: "table",
    ...comparison,
    ...quality,
    associations: associations && associationsOf(associations),
    missing: missing?.map(({ reference, ...pattern }) => ({ ...pattern, real: reference })),
    usefulness: usefulness && { target: usefulness.target, figure: usefulness.figure },
    membership: attack,
    ordered: pairs
      ?.slice(0, mostPairs)
      .map(({ lower, upper, ...shares }) => ({ lower: columns[lower], upper: columns[upper], ...shares })),
  }) as TableQuality;
};

/** Whether columns go together in samples as they do in real data, pair by pair. */
import { setting } from "@scorefield/core";
import type { NdArray } from "@scorefield/tensor";
import { association, associationColumns, associationKind, type NumberScale } from "./association.ts";
import { checkRowSets, numberColumns } from "./cells.ts";
import { againstReference, declareMetric } from "./metric.ts";
import type { MetricColumn } from "./metric-column.ts";
import { fewRows } from "./pair-rows.ts";
import { plainValue, type Statistic, statistic } from "./statistic.ts";

/** Options of {@link associations}. */
interface AssociationOptions {
  /** Default `ranks`. */
  readonly scale?: NumberScale;
}

const pairsOf = (count: number): (readonly [number, number])[] =>
  Array.from({ length: count }, (_, j) => Array.from({ length: j }, (_, k) => [k, j] as const)).flat();

/**
 * The associations of all pairs of columns, row-major [d, d] with ones on the diagonal: between numbers Spearman's
 * correlation, or Pearson's for the scale `values`, in [-1, 1]; between categories Cramer's V with the correction of its bias
 * (Bergsma 2013); between a category and a number the correlation ratio (Fisher 1925) of the number on the same scale; the
 * latter two in [0, 1]. Each is over the rows that have both cells. A column that is constant has 0 with all others.
 * @param rows [n, d] with codes of levels, and NaN for missing cells
 */
export const associations = (
  rows: NdArray,
  columns: readonly MetricColumn[],
  { scale = "ranks" }: AssociationOptions = {},
): Float64Array => {
  checkRowSets("associations", [rows], columns);
  const d = columns.length;
  const parts = associationColumns(rows, columns, scale);
  const once = new Float64Array(rows.shape[0] ?? 0).fill(1);
  const found = new Float64Array(d * d);
  for (let j = 0; j < d; j++) found[j * (d + 1)] = 1;
  for (const [k, j] of pairsOf(d)) found[k * d + j] = found[j * d + k] = association(parts[k]!, parts[j]!, once);
  return found;
};

/** The mean absolute difference of the associations of all pairs of columns of two sets, [n, d] and [m, d]. */
const associationErrorStatistic = (
  reference: NdArray,
  set: NdArray,
  columns: readonly MetricColumn[],
  scale: NumberScale,
): Statistic => {
  const [real, drawn] = [reference, set].map((rows) => associationColumns(rows, columns, scale));
  const pairs = pairsOf(columns.length);
  return statistic([reference.shape[0]!, set.shape[0]!], (a, b) => {
    let sum = 0;
    for (const [k, j] of pairs)
      sum += Math.abs(association(real![k]!, real![j]!, a!) - association(drawn![k]!, drawn![j]!, b!));
    return sum / pairs.length;
  });
};

/**
 * How far the associations of samples are from the reference's: the mean over all pairs of columns of the absolute
 * difference of {@link associations}, in [0, 2].
 * @param a [n, d] @param b [m, d]
 * @throws ArgumentError for other values, and for another number of columns
 */
export const associationError = (
  a: NdArray,
  b: NdArray,
  columns: readonly MetricColumn[],
  { scale = "ranks" }: AssociationOptions = {},
): number => {
  checkRowSets("associationError", [a, b], columns);
  return plainValue(associationErrorStatistic(a, b, columns, scale));
};

/** A pair of columns, and how strongly they go together: details of {@link pairAssociationMetric}. */
export interface AssociatedPair {
  /** Names of columns. */
  readonly a: string;
  readonly b: string;
  /** What the numbers are: rank correlation, correlation, Cramer's V or correlation ratio. */
  readonly kind: string;
  readonly samples: number;
  /** Of the reference. */
  readonly reference: number;
}

/** Details of {@link pairAssociationMetric}. */
export interface PairAssociations {
  readonly columns: readonly string[];
  /** Row-major [d, d]. */
  readonly samples: Float64Array;
  readonly reference: Float64Array;
  /** Rows of each set that were looked at. */
  readonly rows: { readonly samples: number; readonly reference: number };
  /** All pairs, those that differ most first. */
  readonly pairs: readonly AssociatedPair[];
}

/** Cells that are looked at in all replicates of a bootstrap, about: a few seconds. */
const mostWork = 1e8;
const fewestReplicates = 10;
/** Rows are enough for the pairs of several hundred columns where so many cells of pairs are looked at once. */
const mostCells = 2e7;
const fewestRowsKept = 500;

/** {@link associationError} as a metric of `assess`, on rows in the units of the data. */
export const pairAssociationMetric = declareMetric({
  kind: "pair-associations",
  name: "pairAssociationMetric",
  family: "relations between columns",
  title: "pair associations",
  summary: "mean error of correlation, Cramer's V or correlation ratio over all pairs of columns",
  source: "Spearman 1904; Bergsma 2013 (Cramer's V); Fisher 1925 (correlation ratio)",
  unit: "",
  good: "small",
  zero: "every pair of columns goes together as strongly as in real data",
  range: [0, 2],
  needs: "rows",
  settings: {
    scale: setting.choice({ values: ["ranks", "values"], default: "ranks", help: "how numbers enter" }),
  },
  take: ({ own, columns: given }, { scale }) => {
    const columns = given ?? numberColumns(own.samples.shape[1]!);
    const pairs = pairsOf(columns.length);
    if (pairs.length === 0) return undefined;
    const sets = fewRows(own, Math.max(fewestRowsKept, Math.floor(mostCells / pairs.length)));
    const { samples, reference } = sets;
    const d = columns.length;
    const [found, real] = [samples, reference].map((rows) => associations(rows, columns, { scale }));
    const details: PairAssociations = {
      columns: columns.map(({ name }) => name),
      samples: found!,
      reference: real!,
      rows: { samples: samples.shape[0]!, reference: reference.shape[0]! },
      pairs: pairs
        .map(([k, j]) => ({
          a: columns[k]!.name,
          b: columns[j]!.name,
          kind: associationKind(columns[k]!, columns[j]!, scale),
          samples: found![k * d + j]!,
          reference: real![k * d + j]!,
        }))
        .sort((p, q) => Math.abs(q.samples - q.reference) - Math.abs(p.samples - p.reference)),
    };
    const work = pairs.length * (samples.shape[0]! + reference.shape[0]!);
    return {
      ...againstReference(sets, (a, b) => associationErrorStatistic(a, b, columns, scale)),
      replicates: Math.max(fewestReplicates, Math.min(200, Math.floor(mostWork / work))),
      details,
    };
  },
});

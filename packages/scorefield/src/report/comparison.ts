/** Samples of a table beside real rows as text: column by column, and in their correlations. */
import type { ColumnSections, SampleQuality } from "@scorefield/domain";
import { grouped } from "../figure/grouped.ts";
import { shortNumber } from "./number-text.ts";
import { textTable } from "./text-table.ts";
import { wrapped } from "./wrap-text.ts";

type Comparison = Omit<ColumnSections, "ordered"> & Pick<SampleQuality, "counts">;
type ColumnDistance = ColumnSections["samples"]["columns"][number];

/** Whether columns were compared one by one. */
export const hasColumns = (quality: SampleQuality): quality is SampleQuality & ColumnSections =>
  quality.columns !== undefined;

const meanOf = (columns: readonly ColumnDistance[], key: keyof ColumnDistance): number =>
  columns.reduce((sum, column) => sum + column[key], 0) / columns.length;

/** The comparison as text. @param reference what the reference rows are called */
export const comparisonText = (comparison: Comparison, reference = "held-out rows"): string => {
  const { columns, samples, training, constant, referenceRows, counts } = comparison;
  const sets = [samples, ...(training ? [training] : [])];
  const rows = (key: keyof ColumnDistance, j: number) => sets.map((set) => shortNumber(set.columns[j]![key]));
  const means = (key: keyof ColumnDistance) => sets.map((set) => shortNumber(meanOf(set.columns, key)));
  const heads = training ? ["samples", "real"] : ["samples"];
  const table = textTable([
    ["column", ...heads.map((head) => `KS ${head}`), ...heads.map((head) => `W1 ${head}`)],
    ...columns.map((name, j) => [name, ...rows("kolmogorovSmirnov", j), ...rows("wasserstein", j)]),
    ["mean", ...means("kolmogorovSmirnov"), ...means("wasserstein")],
  ]);
  const drawn =
    counts.samples === samples.rows
      ? `${grouped(samples.rows)} drawn`
      : `${grouped(samples.rows)} of ${grouped(counts.samples)} drawn`;
  const real = training ? `; real: ${grouped(training.rows)} training rows against the same` : "";
  const lines = [
    wrapped(`Distances to ${grouped(referenceRows)} ${reference} (samples: ${drawn}${real}).`),
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

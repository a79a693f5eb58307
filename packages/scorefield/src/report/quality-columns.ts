/** Sections of the report on samples that are rows: every column beside the column of real rows. */
import type { ColumnSections } from "@scorefield/domain";
import { columnOf } from "@scorefield/domain/table";
import type { FloatType, NdArray } from "@scorefield/tensor";
import { twoHistograms } from "../figure/two-histograms.ts";
import { shortNumber } from "./number-text.ts";
import { figure, type Html, paragraph, type Section, sideBySide, table } from "./page.ts";

/** Columns whose distributions are drawn; the table of distances holds all. */
const drawn = 60;

const distances = ({ columns, samples, training }: ColumnSections): Html =>
  table(
    ["column", "KS samples", ...(training ? ["KS real"] : []), "W1 samples", ...(training ? ["W1 real"] : [])],
    columns.map((name, j) => [
      name,
      shortNumber(samples.columns[j]!.kolmogorovSmirnov),
      ...(training ? [shortNumber(training.columns[j]!.kolmogorovSmirnov)] : []),
      shortNumber(samples.columns[j]!.wasserstein),
      ...(training ? [shortNumber(training.columns[j]!.wasserstein)] : []),
    ]),
  );

const correlations = ({ samples, training, constant }: ColumnSections): string =>
  `Correlations of all pairs of columns, root mean square error: samples ${shortNumber(samples.correlationError)}` +
  (training ? `, real data ${shortNumber(training.correlationError)}.` : ".") +
  (constant.length > 0 ? ` Without ${constant.join(", ")}, constant in one of the sets.` : "");

/** Histograms of columns. @param samples and @param real rows in the units of the data, [n, columns] */
export const histogramSection = (
  columns: readonly string[],
  samples: NdArray<FloatType>,
  real: NdArray<FloatType>,
): Section => ({
  title: "Columns",
  parts: [
    paragraph(
      `Filled: samples. Outline: real rows.${columns.length > drawn ? ` The first ${drawn} of ${columns.length} columns.` : ""}`,
    ),
    sideBySide(
      columns
        .slice(0, drawn)
        .map((name, j) => figure(twoHistograms(name, { samples: columnOf(samples, j), real: columnOf(real, j) }), "")),
    ),
  ],
});

/** Distances of all columns, and of their correlations. */
export const distanceSection = (comparison: ColumnSections): Section => ({
  title: "Distances column by column",
  parts: [
    paragraph(
      "KS: Kolmogorov-Smirnov distance in [0, 1]. W1: Wasserstein distance in standard deviations. Real: the same number of training rows compared with the same real rows.",
    ),
    distances(comparison),
    paragraph(correlations(comparison)),
  ],
});

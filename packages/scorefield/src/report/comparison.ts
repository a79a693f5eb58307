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

type Distance = (column: ColumnDistance) => number | undefined;

/** How far the distributions of a column are apart, in [0, 1]. */
const shapeDistance: Distance = ({ kolmogorovSmirnov, totalVariation }) => kolmogorovSmirnov ?? totalVariation;

const meanOf = (columns: readonly ColumnDistance[], of: Distance): number => {
  const values = columns.map(of).filter((value) => value !== undefined);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
};

const text = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? "" : shortNumber(value);

/** What the distances are, in a sentence or two. */
export const distanceWords = ({ samples: { columns } }: Pick<ColumnSections, "samples">): string => {
  const categories = columns.filter(({ totalVariation }) => totalVariation !== undefined).length;
  const first =
    categories === 0
      ? "KS: Kolmogorov-Smirnov distance in [0, 1]."
      : `Distance, in [0, 1]: ${categories < columns.length ? "of numbers Kolmogorov-Smirnov, of categories " : ""}total variation.`;
  return categories < columns.length ? `${first} W1: Wasserstein distance in standard deviations.` : first;
};

/** What the distances of columns are called in heads of tables. */
const distanceHead = ({ samples: { columns } }: Pick<ColumnSections, "samples">): string =>
  columns.some(({ totalVariation }) => totalVariation !== undefined) ? "distance" : "KS";

/** Heads and cells of the table of all columns. */
export const distanceRows = (comparison: ColumnSections): string[][] => {
  const { columns, samples, training, referenceMissing } = comparison;
  const sets = [samples, ...(training ? [training] : [])];
  const heads = training ? ["samples", "real"] : ["samples"];
  const withNumbers = samples.columns.some(({ wasserstein }) => wasserstein !== undefined);
  const lacks = sets.some((set) => set.columns.some(({ missing }) => missing !== undefined));
  const parts: readonly (readonly [string, Distance])[] = [
    [distanceHead(comparison), shapeDistance],
    ...(withNumbers ? [["W1", ({ wasserstein }) => wasserstein] as const satisfies readonly [string, Distance]] : []),
  ];
  return [
    [
      "column",
      ...parts.flatMap(([name]) => heads.map((head) => `${name} ${head}`)),
      ...(lacks ? ["missing samples", "missing real"] : []),
    ],
    ...columns.map((name, j) => [
      name,
      ...parts.flatMap(([, of]) => sets.map((set) => text(of(set.columns[j]!)))),
      ...(lacks
        ? [samples.columns[j]!.missing, referenceMissing?.[j]].map((share) =>
            share === undefined || samples.columns[j]!.missing === undefined ? "" : `${shortNumber(100 * share)} %`,
          )
        : []),
    ]),
    [
      "mean",
      ...parts.flatMap(([, of]) => sets.map((set) => text(meanOf(set.columns, of)))),
      ...(lacks ? ["", ""] : []),
    ],
  ];
};

/** The lines on correlations; none where there are none. */
const correlationLines = ({ samples, training, constant }: Comparison): string[] => {
  const [own, real] = [samples.correlationError, training?.correlationError];
  if (own === undefined) return [];
  const ratio = real === undefined || real === 0 ? "" : ` (ratio ${shortNumber(own / real)})`;
  return [
    "",
    wrapped(
      `Correlation matrix, root mean square error: samples ${shortNumber(own)}${real === undefined ? "" : `, real ${shortNumber(real)}${ratio}`}`,
    ),
    ...(constant.length > 0
      ? [wrapped(`Left out of the correlations, being constant in the samples or in the rows: ${constant.join(", ")}`)]
      : []),
  ];
};

/** The comparison as text. @param reference what the reference rows are called */
export const comparisonText = (comparison: Comparison, reference = "held-out rows"): string => {
  const { samples, training, referenceRows, counts } = comparison;
  const drawn =
    counts.samples === samples.rows
      ? `${grouped(samples.rows)} drawn`
      : `${grouped(samples.rows)} of ${grouped(counts.samples)} drawn`;
  const real = training ? `; real: ${grouped(training.rows)} training rows against the same` : "";
  const lines = [
    wrapped(`Distances to ${grouped(referenceRows)} ${reference} (samples: ${drawn}${real}).`),
    wrapped(distanceWords(comparison)),
    "",
    textTable(distanceRows(comparison)),
    ...correlationLines(comparison),
  ];
  return lines.join("\n");
};

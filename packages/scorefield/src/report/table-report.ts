/** The report on a run on a table: its measures, and every column's distribution beside the distribution of real rows. */
import type { TableQuality } from "@scorefield/domain";
import { columnOf } from "@scorefield/domain/table";
import type { FloatType, NdArray } from "@scorefield/tensor";
import { twoHistograms } from "../figure/two-histograms.ts";
import type { ReportHead } from "./image-report.ts";
import { measureNotes } from "./measure-notes.ts";
import { measuresTable } from "./measures-section.ts";
import { shortNumber } from "./number-text.ts";
import { orderText } from "./order-text.ts";
import { facts, figure, type Html, htmlPage, paragraph, remark, sideBySide, table } from "./page.ts";

/** Columns whose distributions are drawn; the table of distances holds all. */
const drawn = 60;

const distances = ({ columns, samples, training }: TableQuality): Html =>
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

const correlations = ({ samples, training, constant }: TableQuality): string =>
  `Correlations of all pairs of columns, root mean square error: samples ${shortNumber(samples.correlationError)}` +
  (training ? `, real data ${shortNumber(training.correlationError)}.` : ".") +
  (constant.length > 0 ? ` Without ${constant.join(", ")}, constant in one of the sets.` : "");

/** The report as one HTML document. @param rows samples and reference rows in the units of the data, [n, columns] */
export const tableReport = (
  evaluation: TableQuality,
  rows: { readonly samples: NdArray<FloatType>; readonly reference: NdArray<FloatType> },
  head: ReportHead,
): string => {
  const { columns, count, counts, measures, notes, referenceRows } = evaluation;
  const order = orderText(evaluation);
  const marginals = columns
    .slice(0, drawn)
    .map((name, j) =>
      figure(twoHistograms(name, { samples: columnOf(rows.samples, j), real: columnOf(rows.reference, j) }), ""),
    );
  const number = (n: number) => n.toLocaleString("en-US");
  return htmlPage({
    title: `Samples of ${head.run}`,
    subtitle: `${number(counts.samples)} samples beside ${number(referenceRows)} rows that training did not see`,
    sections: [
      {
        title: "Measures of whole rows",
        parts: [
          ...(measures.length > 0
            ? [
                measuresTable(measures),
                paragraph(`On ${number(count)} rows of each set, in standard deviations of the columns.`),
                ...measureNotes(measures).map(paragraph),
              ]
            : []),
          ...(order ? [paragraph(order)] : []),
          ...notes.map(remark),
        ],
      },
      {
        title: "Columns",
        parts: [
          paragraph(
            `Filled: samples. Outline: rows that training did not see.${columns.length > drawn ? ` The first ${drawn} of ${columns.length} columns.` : ""}`,
          ),
          sideBySide(marginals),
        ],
      },
      {
        title: "Distances column by column",
        parts: [
          paragraph(
            "KS: Kolmogorov-Smirnov distance in [0, 1]. W1: Wasserstein distance in standard deviations. Real: the same number of training rows compared with the same held-out rows.",
          ),
          distances(evaluation),
          paragraph(correlations(evaluation)),
        ],
      },
      { title: "This evaluation", parts: [facts(head.facts)] },
    ],
  });
};

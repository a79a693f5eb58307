/** The report on samples of a run: their measures, and the sections that their kind of data has. */
import type { Preview, SampleQuality } from "@scorefield/domain";
import type { NdArray } from "@scorefield/tensor";
import { grouped } from "../figure/grouped.ts";
import { hasColumns } from "./comparison.ts";
import { measureNotes } from "./measure-notes.ts";
import { measuresTable } from "./measures-section.ts";
import { orderText } from "./order-text.ts";
import { facts, htmlPage, paragraph, remark, type Section } from "./page.ts";
import { apartSection, distanceSection, histogramSection, type ShownRows } from "./quality-columns.ts";
import { classSection, type NearestImages, nearestSection, pictureSection } from "./quality-images.ts";
import { missingSection, pairSection } from "./quality-pairs.ts";
import { verdictTable } from "./verdict-text.ts";
import { verdictRemark, verdicts } from "./verdicts.ts";

/** What a report says of where its numbers come from. */
export interface ReportHead {
  /** Such as the run's folder. */
  readonly run: string;
  readonly facts: readonly (readonly [string, string])[];
}

/** What a report shows beside numbers. */
export interface ShownSamples {
  /** What samples are called, in the plural: "rows". */
  readonly called: string;
  /** Samples, and the real data that they are compared with, as data for figures; undefined where there is no figure. */
  readonly samples: Preview | undefined;
  readonly real: Preview | undefined;
  /** Rows of a table, whose columns are drawn one by one. Default: the points of the figures. */
  readonly rows?: ShownRows | undefined;
  /** The images of the nearest pairs. */
  readonly nearest?: NearestImages | undefined;
}

const measuresSection = (quality: SampleQuality, { facts }: ReportHead): Section => {
  const { count, measures, notes } = quality;
  const order = orderText(quality);
  const { features, "compared with": comparedWith } = Object.fromEntries(facts);
  const unit = hasColumns(quality) ? ", in standard deviations of the columns" : "";
  return {
    title: "Measures",
    parts: [
      ...(measures.length > 0
        ? [
            measuresTable(measures),
            paragraph(
              `On ${grouped(count)} samples of each set${unit}.${comparedWith ? ` Compared with ${comparedWith}.` : ""}`,
            ),
            ...measureNotes(measures, features).map(paragraph),
          ]
        : []),
      ...(order ? [paragraph(order)] : []),
      ...notes.map(remark),
    ],
  };
};

const rowsOf = ({ rows, samples, real }: ShownSamples): ShownRows | undefined =>
  rows ??
  (samples?.kind === "points" && real?.kind === "points"
    ? { columns: samples.columns.map((name) => ({ name })), samples: samples.values, real: real.values }
    : undefined);

/** The report as one HTML document: a section for everything that was found. */
export const qualityReport = async (quality: SampleQuality, shown: ShownSamples, head: ReportHead): Promise<string> => {
  const { counts, count, referenceRows = count } = quality;
  const { called, samples, real, nearest } = shown;
  const rows = rowsOf(shown);
  const answers = verdicts(quality);
  const few = verdictRemark(quality);
  return htmlPage({
    title: `Samples of ${head.run}`,
    subtitle: `${grouped(counts.samples)} samples beside ${grouped(referenceRows)} real ${called}`,
    sections: [
      ...(samples?.kind === "images" && real?.kind === "images"
        ? [await pictureSection(samples.images as NdArray, real.images as NdArray)]
        : []),
      ...(answers.length > 0
        ? [{ title: "In short", parts: [verdictTable(answers), ...(few ? [remark(few)] : [])] }]
        : []),
      ...(hasColumns(quality) && rows ? [histogramSection(rows)] : []),
      ...(hasColumns(quality) ? [...apartSection(quality), ...pairSection(quality), ...missingSection(quality)] : []),
      measuresSection(quality, head),
      ...classSection(quality),
      ...(await nearestSection(quality, nearest)),
      ...(hasColumns(quality) ? [distanceSection(quality)] : []),
      { title: "This evaluation", parts: [facts(head.facts)] },
    ],
  });
};

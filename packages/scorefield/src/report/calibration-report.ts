/** What calibration found, as one HTML file. */
import type { Calibration } from "@scorefield/inverse";
import { rankHistogram } from "../figure/rank-histogram.ts";
import { probabilityText, verdictSentence } from "./calibration-text.ts";
import { facts, figure, htmlPage, paragraph, table } from "./page.ts";

const caption =
  "How many draws are below the truth, in each problem. Bars: found. Bands: what 95 of 100 right methods show in each bar. High at both ends: too narrow. High in the middle: too wide. High at one end: draws lean to one side.";

/** @param about names and values, such as operator and noise */
export const calibrationReport = (
  title: string,
  about: readonly (readonly [string, string])[],
  found: Calibration,
): string => {
  const { statistics, draws, problems } = found;
  const along = statistics.filter(({ name }) => name !== "misfit");
  const pooled = Int32Array.from(along.flatMap(({ ranks }) => Array.from(ranks)));
  return htmlPage({
    title: `Calibration: ${title}`,
    subtitle: `${problems} samples of the model, measured and restored with ${draws} draws each`,
    sections: [
      { title: "Verdict", parts: [paragraph(`${verdictSentence(found)}.`)] },
      {
        title: "Ranks",
        parts: [
          figure(
            statistics.map(({ name, ranks }) => rankHistogram(name, ranks, draws)),
            caption,
          ),
          paragraph(
            `All directions together, which are not independent of each other: ${pooled.length} ranks of ${along.length} directions.`,
          ),
          table(
            ["along", "intervals that hold the truth", "probability of ranks at least as uneven"],
            statistics.map(({ name, coverage, pValue }) => [
              name,
              `${(100 * coverage).toFixed(1)} %`,
              probabilityText(pValue),
            ]),
          ),
        ],
      },
      { title: "Problem", parts: [facts(about)] },
    ],
  });
};

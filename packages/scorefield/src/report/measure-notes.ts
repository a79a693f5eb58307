/** What a reader of measures should know, in a few sentences. */
import type { Measure } from "@scorefield/assess";
import { shortNumber } from "./number-text.ts";

const pValueText = (p: number): string => (p < 1e-4 ? "below 0.0001" : shortNumber(p));

/** Sentences on how to read these measures. @param features that distances are taken on, in a few words */
export const measureNotes = (measures: readonly Measure[], features?: string): string[] => {
  const test = measures.find(({ pValue }) => pValue);
  const own = measures.find(({ name }) => name.startsWith("frechet-"));
  return [
    "Orange: samples compared with real data. Blue: the same number of other real data compared with the same, which is what a perfect model would reach. Lines are 95 % intervals by the bootstrap.",
    ...(measures.some(({ control }) => control)
      ? [
          "Shuffled columns: training rows with every column shuffled separately. Their columns are right, and nothing else is. A measure that finds them good does not see relations between columns.",
        ]
      : []),
    ...(own
      ? [
          `The Fréchet and the kernel distance are taken on features of images from ${features ?? "a network"}. They are not FID and KID. Compare them only with numbers on the same features and for the same number of samples.`,
        ]
      : []),
    ...(test?.pValue
      ? [
          `Two-sample test: if samples and real data had the same distribution, the probability that a classifier is right this often or more often would be ${pValueText(test.pValue.samples)}${test.pValue.real === undefined ? "" : ` (for the other real data ${pValueText(test.pValue.real)})`}.`,
        ]
      : []),
  ];
};

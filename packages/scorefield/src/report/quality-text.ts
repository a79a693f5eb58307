/** The quality of samples as text, from its JSON alone. */
import type { Quality } from "@scorefield/assess";
import type { SampleQuality } from "@scorefield/domain";
import { grouped } from "../figure/grouped.ts";
import { comparisonText, hasColumns } from "./comparison.ts";
import { measuresText } from "./measures-text.ts";
import { orderText } from "./order-text.ts";
import { verdictText } from "./verdict-text.ts";
import { verdictRemark, verdicts } from "./verdicts.ts";
import { wrapped } from "./wrap-text.ts";

/** What the samples were compared with, and what features are of, in a few words. */
interface Compared {
  readonly comparedWith: string;
  readonly features?: string | undefined;
}

const notesOf = ({ notes, measures }: Quality): string[] => [
  ...notes,
  ...measures.flatMap(({ name, label = name, note }) => (note === undefined ? [] : [`${label}: ${note}.`])),
];

/** What the measures are of. Where columns were compared before, it was said there with what. */
const lead = (quality: SampleQuality, { comparedWith, features }: Compared): string => {
  const of = hasColumns(quality)
    ? `Whole rows in standard deviations, ${grouped(quality.count)} of each set${quality.counts.training === undefined ? "" : "; real: training rows against the same"}.`
    : `${grouped(quality.count)} samples compared with ${comparedWith}.`;
  return features === undefined ? of : `${of}\nFeatures: ${features}.`;
};

/** The text for people: the sections that are there, one after the other. */
export const qualityText = (quality: SampleQuality, compared: Compared): string => {
  const order = orderText(quality);
  const answers = verdicts(quality);
  const few = verdictRemark(quality);
  return [
    ...(answers.length > 0 ? [verdictText(answers), ...(few ? [wrapped(few)] : [])] : []),
    ...(hasColumns(quality) ? [comparisonText(quality, compared.comparedWith)] : []),
    ...(quality.measures.length > 0 ? [wrapped(lead(quality, compared)), measuresText(quality.measures)] : []),
    ...(order ? [wrapped(order)] : []),
    ...notesOf(quality).map((note) => wrapped(note)),
  ].join("\n\n");
};

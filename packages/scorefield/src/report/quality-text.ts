/** The quality of samples as text, from its JSON alone. */
import type { Quality } from "@scorefield/assess";
import type { ImageQuality, TableQuality } from "@scorefield/domain";
import { comparisonText } from "./comparison.ts";
import { measuresText } from "./measures-text.ts";
import { orderText } from "./order-text.ts";
import { wrapped } from "./wrap-text.ts";

/** What the samples were compared with, and what features of images are of, in a few words. */
interface Compared {
  readonly comparedWith: string;
  readonly features?: string | undefined;
}

const notesOf = ({ notes, measures }: Quality): string[] => [
  ...notes,
  ...measures.flatMap(({ name, label = name, note }) => (note === undefined ? [] : [`${label}: ${note}.`])),
];

const tableText = (quality: TableQuality, comparedWith: string): string => {
  const { count, measures } = quality;
  const order = orderText(quality);
  return [
    comparisonText(quality, comparedWith),
    ...(measures.length > 0
      ? [
          "",
          wrapped(`Whole rows in standard deviations, ${count} of each set; real: training rows against the same.`),
          "",
          measuresText(measures),
        ]
      : []),
    ...(order ? ["", wrapped(order)] : []),
    ...notesOf(quality).flatMap((note) => ["", wrapped(note)]),
  ].join("\n");
};

const imageText = (quality: ImageQuality, { comparedWith, features }: Compared): string =>
  [
    wrapped(`${quality.count} samples against ${comparedWith}.\nFeatures: ${features}.`),
    "",
    measuresText(quality.measures),
    ...notesOf(quality).flatMap((note) => ["", wrapped(note)]),
  ].join("\n");

/** The text for people on samples of a table or of images. */
export const qualityText = (quality: TableQuality | ImageQuality, compared: Compared): string =>
  quality.kind === "table" ? tableText(quality, compared.comparedWith) : imageText(quality, compared);

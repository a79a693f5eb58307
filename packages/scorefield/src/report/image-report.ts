/** The report on a run on images: what samples look like, how they measure, and whether they are copies. */
import { firstRows } from "@scorefield/core/internal";
import type { ImageQuality } from "@scorefield/domain";
import type { NdArray } from "@scorefield/tensor";
import { imageGrid } from "../figure/image-grid.ts";
import { shareBars } from "../figure/share-bars.ts";
import { twoHistograms } from "../figure/two-histograms.ts";
import { measureNotes } from "./measure-notes.ts";
import { measuresTable } from "./measures-section.ts";
import { facts, figure, type Html, htmlPage, paragraph, picture, remark, type Section, sideBySide } from "./page.ts";

/** What a report says of where its numbers come from. */
export interface ReportHead {
  /** Such as the run's folder. */
  readonly run: string;
  readonly facts: readonly (readonly [string, string])[];
}

/** Samples, and for each the nearest training image. */
interface NearestImages {
  readonly samples: NdArray;
  readonly training: NdArray;
}

const shown = 100;
const columns = 10;

/** Pixels of the grid for one of an image: small images are enlarged by whole numbers. */
const scaleFor = ({ shape: [, , h = 1, w = 1] }: NdArray): number => Math.max(1, Math.round(48 / Math.min(h, w)));

const grid = async (images: NdArray, what: string): Promise<Html> => {
  return picture(await imageGrid(firstRows(images, shown), { columns, scale: scaleFor(images) }), what, what);
};

/** Pairs in rows of eight: samples, and below each its nearest training image. */
const pairsGrid = async ({ samples, training }: NearestImages): Promise<Uint8Array> => {
  const across = Math.min(8, samples.shape[0]!);
  const size = samples.data.length / samples.shape[0]!;
  const rows = Math.ceil(samples.shape[0]! / across);
  const sheet = new Float32Array(2 * rows * across * size).fill(-1);
  for (let i = 0; i < samples.shape[0]!; i++) {
    const place = 2 * Math.floor(i / across) * across + (i % across);
    for (let k = 0; k < size; k++) {
      sheet[place * size + k] = Number(samples.data[i * size + k]);
      sheet[(place + across) * size + k] = Number(training.data[i * size + k]);
    }
  }
  const shape = [2 * rows * across, ...samples.shape.slice(1)];
  return imageGrid({ dtype: "float32", shape, data: sheet }, { columns: across, scale: scaleFor(samples) });
};

const nearestSection = async ({ distances }: ImageQuality, nearest: NearestImages | undefined): Promise<Section[]> =>
  nearest && distances
    ? [
        {
          title: "Nearest training images",
          parts: [
            sideBySide([
              picture(
                await pairsGrid(nearest),
                "samples above their nearest training images",
                `The ${nearest.samples.shape[0]} samples that are nearest to a training image: in the odd rows samples, below each its nearest training image. Copies would look alike in every detail.`,
              ),
              figure(
                twoHistograms(
                  "distance to the nearest training image",
                  { samples: distances.samples, real: distances.real },
                  { width: 420, height: 240 },
                ),
                "Root mean square difference of a pixel, in [0, 2]. Filled: samples. Outline: real images that training did not see. Samples that are copies would lie to the left.",
              ),
            ]),
          ],
        },
      ]
    : [];

const classSection = ({ classes }: ImageQuality): Section[] =>
  classes
    ? [
        {
          title: "Classes",
          parts: [
            figure(
              shareBars(classes, "share of images that the classifier gives the class asked for"),
              "How often a classifier trained on the data sees the class that a sample was asked to be of. Bars: samples. Lines: real images that training did not see.",
            ),
          ],
        },
      ]
    : [];

/**
 * The report as one HTML document.
 * @param pictures samples and real images, [n, c, h, w] in [-1, 1], and the images of the nearest pairs
 */
export const imageReport = async (
  evaluation: ImageQuality,
  pictures: { readonly samples: NdArray; readonly real: NdArray; readonly nearest?: NearestImages | undefined },
  head: ReportHead,
): Promise<string> =>
  htmlPage({
    title: `Samples of ${head.run}`,
    subtitle: `${evaluation.count.toLocaleString("en-US")} samples beside the same number of images that training did not see`,
    sections: [
      {
        title: "Samples and real images",
        parts: [
          sideBySide([
            await grid(pictures.samples, "Samples, in the order in which they were drawn"),
            await grid(pictures.real, "Real images that training did not see, at random"),
          ]),
        ],
      },
      {
        title: "Measures",
        parts: [
          measuresTable(evaluation.measures),
          ...measureNotes(evaluation.measures, Object.fromEntries(head.facts).features).map(paragraph),
          ...evaluation.notes.map(remark),
        ],
      },
      ...classSection(evaluation),
      ...(await nearestSection(evaluation, pictures.nearest)),
      { title: "This evaluation", parts: [facts(head.facts)] },
    ],
  });

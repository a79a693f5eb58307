/** Sections of the report on samples that are images: what they look like, their classes, and whether they are copies. */
import { firstRows } from "@scorefield/core/internal";
import type { SampleQuality } from "@scorefield/domain";
import type { NdArray } from "@scorefield/tensor";
import { imageGrid } from "../figure/image-grid.ts";
import { shareBars } from "../figure/share-bars.ts";
import { twoHistograms } from "../figure/two-histograms.ts";
import { figure, type Html, picture, type Section, sideBySide } from "./page.ts";

/** Samples, and for each the nearest training image. */
export interface NearestImages {
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

/** The samples nearest to training images beside these; no section where they are not known. */
export const nearestSection = async (
  { distances }: SampleQuality,
  nearest: NearestImages | undefined,
): Promise<Section[]> =>
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
                "Root mean square difference of a pixel, in [0, 2]. Filled: samples. Outline: real images. Samples that are copies would lie to the left.",
              ),
            ]),
          ],
        },
      ]
    : [];

/** How often samples are of their class; no section where classes are not known. */
export const classSection = ({ classes }: SampleQuality): Section[] =>
  classes
    ? [
        {
          title: "Classes",
          parts: [
            figure(
              shareBars(classes, "share of images that the classifier gives the class asked for"),
              "How often a classifier trained on the data sees the class that a sample was asked to be of. Bars: samples. Lines: real images.",
            ),
          ],
        },
      ]
    : [];

/** Samples beside real images. */
export const pictureSection = async (samples: NdArray, real: NdArray): Promise<Section> => ({
  title: "Samples and real images",
  parts: [
    sideBySide([
      await grid(samples, "Samples, in the order in which they were drawn"),
      await grid(real, "Real images, at random"),
    ]),
  ],
});

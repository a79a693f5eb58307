/** What domains whose samples are images share: codec, defaults, figures and files. */
import { ArgumentError } from "@scorefield/core";
import type { NdArray, Shape } from "@scorefield/tensor";
import type { Domain, Shown, Writing } from "../domain.ts";
import { shortList } from "../names.ts";
import type { Composition } from "../samples.ts";
import { imageCodec } from "./image-codec.ts";
import { imageDefaults, imageDefaultsFor, watchingFor } from "./image-defaults.ts";
import { measureImageSamples } from "./measure-image-samples.ts";
import { imageArrayBytes, imageFiles } from "./write-images.ts";

// More would be a picture too large to look at.
const mostInFigure = 400;

const describeImage = ({ shape: [channels, height, width], classes }: Composition): string => {
  const kind = channels === 1 ? "grey" : channels === 3 ? "colour" : `${channels} channels`;
  return `an image of ${width}x${height}, ${kind}${classes ? `, of ${classes.length} classes: ${shortList(classes)}` : ""}`;
};

/** Whether samples are images that can be drawn. */
export const isImageShape = (shape: Shape): boolean => shape.length === 3 && (shape[0] === 1 || shape[0] === 3);

const writeImages = (shape: Shape): Writing => ({
  endings: [".npy"],
  content: (_, samples) => imageArrayBytes(samples),
  ...(isImageShape(shape) && { files: imageFiles }),
});

/** What a domain of images is, besides how they are read. */
export const imageDomain = {
  samples: "images",
  codecs: () => ["images"],
  fit: async () => imageCodec,
  codec: (stored) => {
    if (stored.kind === "images") return imageCodec;
    throw new ArgumentError(`scaling: expected images for images, found ${stored.kind}`);
  },
  defaults: imageDefaults,
  defaultsFor: imageDefaultsFor,
  describe: describeImage,
  likelihood: "bits-per-dimension",
  measure: measureImageSamples,
  features: true,
  refuses: {
    anomaly:
      "scores rows by the distance between their columns, which says little of images; use scorefield likelihood",
  },
  // One class per column.
  preview: (images: NdArray<"float32" | "float64">, { classNames }: Shown) => ({
    kind: "images",
    images,
    ...(classNames && classNames.length > 1 && { columns: classNames.length }),
  }),
  watching: ({ shape, classes = [] }: Composition) => watchingFor(shape, classes.length),
  usualEnding: (count: number) => (count <= mostInFigure ? ".png" : ".npy"),
  exampleFile: "grid.png",
  writing: writeImages,
} as const satisfies Partial<Domain>;

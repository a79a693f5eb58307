/** Where the features come from that images are compared by. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import {
  type Classifier,
  classifierExtractor,
  type FeatureExtractor,
  type OnnxExtractorOptions,
  onnxExtractor,
  resizeBilinear,
  trainClassifier,
} from "@scorefield/assess";
import { ArgumentError, convolutional, type Dataset, dataset } from "@scorefield/core";
import { DataError } from "@scorefield/data";
import type { Runtime, Shape } from "@scorefield/tensor";
import { glyphNames, glyphs } from "../glyphs/glyphs.ts";
import { keptClassifier } from "./classifier-store.ts";

/** How long classifiers are trained: on MNIST for about a minute of one processor, to 99 % of held-out digits. */
const training = { steps: 1000, batch: 128, seed: 0 };

interface Work {
  readonly signal?: AbortSignal;
  readonly runtime?: Runtime;
  /** Steps done, and steps in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Labelled images to learn from. */
export interface LabelledImages extends Dataset {
  readonly sha256: string;
  readonly classes: readonly string[];
}

/** A classifier of the data's own classes, from the cache or trained now. @param split names the part of the data */
export const ownClassifier = (data: LabelledImages, split: unknown, work: Work): Promise<Classifier> => {
  const network = convolutional();
  const { shape, classes, sha256 } = data;
  return keptClassifier([sha256, split, training], { network, classes: classes.length, shape }, () =>
    trainClassifier({
      data,
      classes: classes.length,
      network,
      ...training,
      ...workOf(work),
    }),
  );
};

const workOf = ({ signal, runtime, onProgress }: Work) => ({
  ...(signal && { signal }),
  ...(runtime && { runtime }),
  ...(onProgress && { onProgress: ({ step }: { step: number }) => onProgress(step, training.steps) }),
});

/** Side of the glyphs that an extractor for images of a shape is trained on. */
const glyphSide = ([, h = 0, w = 0]: Shape): number => Math.min(64, Math.max(8, h, w));

const glyphCount = 20_000;

/**
 * Features of a classifier of the procedural shapes, for images without labels. Images of another size than it was
 * trained on are resized.
 * @throws ArgumentError for images of other than one or three channels
 */
export const glyphExtractor = async (shape: Shape, work: Work): Promise<FeatureExtractor> => {
  const channels = shape[0];
  if (shape.length !== 3 || (channels !== 1 && channels !== 3))
    throw new ArgumentError(
      `expected images of 1 or 3 channels for the built-in features, found samples of shape [${shape.join(", ")}]; name a network with --extractor`,
    );
  const size = glyphSide(shape);
  const network = convolutional();
  const parts = { network, classes: glyphNames.length, shape: [channels, size, size] };
  const made = await keptClassifier(["glyphs", glyphCount, training], parts, () => {
    const { images, labels } = glyphs({ size, channels })(glyphCount, 0);
    return trainClassifier({
      data: dataset(images, labels.data),
      classes: glyphNames.length,
      network,
      ...training,
      ...workOf(work),
    });
  });
  const extractor = classifierExtractor("glyphs", made, { runtime: work.runtime });
  const [, h, w] = shape;
  if (h === size && w === size) return extractor;
  return {
    ...extractor,
    features: (images, options) => extractor.features(resizeBilinear(images, size, size), options),
  };
};

/** The name of a file or folder as part of a measure's name: letters, digits, dots and hyphens. */
export const safeName = (name: string): string => name.replace(/[^\p{L}\p{N}._-]+/gu, "-");

/** Features of the user's network. @throws DataError for a file that cannot be read; otherwise as `onnxExtractor` */
export const fileExtractor = async (
  path: string,
  options: Omit<OnnxExtractorOptions, "name">,
): Promise<FeatureExtractor & { dispose(): Promise<void> }> => {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new DataError({ path, expected: "an ONNX file", found: cause.code ?? cause.message, cause });
  });
  return onnxExtractor(bytes, { ...options, name: safeName(basename(path).replace(/\.onnx$/i, "")) });
};

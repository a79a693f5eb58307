/** How good samples of images are: measures on features, classes, and whether they are copies. */

import {
  type Classifier,
  classAccuracyMetric,
  type FeatureExtractor,
  type Metric,
  type Quality,
  usualMetrics,
} from "@scorefield/assess";
import {
  type ClassesSeen,
  type CompareOptions,
  compareSets,
  type NearestPairs,
  plainJson,
} from "@scorefield/assess/internal";
import { ArgumentError, convolutional, type Dataset } from "@scorefield/core";
import { checkMade } from "@scorefield/core/internal";
import { type NdArray, sizeOf } from "@scorefield/tensor";
import type { ClassShare, ImageSections, NearestPair } from "../measure.ts";

/** What was found. Plain JSON; a number that is not finite is null, and a note says so. */
export interface ImageQuality extends Quality, ImageSections {
  readonly kind: "images";
}

/** What is compared. */
export interface ImageSets {
  /** [n, c, h, w] in [-1, 1]. */
  readonly samples: NdArray;
  /** The class that each sample was asked to be of, for a model that knows classes. */
  readonly sampleLabels?: ArrayLike<number> | undefined;
  /** Images that training did not see. */
  readonly reference: Dataset;
  /** Other real images: the training images, where they are known. */
  readonly real?: Dataset | undefined;
  readonly training?: Dataset | undefined;
  /** Tells the data's classes; and their names. */
  readonly classifier?: { readonly classifier: Classifier; readonly classes: readonly string[] };
  /** Features that images are compared by. */
  readonly extractor: FeatureExtractor;
}

/** Options of {@link measureImages}. */
export type MeasureImagesOptions = Omit<CompareOptions, "extractor" | "judge" | "count">;

const shareOf = (right: ArrayLike<number>, labels: ArrayLike<number>, name: number): number | null => {
  let [count, sum] = [0, 0];
  for (let i = 0; i < labels.length; i++)
    if (labels[i] === name) {
      count++;
      sum += right[i]!;
    }
  return count > 0 ? sum / count : null;
};

/** What the classifier sees in images of each class. */
const classShares = (
  { classifier: judge, sampleLabels, reference: { labels } }: ImageSets,
  seen: ClassesSeen | undefined,
  referenceIndices: readonly number[],
): ClassShare[] | undefined => {
  if (!judge || !sampleLabels || !seen) return undefined;
  const realLabels = labels && referenceIndices.map((row) => labels[row]!);
  return judge.classes.map((name, k) => ({
    name,
    samples: shareOf(seen.samples, sampleLabels, k),
    real: seen.reference && realLabels ? shareOf(seen.reference, realLabels, k) : null,
  }));
};

const pairsShown = 16;

const nearestPairs = (indices: ArrayLike<number>, differences: Float64Array): NearestPair[] =>
  Array.from(differences.keys())
    .sort((i, j) => differences[i]! - differences[j]!)
    .slice(0, pairsShown)
    .map((i) => ({ sample: i, training: indices[i]!, difference: differences[i]! }));

/** A small network is enough to tell bad samples from images, and soon trained. */
const twoSampleNetwork = convolutional({ width: 8, features: 64 });

/** What is measured on images by default. */
export const imageMetrics = (): readonly Metric[] => [
  classAccuracyMetric(),
  ...usualMetrics({ network: twoSampleNetwork }),
];

/**
 * Measures samples against the same number of images that training did not see, and other real images against the same.
 * @throws ShapeError for sets of another shape; ArgumentError for fewer real images than samples; the signal's reason when
 *   aborted
 */
export const measureImages = async (
  sets: ImageSets,
  { metrics = imageMetrics(), ...options }: MeasureImagesOptions = {},
): Promise<ImageQuality> => {
  checkMade("measureImages", sets, ["samples", "reference", "extractor"], "samples, reference and extractor");
  const { samples, sampleLabels, reference, real, training, classifier: judge, extractor } = sets;
  const count = samples.shape[0]!;
  for (const [name, set] of Object.entries({ reference, real }))
    if (set && set.count < count)
      throw new ArgumentError(`measureImages ${name}: expected at least ${count} images, found ${set.count}`);
  const { quality, details, referenceIndices } = await compareSets(
    { samples, reference, real, training },
    {
      ...options,
      metrics,
      extractor,
      count,
      ...(judge && sampleLabels && { judge: { classifier: judge.classifier, samples: sampleLabels } }),
    },
  );
  const perPixel = ({ data }: NdArray<"float64">): Float64Array =>
    data.map((distance) => distance / Math.sqrt(sizeOf(samples.shape.slice(1))));
  const near = details.get("nearer-to-training") as NearestPairs | undefined;
  const differences = near && perPixel(near.samples.distances);
  return plainJson({
    kind: "images",
    ...quality,
    classes: classShares(sets, details.get("class-accuracy") as ClassesSeen | undefined, referenceIndices),
    ...(near && {
      nearest: nearestPairs(near.samples.indices.data, differences!),
      distances: { samples: differences, real: perPixel(near.heldOut.distances) },
    }),
    referenceIndices,
  }) as ImageQuality;
};

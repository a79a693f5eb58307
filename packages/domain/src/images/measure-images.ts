/** How good samples of images are: measures on features, classes, and whether they are copies. */

import {
  bootstrap,
  type Classifier,
  type FeatureExtractor,
  type Measure,
  meanStatistic,
  predictClasses,
  type Quality,
} from "@scorefield/assess";
import {
  type ComparedSets,
  type CompareOptions,
  compareSets,
  intervalOf,
  plainJson,
} from "@scorefield/assess/internal";
import { ArgumentError, convolutional, type Dataset } from "@scorefield/core";
import { checkMade } from "@scorefield/core/internal";
import { type NdArray, sizeOf } from "@scorefield/tensor";

/** What a classifier of the data's classes sees in images whose class is known. */
interface ClassAccuracy {
  readonly name: string;
  /** Shares in [0, 1] of the images of this class; null where the class has no images. */
  readonly samples: number | null;
  readonly real: number | null;
}

/** A sample and the training image nearest to it. */
interface NearestPair {
  /** Which sample, and which training image. */
  readonly sample: number;
  readonly training: number;
  /** Root mean square difference of a pixel, in [0, 2]. */
  readonly difference: number;
}

/** What was found. Plain JSON; a number that is not finite is null, and a note says so. */
export interface ImageQuality extends Quality {
  readonly kind: "images";
  readonly classes?: readonly ClassAccuracy[];
  /** The 16 samples that are nearest to training images, the nearest first. */
  readonly nearest?: readonly NearestPair[];
  /** Root mean square differences of a pixel from the nearest training image: of each sample, and of each real image. */
  readonly distances?: { readonly samples: readonly number[]; readonly real: readonly number[] };
  /** Which images of the reference were compared. */
  readonly referenceIndices: readonly number[];
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
export type MeasureImagesOptions = Omit<CompareOptions, "extractor" | "count">;

const shareOf = (right: ArrayLike<number>, labels: ArrayLike<number>, name: number): number | null => {
  let [count, sum] = [0, 0];
  for (let i = 0; i < labels.length; i++)
    if (labels[i] === name) {
      count++;
      sum += right[i]!;
    }
  return count > 0 ? sum / count : null;
};

const classAccuracy = async (
  { classifier: judge, sampleLabels, samples, reference: { labels } }: ImageSets,
  { reference, referenceIndices }: ComparedSets,
  { seed = 0, signal, runtime }: MeasureImagesOptions,
): Promise<{ measure: Measure; classes: ClassAccuracy[] } | undefined> => {
  if (!judge || !sampleLabels) return undefined;
  const rightOf = async (images: NdArray, labels: ArrayLike<number>): Promise<Float64Array> => {
    const { data } = await predictClasses(judge.classifier, images, { signal, runtime });
    return Float64Array.from(data, (found, i) => (found === labels[i] ? 1 : 0));
  };
  const right = await rightOf(samples, sampleLabels);
  const realLabels = labels && referenceIndices.map((row) => labels[row]!);
  const real = realLabels && (await rightOf(reference, realLabels));
  const estimate = (values: Float64Array) => intervalOf(bootstrap(meanStatistic(values), { seed }), [0, 1]);
  return {
    measure: {
      name: "class accuracy",
      meaning: "how often a classifier sees the class that was asked for",
      unit: "share",
      good: "large",
      range: [0, 1],
      samples: estimate(right),
      ...(real && { real: estimate(real) }),
    },
    classes: judge.classes.map((name, k) => ({
      name,
      samples: shareOf(right, sampleLabels, k),
      real: real && realLabels ? shareOf(real, realLabels, k) : null,
    })),
  };
};

const pairsShown = 16;

const nearestPairs = (indices: ArrayLike<number>, differences: Float64Array): NearestPair[] =>
  Array.from(differences.keys())
    .sort((i, j) => differences[i]! - differences[j]!)
    .slice(0, pairsShown)
    .map((i) => ({ sample: i, training: indices[i]!, difference: differences[i]! }));

/** A small network is enough to tell bad samples from images, and soon trained. */
const twoSampleNetwork = convolutional({ width: 8, features: 64 });

/**
 * Measures samples against the same number of images that training did not see, and other real images against the same.
 * @throws ShapeError for sets of another shape; ArgumentError for fewer real images than samples; the signal's reason when
 *   aborted
 */
export const measureImages = async (given: ImageSets, options: MeasureImagesOptions = {}): Promise<ImageQuality> => {
  checkMade("measureImages", given, ["samples", "reference", "extractor"], "samples, reference and extractor");
  const { extractor, ...sets } = given;
  const { samples, reference, real, training } = sets;
  const count = samples.shape[0]!;
  for (const [name, set] of Object.entries({ reference, real }))
    if (set && set.count < count)
      throw new ArgumentError(`measureImages ${name}: expected at least ${count} images, found ${set.count}`);
  const found = await compareSets(
    { samples, reference, real, training },
    { network: twoSampleNetwork, ...options, extractor, count },
  );
  const classified = await classAccuracy({ extractor, ...sets }, found, options);
  const perPixel = ({ data }: NdArray<"float64">): Float64Array =>
    data.map((distance) => distance / Math.sqrt(sizeOf(samples.shape.slice(1))));
  const { memory } = found;
  const differences = memory && perPixel(memory.samples.distances);
  return plainJson({
    kind: "images",
    ...found.quality,
    measures: [...(classified ? [classified.measure] : []), ...found.quality.measures],
    classes: classified?.classes,
    ...(memory && {
      nearest: nearestPairs(memory.samples.indices.data, differences!),
      distances: { samples: differences, real: perPixel(memory.heldOut.distances) },
    }),
    referenceIndices: found.referenceIndices,
  }) as ImageQuality;
};

/** Samples of a run on images, measured. */
import {
  bootstrap,
  type Classifier,
  classifierExtractor,
  type FeatureExtractor,
  meanStatistic,
  predictClasses,
} from "@scorefield/assess";
import { convolutional, type Dataset, permutation } from "@scorefield/core";
import { type NdArray, sizeOf } from "@scorefield/tensor";
import { safeName } from "./extractor.ts";
import type { Measure } from "./measure.ts";
import { memorisation, type QualityOptions, sampleMeasures, withinRange } from "./quality.ts";

/** What a classifier of the data's classes sees in images whose class is known. */
interface ClassAccuracy {
  readonly name: string;
  /** Shares in [0, 1] of the images of this class; undefined where there are none. */
  readonly samples: number | undefined;
  readonly real: number | undefined;
}

/** Images and the nearest training image of each, as many. */
export interface NearestPairs {
  readonly samples: NdArray;
  readonly training: NdArray;
  /** Root mean square difference of a pixel, in [0, 2]. */
  readonly differences: Float64Array;
}

/** The result for one run. */
export interface ImageEvaluation {
  /** Images of each set. */
  readonly count: number;
  readonly measures: readonly Measure[];
  readonly classes?: readonly ClassAccuracy[];
  /** The samples nearest to training images, the nearest first. */
  readonly nearest?: NearestPairs;
  /** Root mean square differences of a pixel from the nearest training image. */
  readonly distances?: { readonly samples: Float64Array; readonly real: Float64Array };
}

/** What is compared. */
export interface ImageSets {
  /** [n, c, h, w] in [-1, 1]. */
  readonly samples: NdArray;
  /** The class that each sample was asked to be of, for a model that knows classes. */
  readonly sampleLabels?: ArrayLike<number> | undefined;
  /** Images that training did not see. */
  readonly reference: Dataset;
  /** Other real images; those of training, where they are known. */
  readonly real?: Dataset | undefined;
  readonly training?: Dataset | undefined;
  /** Tells the data's classes; and their names. */
  readonly classifier?: { readonly classifier: Classifier; readonly name: string; readonly classes: readonly string[] };
}

interface Picked {
  readonly images: NdArray<"float32">;
  readonly labels: number[] | undefined;
}

/** So many images of a set, at random. @param step sets the draws of different sets apart */
export const pickImages = async (from: Dataset, count: number, seed: number, step: number): Promise<Picked> => {
  const order = permutation(from.count, { seed, step, purpose: "resampling" }).data.subarray(0, count);
  const rows = Array.from(order);
  return { images: await from.read(rows), labels: from.labels && rows.map((row) => from.labels![row]!) };
};

const shareOf = (right: ArrayLike<number>, labels: ArrayLike<number>, name: number): number | undefined => {
  let [count, sum] = [0, 0];
  for (let i = 0; i < labels.length; i++)
    if (labels[i] === name) {
      count++;
      sum += right[i]!;
    }
  return count > 0 ? sum / count : undefined;
};

const classAccuracy = async (
  { classifier: judge, sampleLabels, samples }: ImageSets,
  reference: Picked,
  { seed, signal, runtime, onStage }: QualityOptions,
): Promise<{ measure: Measure; classes: ClassAccuracy[] } | undefined> => {
  if (!judge || !sampleLabels) return undefined;
  onStage?.("class accuracy");
  const rightOf = async (images: NdArray, labels: ArrayLike<number>): Promise<Float64Array> => {
    const { data } = await predictClasses(judge.classifier, images, { signal, runtime });
    return Float64Array.from(data, (found, i) => (found === labels[i] ? 1 : 0));
  };
  const right = await rightOf(samples, sampleLabels);
  const real = reference.labels && (await rightOf(reference.images, reference.labels));
  const measure: Measure = {
    name: "class accuracy",
    meaning: "how often a classifier sees the class that was asked for",
    good: "large",
    range: [0, 1],
    samples: withinRange(bootstrap(meanStatistic(right), { seed }), [0, 1]),
    ...(real && { real: withinRange(bootstrap(meanStatistic(real), { seed }), [0, 1]) }),
  };
  const classes = judge.classes.map((name, k) => ({
    name,
    samples: shareOf(right, sampleLabels, k),
    real: real && shareOf(real, reference.labels!, k),
  }));
  return { measure, classes };
};

const pairsShown = 16;

const nearestPairs = async (
  samples: NdArray,
  indices: ArrayLike<number>,
  differences: Float64Array,
  training: Dataset,
): Promise<NearestPairs> => {
  const size = sizeOf(training.shape);
  const order = Array.from(differences.keys())
    .sort((i, j) => differences[i]! - differences[j]!)
    .slice(0, pairsShown);
  const shown = new Float32Array(order.length * size);
  for (const [k, i] of order.entries())
    for (let j = 0; j < size; j++) shown[k * size + j] = Number(samples.data[i * size + j]);
  return {
    samples: { dtype: "float32", shape: [order.length, ...training.shape], data: shown },
    training: await training.read(order.map((i) => indices[i]!)),
    differences: Float64Array.from(order, (i) => differences[i]!),
  };
};

/** A small network is enough to tell bad samples from images, and soon trained. */
const twoSampleNetwork = convolutional({ width: 8, features: 64 });

/**
 * Measures samples against images that training did not see, and other real images against the same.
 * @param extractor of features; default those of the classifier of the data's classes
 * @throws ShapeError for sets of too few images
 */
export const evaluateImages = async (
  sets: ImageSets,
  extractor: FeatureExtractor,
  options: QualityOptions,
): Promise<ImageEvaluation> => {
  const { samples, training } = sets;
  const { seed } = options;
  const count = samples.shape[0]!;
  const reference = await pickImages(sets.reference, count, seed, 0);
  const real = sets.real && (await pickImages(sets.real, count, seed, 1)).images;
  const compared = { samples, reference: reference.images, ...(real && { real }) };
  const measures = await sampleMeasures(compared, { ...options, extractor, network: twoSampleNetwork });
  const told = await classAccuracy(sets, reference, options);
  const memory = training && (await memorisation(samples, reference.images, training, options));
  const perPixel = ({ data }: NdArray<"float64">): Float64Array =>
    data.map((distance) => distance / Math.sqrt(sizeOf(samples.shape.slice(1))));
  const differences = memory && perPixel(memory.samples.distances);
  return {
    count,
    measures: [...(told ? [told.measure] : []), ...measures, ...(memory ? [memory.measure] : [])],
    ...(told && { classes: told.classes }),
    ...(memory && {
      nearest: await nearestPairs(samples, memory.samples.indices.data, differences!, training!),
      distances: { samples: differences!, real: perPixel(memory.heldOut.distances) },
    }),
  };
};

/** Features of the classifier of the data's own classes. @param name of the data */
export const ownExtractor = (name: string, classifier: Classifier): FeatureExtractor =>
  classifierExtractor(`${safeName(name)}-classifier`, classifier);

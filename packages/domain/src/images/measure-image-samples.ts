/** How near images drawn by a model come to images that it has not seen. */
import { type Classifier, classifierExtractor, type Metric } from "@scorefield/assess";
import { fewestRows } from "@scorefield/assess/internal";
import { ArgumentError, type Dataset, permutation } from "@scorefield/core";
import { takeRows } from "@scorefield/data";
import { classSlots } from "../class-slots.ts";
import type { Features, Measured, MeasureInput } from "../measure.ts";
import { type Samples, takeSamples } from "../samples.ts";
import { glyphExtractor, type LabelledImages, ownClassifier, safeName } from "./features.ts";
import { imageMetrics, measureImages } from "./measure-images.ts";

/** Samples of images as training takes them: in [-1, 1], float32. */
type ImageSamples = Samples & Dataset;

/** Two halves of a set, at random. */
const halves = (images: ImageSamples, seed: number): readonly [ImageSamples, ImageSamples] => {
  const order = permutation(images.count, { seed, step: 2, purpose: "resampling" }).data;
  const half = images.count >> 1;
  return [order.subarray(0, half), order.subarray(half)].map((rows) => takeSamples(images, rows)) as [
    ImageSamples,
    ImageSamples,
  ];
};

interface RealImages {
  readonly reference: Dataset;
  readonly real?: Dataset | undefined;
  readonly called: string;
}

const realImages = ({ reference: images, given, own, seed }: MeasureInput): RealImages => {
  const reference = images as ImageSamples;
  const real = own?.training as ImageSamples | undefined;
  if (given === undefined) return { reference, real, called: "held-out images; real: training images" };
  if (real) return { reference, real, called: `images of ${given}; real: training images` };
  const [first, second] = halves(reference, seed);
  return { reference: first, real: second, called: `half of the images of ${given}; real: the other half` };
};

const isLabelled = (images: Samples): images is Samples & LabelledImages =>
  images.labels !== undefined && (images.classes?.length ?? 0) > 1;

type Work = Parameters<typeof glyphExtractor>[1];

/** Features of the user's network, else of a classifier of the data's classes, else of a classifier of drawn shapes. */
const featuresOf = async (
  { made, own, features }: MeasureInput,
  classifier: Classifier | undefined,
  work: Work,
): Promise<Features> => {
  if (features) return features;
  if (classifier && own)
    return {
      extractor: classifierExtractor(`${safeName(own.name)}-classifier`, classifier),
      called: "a classifier of the data's own classes",
    };
  return { extractor: await glyphExtractor(made.shape, work), called: "a classifier of ten procedural shapes" };
};

/**
 * Draws images and compares them with images that the model has not seen.
 * @param more metrics besides the usual ones of images
 * @throws ArgumentError for fewer than 8 images to compare with, or of other than one or three channels
 */
export const measureImageSamples = async (input: MeasureInput, more: readonly Metric[] = []): Promise<Measured> => {
  const { model, own, seed, signal, onProgress, onRemark } = input;
  const { reference, real, called } = realImages(input);
  const wanted = input.count;
  const count = Math.min(wanted, reference.count, real?.count ?? wanted);
  if (count < fewestRows)
    throw new ArgumentError(
      `${model}: expected at least ${fewestRows} samples and as many real ones in each set, found ${count}; compare with more --data`,
    );
  if (count < wanted) onRemark?.(`comparing ${count} of each set: there are no more real ones`);

  const work: Work = {
    signal,
    onProgress: (done, total) => onProgress?.({ of: "classifier", part: "training a classifier", done, total }),
  };
  const training = own?.training as ImageSamples | undefined;
  const classifier = training && isLabelled(training) ? await ownClassifier(training, own!.part, work) : undefined;
  const { extractor, called: features } = await featuresOf(input, classifier, work);
  const classes = input.classes > 0 ? classSlots(training?.labels, input.classes) : undefined;
  const { samples } = await input.draw({ count, seed, classes });
  const judge = classifier && training?.classes;
  const quality = await measureImages(
    {
      samples,
      sampleLabels: classes && Array.from({ length: count }, (_, i) => classes[i % classes.length]!),
      reference,
      real,
      training,
      extractor,
      ...(judge && { classifier: { classifier, classes: judge } }),
    },
    {
      seed,
      signal,
      metrics: [...imageMetrics(), ...more],
      onProgress: (news) => onProgress?.({ of: "measuring", ...news }),
    },
  );
  const { nearest, referenceIndices } = quality;
  return {
    quality,
    samples,
    real: await reference.read([...referenceIndices]),
    comparedWith: called,
    features,
    ...(nearest &&
      training && {
        nearest: {
          samples: takeRows(
            samples,
            nearest.map(({ sample }) => sample),
          ),
          training: await training.read(nearest.map(({ training }) => training)),
        },
      }),
  };
};

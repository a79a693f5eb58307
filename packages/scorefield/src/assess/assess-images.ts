/** The quality of a run on images. */
import { stat } from "node:fs/promises";
import { type Classifier, classifierExtractor } from "@scorefield/assess";
import { type Dataset, permutation } from "@scorefield/core";
import { DataError, type Images, takeImages } from "@scorefield/data";
import { type ImageQuality, measureImages } from "@scorefield/domain";
import { type NdArray, sizeOf, zeros } from "@scorefield/tensor";
import { RunError } from "../errors.ts";
import { readImages } from "../image/source.ts";
import type { LoadedRun } from "../run/load.ts";
import { ownImages, ownWithout } from "../run/own-data.ts";
import { classSlots } from "./class-slots.ts";
import { glyphExtractor, type LabelledImages, ownClassifier, safeName } from "./extractor.ts";
import type { Assessed, RunAssessment } from "./run-assessment.ts";

const defaultCount = 1000;
// Five neighbours and a two-sample test need a few images.
const fewestImages = 8;

type OwnImages = Awaited<ReturnType<typeof ownImages>>;

/** The images at a path, of the run's shape. @throws DataError for images of another */
const givenImages = async (path: string, [channels, height, width]: readonly number[]): Promise<Images> => {
  const folder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  const { images } = await readImages(
    {
      kind: "images",
      path,
      flip: false,
      damaged: "error",
      // An array keeps its own size and colours.
      ...(folder && { size: height, greyscale: channels === 1 }),
    },
    ".",
  );
  if (images.shape.join() !== [channels, height, width].join())
    throw new DataError({
      path,
      expected: `images of shape [${channels}, ${height}, ${width}], as the run's`,
      found: `[${images.shape.join(", ")}]`,
    });
  return images;
};

/** Two halves of a set, at random. */
const halves = (images: Images, seed: number): readonly [Images, Images] => {
  const order = permutation(images.count, { seed, step: 2, purpose: "resampling" }).data;
  const half = images.count >> 1;
  return [takeImages(images, order.subarray(0, half)), takeImages(images, order.subarray(half))];
};

interface RealImages {
  readonly reference: Dataset;
  readonly real?: Dataset | undefined;
  readonly called: string;
}

const realImages = async (
  run: LoadedRun,
  own: OwnImages,
  { file, data = file, seed }: RunAssessment,
): Promise<RealImages> => {
  if (file === undefined) {
    if (!own)
      throw new RunError(`${run.path}: expected a run with its data, found a model alone; name images with --data`);
    return { reference: own.heldOut, real: own.training, called: "held-out images; real: training images" };
  }
  const images = await givenImages(file, run.model.shape);
  if (own) return { reference: images, real: own.training, called: `images of ${data}; real: training images` };
  const [reference, real] = halves(images, seed);
  return { reference, real, called: `half of the images of ${data}; real: the other half` };
};

const isLabelled = (images: Images): images is Images & LabelledImages =>
  images.labels !== undefined && (images.classes?.length ?? 0) > 1;

type Work = Parameters<typeof glyphExtractor>[1];

/** A person's own features, else those of a classifier of the data's own classes, else of procedural shapes. */
const featuresOf = async (
  { model }: LoadedRun,
  own: OwnImages,
  classifier: Classifier | undefined,
  given: RunAssessment["extractor"],
  work: Work,
): Promise<NonNullable<RunAssessment["extractor"]>> => {
  if (given) return given;
  if (classifier && own)
    return {
      extractor: classifierExtractor(`${safeName(own.name)}-classifier`, classifier),
      called: "a classifier of the data's own classes",
    };
  return { extractor: await glyphExtractor(model.shape, work), called: "a classifier of ten procedural shapes" };
};

const imagesAt = (images: NdArray, rows: readonly number[]): NdArray => {
  const shape = images.shape.slice(1);
  const size = sizeOf(shape);
  const picked = zeros([rows.length, ...shape]);
  for (const [i, row] of rows.entries())
    for (let k = 0; k < size; k++) picked.data[i * size + k] = Number(images.data[row * size + k]);
  return picked;
};

/**
 * Draws samples of a run on images and compares them with images that it has not seen.
 * @throws RunError for a run without data to compare with; DataError for images that cannot be read
 */
export const assessImageRun = async (run: LoadedRun, work: RunAssessment): Promise<Assessed<ImageQuality>> => {
  const { path, model, record } = run;
  const { seed, signal, onProgress, onRemark } = work;
  const own = await ownWithout(ownImages(run), path, work.file);
  const { reference, real, called } = await realImages(run, own, work);
  const wanted = work.count ?? defaultCount;
  const count = Math.min(wanted, reference.count, real?.count ?? wanted);
  if (count < fewestImages)
    throw new RunError(
      `${path}: expected at least ${fewestImages} samples and real images of each set, found ${count} (${called})`,
    );
  if (count < wanted) onRemark?.(`comparing ${count} images of each set: there are no more real ones`);

  const training: Work = {
    signal,
    onProgress: (done, total) => onProgress?.({ of: "classifier", part: "training a classifier", done, total }),
  };
  const classifier =
    own && isLabelled(own.training)
      ? await ownClassifier(own.training as Images & LabelledImages, record.training!.recipe, training)
      : undefined;
  const { extractor, called: features } = await featuresOf(run, own, classifier, work.extractor, training);
  const known = model.network.classes ?? 0;
  const classes = known > 0 ? classSlots(own?.training.labels, known) : undefined;
  const { samples } = await work.draw({ count, seed, classes });
  const judge = classifier && own?.training.classes;
  const quality = await measureImages(
    {
      samples,
      sampleLabels: classes && Array.from({ length: count }, (_, i) => classes[i % classes.length]!),
      reference,
      real,
      training: own?.training,
      extractor,
      ...(judge && { classifier: { classifier, classes: judge } }),
    },
    { seed, signal, onProgress: (news) => onProgress?.({ of: "measuring", ...news }) },
  );
  const { nearest, referenceIndices } = quality;
  return {
    quality,
    samples,
    real: await reference.read([...referenceIndices]),
    comparedWith: called,
    features,
    ...(nearest &&
      own && {
        nearest: {
          samples: imagesAt(
            samples,
            nearest.map(({ sample }) => sample),
          ),
          training: await own.training.read(nearest.map(({ training }) => training)),
        },
      }),
  };
};

/** The evaluation of a run on images. */
import { stat } from "node:fs/promises";
import type { Classifier, FeatureExtractor } from "@scorefield/assess";
import { type Dataset, permutation } from "@scorefield/core";
import { DataError, type Images, takeImages } from "@scorefield/data";
import { RunError } from "../errors.ts";
import { readImages } from "../image/source.ts";
import { fileExtractor, glyphExtractor, type LabelledImages, ownClassifier } from "../report/extractor.ts";
import { evaluateImages, ownExtractor, pickImages } from "../report/image-evaluation.ts";
import { measuresText } from "../report/measure.ts";
import { wrapped } from "../report/wrap-text.ts";
import type { LoadedRun } from "../run/load.ts";
import { ownImages, ownWithout } from "../run/own-data.ts";
import { classSlots } from "./class-slots.ts";
import { type Evaluated, type EvaluateInput, headOf, stages } from "./evaluation.ts";
import type { Output } from "./output.ts";
import { progress } from "./progress.ts";
import { sampleWatched } from "./sampling.ts";

const defaultCount = 1000;
// Five neighbours and a two-sample test need a few images.
const fewestImages = 8;

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
  own: Awaited<ReturnType<typeof ownImages>>,
  { data, file, seed }: EvaluateInput,
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

interface Features {
  readonly extractor: FeatureExtractor & { dispose?(): Promise<void> };
  readonly called: string;
}

const featuresOf = async (
  run: LoadedRun,
  own: Awaited<ReturnType<typeof ownImages>>,
  classifier: Classifier | undefined,
  flags: EvaluateInput,
  work: Parameters<typeof glyphExtractor>[1],
): Promise<Features> => {
  if (flags.extractor !== undefined) {
    const { inception = false, range, layout, features: output } = flags;
    const extractor = await fileExtractor(flags.extractor, {
      inception,
      ...(range && { range }),
      ...(layout && { layout }),
      ...(output !== undefined && { output }),
    });
    return { extractor, called: `${flags.extractor}${inception ? ", said to be the Inception network" : ""}` };
  }
  if (classifier && own)
    return { extractor: ownExtractor(own.name, classifier), called: "a classifier of the data's own classes" };
  return { extractor: await glyphExtractor(run.model.shape, work), called: "a classifier of ten procedural shapes" };
};

/** Trains what it is handed beside a progress line. */
const watched = async <T>(signal: AbortSignal, train: (work: Parameters<typeof glyphExtractor>[1]) => Promise<T>) => {
  let line: ReturnType<typeof progress> | undefined;
  try {
    return await train({
      signal,
      onProgress: (done, total) => {
        line ??= progress("training a classifier", total);
        line.update(done);
      },
    });
  } finally {
    line?.end();
  }
};

/** @throws RunError for a run without data to compare with; DataError for images that cannot be read */
export const evaluateImageRun = async (
  run: LoadedRun,
  flags: EvaluateInput,
  out: Output,
  signal: AbortSignal,
): Promise<Evaluated> => {
  const { path, model, record } = run;
  const { seed } = flags;
  const own = await ownWithout(ownImages(run), run.path, flags.file);
  const { reference, real, called } = await realImages(run, own, flags);
  const wanted = flags.count ?? defaultCount;
  const count = Math.min(wanted, reference.count, real?.count ?? wanted);
  if (count < fewestImages)
    throw new RunError(
      `${path}: expected at least ${fewestImages} samples and real images of each set, found ${count} (${called})`,
    );
  if (count < wanted) out.remark(`comparing ${count} images of each set: there are no more real ones`);

  const classifier =
    own && isLabelled(own.training)
      ? await watched(signal, (work) =>
          ownClassifier(own.training as Images & LabelledImages, record.training!.recipe, work),
        )
      : undefined;
  const { extractor, called: features } = await watched(signal, (work) =>
    featuresOf(run, own, classifier, flags, work),
  );
  const known = model.network.classes ?? 0;
  const slots = known > 0 ? classSlots(own?.training.labels, known) : undefined;
  const drawn = await sampleWatched(run, { ...flags, count, ...(slots && { classes: slots }) }, signal);
  const { samples, sampler, seconds } = drawn;
  const sampleLabels = slots && Array.from({ length: count }, (_, i) => slots[i % slots.length]!);
  const judge = classifier && own?.training.classes;
  const evaluation = await evaluateImages(
    {
      samples,
      sampleLabels,
      reference,
      real,
      training: own?.training,
      ...(judge && { classifier: { classifier, name: own.name, classes: judge } }),
    },
    extractor,
    { seed, signal, onStage: stages(out) },
  );
  await extractor.dispose?.();
  const head = headOf(run, flags, { sampler, seconds, reference: called, count, extractor: features });
  const { nearest: _, distances: __, ...numbers } = evaluation;
  return {
    text: `${wrapped(`${count} samples against ${called}.\nFeatures: ${features}.`)}\n\n${measuresText(evaluation.measures)}`,
    result: { ...head.result, ...numbers },
    report: async () => {
      const { imageReport } = await import("../report/image-report.ts");
      const { images } = await pickImages(reference, count, seed, 0);
      return imageReport(evaluation, { samples, real: images }, head);
    },
  };
};

/** Training a denoiser: its loss and batches, handed to the trainer. */
import type { Spec } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { observationOf, type TrainedModel, trainedModel } from "../model/trained.ts";
import { type BatchPart, batchSource, type DenoisingInputs } from "./batches.ts";
import { blockLength } from "./block-length.ts";
import { checkDataScale } from "./data-scale.ts";
import { denoisingLoss, denoisingSpecs } from "./denoising-loss.ts";
import { fitBlocks } from "./fit.ts";
import type { FitOptions } from "./fit-options.ts";
import { optimisationOf } from "./fit-settings.ts";
import { heldOutInputs } from "./held-out-loss.ts";
import { type InProgress, inProgress } from "./in-progress.ts";
import { type TrainEvent, type TrainOptions, type TrainSettings, trainSettings } from "./options.ts";
import { initialTrainable, nameOfTrainable, trainableLayout } from "./trainable.ts";

/** Training in progress. Iterate over it for events, or await its result alone: the model with averaged parameters. */
export interface Training extends InProgress<TrainEvent, TrainedModel> {}

/**
 * What `train` means to the trainer.
 * @param part of every batch that is trained on, default all of it
 * @throws ArgumentError for data of another scale
 */
export const denoisingFit = async (
  settings: TrainSettings,
  part?: BatchPart,
): Promise<FitOptions<object, DenoisingInputs<Spec>>> => {
  const { data, heldOut, process, network, preconditioning, objective, augmentation } = settings;
  const { batch, accumulate, precision, classDropout, knownShare, seed, onProgress: _, ...others } = settings;
  const { shape } = data;
  if (!data.decodes) await checkDataScale(data, preconditioning);
  const parameters = initialTrainable(network, objective, shape, seed);
  const parts = { process, network, preconditioning, objective };
  const observation = observationOf(parts);
  const source = batchSource({
    ...settings,
    classDropout,
    drawObserved: observation && ((x, draws) => observation.draw(x, { ...draws, share: knownShare })),
    part,
    seed,
  });
  const samples = batch / (part?.places ?? 1);
  const { learningRate, runtime } = others;
  return {
    name: "train",
    ...optimisationOf(others),
    parameters,
    nameOf: nameOfTrainable,
    loss: denoisingLoss(parts, precision) as never,
    batches: {
      specs: denoisingSpecs(parts, { samples: samples / accumulate, shape, augmented: augmentation !== undefined }),
      inputs: source as never,
      prefetch: source.prefetch,
    },
    // In float32 for every precision of training, so that its numbers can be compared.
    ...(heldOut && {
      heldOut: {
        inputs: (await heldOutInputs(
          { ...parts, observation: observation && { ...observation, share: knownShare } },
          heldOut,
          shape,
          seed,
        )) as never,
        loss: denoisingLoss(parts) as never,
      },
    }),
    accumulate,
    learningRate,
    precision,
    block: blockLength(trainableLayout(parameters).size, samples, shape),
    runtime,
  };
};

async function* denoisingBlocks(
  options: TrainOptions,
  finish: (model: TrainedModel) => void,
): AsyncGenerator<TrainEvent, void> {
  const settings = trainSettings(options);
  const { levels, recipe } = settings.network;
  if (levels !== undefined)
    throw new ArgumentError(
      `train: expected a network that gradients train, found ${recipe.kind}; grow it with trainForest of scorefield/assess`,
    );
  const { data, process, network, preconditioning, batch, onProgress } = settings;
  const blocks = fitBlocks(await denoisingFit(settings), ({ parameters }) => {
    const { network: learnt } = parameters as ReturnType<typeof initialTrainable>;
    finish(trainedModel({ process, network, preconditioning }, learnt, data.shape));
  });
  for await (const event of blocks) {
    const news: TrainEvent = { ...event, samplesPerSecond: event.stepsPerSecond * batch };
    onProgress?.(news);
    yield news;
  }
}

/**
 * Trains a network to denoise.
 * @throws ShapeError | ArgumentError for bad options; TrainingError when the loss is no longer finite, naming step,
 *   learning rate and largest gradient, or when the consumer stops before the last event; the signal's reason when
 *   aborted (all at the first event or the result)
 */
export const train = (options: TrainOptions): Training =>
  inProgress<TrainEvent, TrainedModel>((finish) => denoisingBlocks(options, finish));

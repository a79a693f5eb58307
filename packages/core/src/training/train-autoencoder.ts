/** Training an autoencoder: its loss and batches, handed to the trainer, and the scales of its latents. */
import { type NdArray, type Runtime, type Spec, type Tensor, type Tensors, zeros } from "@scorefield/tensor";
import { checkWhole } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { type TrainedCodec, trainedCodec } from "../model/latent/latent-codec.ts";
import type { Autoencoder } from "../network/autoencoder/autoencoder.ts";
import type { Parameters } from "../network/network.ts";
import { type AutoencoderObjective, reconstruction } from "../objective/autoencoder/reconstruction.ts";
import { checkMade, checkOptions, type Known } from "../part/check-options.ts";
import { normal } from "../random/normal.ts";
import { uniform } from "../random/uniform.ts";
import { rowOrder } from "./batches.ts";
import { blockLength } from "./block-length.ts";
import { codecScales } from "./codec-scales.ts";
import { type Dataset, toDataset } from "./dataset.ts";
import { fitBlocks } from "./fit.ts";
import type { FitOptions, OptimisationOptions } from "./fit-options.ts";
import { knownOptimisation, optimisationOf } from "./fit-settings.ts";
import { flatLayout } from "./flat.ts";
import { type InProgress, inProgress } from "./in-progress.ts";
import type { TrainEvent } from "./options.ts";

/** Options of {@link trainAutoencoder}: one of `steps`, `minutes`, `deadline` and `pace` says how long it runs. */
export interface TrainAutoencoderOptions extends OptimisationOptions {
  /** Samples, [n, ...shape], float32, of about unit scale, or a dataset. Labels are not used. */
  readonly data: NdArray<"float32"> | Dataset;
  /** Such as `convolutionalAutoencoder()`. */
  readonly autoencoder: Autoencoder;
  /** Default {@link reconstruction}. */
  readonly objective?: AutoencoderObjective;
  /** Features of samples [n, ...shape] in which reconstructions are compared as well, such as those of a trained classifier. */
  readonly perceptual?: (x: Tensor) => Tensor;
  /** Samples per step, default 64. */
  readonly batch?: number;
  /** Peak learning rate; the default is the autoencoder's own. */
  readonly learningRate?: number;
  /** Default 0. */
  readonly seed?: number;
  readonly onProgress?: (event: TrainEvent) => void;
}

const knownOptions = {
  data: true,
  autoencoder: true,
  objective: true,
  perceptual: true,
  batch: true,
  learningRate: true,
  seed: true,
  onProgress: true,
  ...knownOptimisation,
} satisfies Known<TrainAutoencoderOptions>;

/** A training of an autoencoder in progress. Iterate over it for events, or await its result alone: the codec. */
export interface AutoencoderTraining extends InProgress<TrainEvent, TrainedCodec> {}

interface AutoencoderBatch<T> {
  readonly x: T;
  readonly noise: T;
  readonly turn: T;
}

const owner = "trainAutoencoder";

const settingsOf = (options: TrainAutoencoderOptions) => {
  checkOptions(owner, options, knownOptions);
  const { autoencoder, objective = reconstruction(), batch = 64, accumulate = 1, seed = 0, perceptual } = options;
  checkMade(
    `${owner} autoencoder`,
    autoencoder,
    ["encode", "decode", "latentShape"],
    "an autoencoder such as convolutionalAutoencoder()",
  );
  checkMade(`${owner} objective`, objective, ["loss", "distribution"], "an objective such as reconstruction()");
  checkWhole(`${owner} batch`, batch);
  checkWhole(`${owner} accumulate`, accumulate);
  if (batch % accumulate !== 0)
    throw new ArgumentError(`${owner}: expected accumulate to divide the batch of ${batch}, found ${accumulate}`);
  if (perceptual !== undefined && typeof perceptual !== "function")
    throw new ArgumentError(`${owner} perceptual: expected a function of samples, found ${typeof perceptual}`);
  const data = toDataset(`${owner} data`, options.data);
  const latent = autoencoder.latentShape(data.shape);
  return { ...options, data, latent, objective, batch, accumulate, seed };
};

type Settings = ReturnType<typeof settingsOf>;

const fitOptions = (settings: Settings): FitOptions<object, AutoencoderBatch<Spec>> => {
  const { data, autoencoder, objective, perceptual, latent, batch, accumulate, seed } = settings;
  const parameters = autoencoder.initialise(data.shape, seed);
  const samples = batch / accumulate;
  const row = rowOrder(data.count, seed);
  const inputs = async (from: number, count: number): Promise<AutoencoderBatch<NdArray>> => {
    const rows = Array.from({ length: count * batch }, (_, i) => row(from * batch + i));
    const { data: values } = await data.read(rows);
    const each = (size: number, draw: (step: number) => NdArray): NdArray => {
      const all = zeros([count * batch, size]);
      for (let k = 0; k < count; k++) all.data.set(draw(from + k).data as Float32Array, k * batch * size);
      return all;
    };
    const cut = (values: ArrayLike<number>, shape: readonly number[]): NdArray => ({
      dtype: "float32",
      shape: [count * accumulate, samples, ...shape],
      data: values as Float32Array<ArrayBuffer>,
    });
    const numbers = latent.reduce((product, size) => product * size, 1);
    return {
      x: cut(values, data.shape),
      noise: cut(
        each(numbers, (step) => normal([batch, ...latent], { seed, step, purpose: "noise" })).data as Float32Array,
        latent,
      ),
      turn: cut(each(1, (step) => uniform([batch], { seed, step, purpose: "augmentation" })).data as Float32Array, []),
    };
  };
  const loss = (tensors: Tensors, { x, noise, turn }: AutoencoderBatch<Tensor>): Tensor =>
    objective.loss({
      x,
      noise,
      turn,
      encode: (y) => autoencoder.encode(tensors, y),
      decode: (z) => autoencoder.decode(tensors, z),
      ...(perceptual && { perceptual }),
    });
  return {
    name: owner,
    ...optimisationOf(settings),
    parameters: parameters as object,
    loss: loss as never,
    batches: {
      specs: {
        x: { shape: [samples, ...data.shape] },
        noise: { shape: [samples, ...latent] },
        turn: { shape: [samples] },
      },
      inputs: inputs as never,
    },
    accumulate,
    learningRate: settings.learningRate ?? autoencoder.learningRate,
    block: blockLength(flatLayout(parameters).size, batch, latent),
  };
};

async function* autoencoderBlocks(
  options: TrainAutoencoderOptions,
  finish: (codec: TrainedCodec) => void,
): AsyncGenerator<TrainEvent, void> {
  const settings = settingsOf(options);
  const { batch, onProgress, autoencoder, data, objective, runtime, signal } = settings;
  let trained: Parameters | undefined;
  const measured = async (): Promise<void> => {
    if (!trained) return;
    const { shape } = data;
    const parts = { autoencoder, parameters: trained, shape, distribution: objective.distribution };
    const run: { runtime?: Runtime; signal?: AbortSignal } = { ...(runtime && { runtime }), ...(signal && { signal }) };
    finish(trainedCodec({ ...parts, ...(await codecScales(parts, data, run)) }));
    trained = undefined;
  };
  const blocks = fitBlocks(fitOptions(settings), ({ parameters }) => {
    trained = parameters as Parameters;
  });
  for await (const event of blocks) {
    await measured();
    const news: TrainEvent = { ...event, samplesPerSecond: event.stepsPerSecond * batch };
    onProgress?.(news);
    yield news;
  }
  // Of a training that was resumed at its end there is no event.
  await measured();
}

/**
 * Trains an autoencoder, and measures its latents on the data: their mean and deviation, and how much the decoder leaves out.
 *
 *     const codec = await trainAutoencoder({ data, autoencoder: convolutionalAutoencoder(), steps: 2000 }).result;
 *     const model = await train({ data: await latentDataset(codec, data), process, network, steps: 5000 }).result;
 *     const images = await sampleLatent(latentModel(codec, model), { count: 16 });
 *
 * @throws ShapeError | ArgumentError for bad options; TrainingError when the loss is no longer finite; the signal's reason when
 *   aborted (all at the first event or the result)
 */
export const trainAutoencoder = (options: TrainAutoencoderOptions): AutoencoderTraining =>
  inProgress<TrainEvent, TrainedCodec>((finish) => autoencoderBlocks(options, finish));

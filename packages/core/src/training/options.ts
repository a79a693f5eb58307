/** What a person says to train a network, and what is refused. */
import { defaultRuntime, isNdArray, type NdArray, type Runtime, ShapeError, sizeOf } from "@scorefield/tensor";
import { checkWhole } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { edmPreconditioning, type Preconditioning } from "../model/preconditioning.ts";
import type { Network } from "../network/network.ts";
import { denoising } from "../objective/denoising.ts";
import type { Objective } from "../objective/objective.ts";
import type { Process } from "../process/process.ts";
import { type Augmentation, augmentationLabels, checkAugmentation } from "./augmentation.ts";
import { type Dataset, dataset } from "./dataset.ts";
import { type Adam, adamSettings, type OptimiserState } from "./optimiser.ts";
import { checkWidth, type PowerAverage } from "./power-average.ts";
import type { Precision } from "./precision.ts";
import { checkSchedule, type Schedule } from "./schedule.ts";

/** All that training carries from one step to the next; resuming from it continues bit for bit. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  readonly state: OptimiserState<NdArray>;
}

/** News of training, one per block of steps. */
export interface TrainEvent {
  /** Steps done, out of `steps`. */
  readonly step: number;
  readonly steps: number;
  /** Mean loss of the block, and the loss of each of its steps. */
  readonly loss: number;
  readonly losses: Float32Array;
  /** Of the block's last step, before clipping (in mixed precision: the last that was not left out). */
  readonly gradientNorm: number;
  readonly learningRate: number;
  readonly samplesPerSecond: number;
  /** In mixed precision: steps of the block that were left out because float16 overflowed. */
  readonly skipped?: number;
  readonly checkpoint: Checkpoint;
}

/** Options of `train`. */
export interface TrainOptions extends Schedule {
  /** Samples, [n, ...shape], float32, of about unit scale; or a dataset, with labels for a network that knows classes. */
  readonly data: NdArray<"float32"> | Dataset;
  readonly process: Process;
  readonly network: Network;
  /** Default {@link edmPreconditioning}. */
  readonly preconditioning?: Preconditioning;
  /** Default {@link denoising}. */
  readonly objective?: Objective;
  readonly steps: number;
  /** Samples per step, default 256. */
  readonly batch?: number;
  /**
   * Micro-batches that a step is cut into, which must divide the batch; default 1. The step is the same up to rounding,
   * its memory that of one micro-batch (and one more vector of parameters), its time a little more. A law of averages
   * over a batch is one of micro-batches then.
   */
  readonly accumulate?: number;
  /** Peak learning rate; the default is the network's own. */
  readonly learningRate?: number;
  readonly adam?: Adam;
  /** Decay of the moving average of parameters, in [0, 1), default 0.999. */
  readonly averageDecay?: number;
  /** Averages whose width grows with training, in place of one of constant decay. */
  readonly average?: PowerAverage;
  /** Alter images at random and tell the network how, for a network with as many inputs for it; default no. */
  readonly augmentation?: Augmentation;
  /**
   * Share of samples whose class is withheld, so that the network is an unconditional model as well, in [0, 1]; default
   * 0.1 (Ho & Salimans 2022). For a network that knows classes.
   */
  readonly classDropout?: number;
  /**
   * `mixed` computes the network in float16, with weights, optimiser and loss in float32, where the runtime does;
   * default `float32`. A step whose gradient overflows is left out, which counts as a step all the same.
   */
  readonly precision?: Precision;
  /** Default 0. */
  readonly seed?: number;
  /** Continue from here instead of fresh parameters. */
  readonly resume?: Checkpoint;
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: TrainEvent) => void;
  readonly runtime?: Runtime;
}

/** Options with their defaults, checked. */
export type TrainSettings = Required<
  Omit<TrainOptions, "data" | "adam" | "average" | "augmentation" | "resume" | "signal" | "onProgress" | keyof Schedule>
> &
  Pick<TrainOptions, "average" | "augmentation" | "resume" | "signal" | "onProgress"> & {
    readonly data: Dataset;
    readonly adam: Required<Adam>;
    readonly schedule: Schedule;
  };

const checkLabels = ({ count, labels }: Dataset, classes: number): void => {
  if (!labels)
    throw new ArgumentError(`train: expected labels for a network of ${classes} classes, found a dataset without`);
  for (let i = 0; i < count; i++)
    if (!(Number.isInteger(labels[i]) && labels[i]! >= 0 && labels[i]! < classes))
      throw new ArgumentError(
        `train: expected labels from 0 to ${classes - 1}, found ${labels[i]} for sample ${i}; give the network more classes, or number the labels from 0`,
      );
};

// In a micro-batch: a quarter of a gibibyte, before any network makes more of it.
const mostNumbers = 2 ** 26;

const checkNumbers = ({ data, steps, batch, accumulate, averageDecay, classDropout }: TrainSettings): void => {
  for (const [name, value] of Object.entries({ steps, batch, accumulate })) checkWhole(`train ${name}`, value);
  if (batch % accumulate !== 0)
    throw new ArgumentError(`train: expected accumulate to divide the batch of ${batch}, found ${accumulate}`);
  const most = Math.floor(mostNumbers / sizeOf(data.shape));
  if (batch / accumulate > most)
    throw new ArgumentError(
      `train: expected a batch of at most ${most} samples of shape [${data.shape.join(", ")}], found ${batch}; take a smaller one, or accumulate micro-batches`,
    );
  if (!(classDropout >= 0 && classDropout <= 1))
    throw new ArgumentError(`train: expected classDropout in [0, 1], found ${classDropout}`);
  if (!(averageDecay >= 0 && averageDecay < 1))
    throw new ArgumentError(`train: expected averageDecay in [0, 1), found ${averageDecay}`);
};

const checkAverage = ({ widths }: PowerAverage, averageDecay: number | undefined): void => {
  if (averageDecay !== undefined)
    throw new ArgumentError("train: average and averageDecay exclude each other; leave one out");
  for (const width of widths) checkWidth(width);
  if (widths.length === 0 || new Set(widths).size < widths.length)
    throw new ArgumentError(`train: expected different widths of averages, found [${widths.join(", ")}]`);
};

const checkAugmented = (augmentation: Augmentation, { network, data }: TrainSettings): void => {
  checkAugmentation(augmentation, data.shape);
  if (network.augmentation !== augmentationLabels)
    throw new ArgumentError(
      `train: expected a network that can be told ${augmentationLabels} numbers of augmentation, found ` +
        `${network.recipe.kind} with ${network.augmentation ?? 0}; set its augmentation to ${augmentationLabels}`,
    );
};

/**
 * Fills in the defaults of options.
 * @throws ShapeError | ArgumentError for options that training cannot use
 */
export const trainSettings = (options: TrainOptions): TrainSettings => {
  const { data, network, adam, average, averageDecay, augmentation, warmUp, decay } = options;
  const settings: TrainSettings = {
    preconditioning: edmPreconditioning(),
    objective: denoising(),
    learningRate: network.learningRate,
    batch: 256,
    accumulate: 1,
    classDropout: 0.1,
    precision: "float32",
    seed: 0,
    runtime: options.runtime ?? defaultRuntime(),
    ...options,
    averageDecay: averageDecay ?? 0.999,
    data: isNdArray(data) ? dataset(data as NdArray<"float32">) : (data as Dataset),
    adam: adamSettings(adam),
    schedule: { ...(warmUp !== undefined && { warmUp }), ...(decay && { decay }) },
  };
  if (!["float32", "mixed"].includes(settings.precision))
    throw new ArgumentError(`train: expected precision float32 or mixed, found ${settings.precision}`);
  if ((network.classes ?? 0) > 0) checkLabels(settings.data, network.classes!);
  checkNumbers(settings);
  checkSchedule(settings.learningRate, settings.schedule);
  if (average) checkAverage(average, averageDecay);
  if (augmentation) checkAugmented(augmentation, settings);
  return settings;
};

/**
 * Checks options without training.
 * @throws ShapeError | ArgumentError as `train` would at its first event
 */
export const checkTraining = (options: TrainOptions): void => {
  trainSettings(options);
};

const required = ["parameters", "firstMoment", "secondMoment", "average"] as const;

/** @throws ShapeError | ArgumentError for a checkpoint of another network, or of a later step */
export const checkResume = (
  { step, state }: Checkpoint,
  { parameters, averages, steps }: Record<"parameters" | "averages" | "steps", number>,
): void => {
  const { otherAverages = [], ...vectors } = state;
  if (otherAverages.length !== averages - 1)
    throw new ShapeError(
      `train: expected ${averages} moving averages to resume from, found ${otherAverages.length + 1}`,
    );
  const others = otherAverages.map((vector, i) => [`otherAverages.${i}`, vector] as const);
  for (const [name, vector] of [...required.map((name) => [name, vectors[name]] as const), ...others])
    if (vector?.dtype !== "float32" || vector.shape.length !== 1 || vector.shape[0] !== parameters)
      throw new ShapeError(
        `train: expected ${name} float32[${parameters}] to resume from, found ${vector ? `${vector.dtype}[${vector.shape}]` : "nothing"}; ` +
          "is it another network?",
      );
  if (!Number.isInteger(step) || step < 0 || step > steps)
    throw new ArgumentError(`train: cannot resume at step ${step} of ${steps}; ask for more steps`);
};

/** The options of training a denoiser, and what is refused. */
import { defaultRuntime, type NdArray, sizeOf } from "@scorefield/tensor";
import { checkWhole } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { edmPreconditioning, type Preconditioning } from "../model/preconditioning.ts";
import { checkNetwork } from "../network/check-network.ts";
import type { Network } from "../network/network.ts";
import { denoising } from "../objective/denoising.ts";
import type { Objective } from "../objective/objective.ts";
import { checkMade, checkOptions, type Known } from "../part/check-options.ts";
import { checkProcess } from "../process/check-process.ts";
import type { Process } from "../process/process.ts";
import { type Augmentation, augmentationLabels, checkAugmentation } from "./augmentation.ts";
import { type Dataset, toDataset } from "./dataset.ts";
import type { FitEvent, OptimisationOptions } from "./fit-options.ts";
import { checkAverages, checkLength, knownOptimisation } from "./fit-settings.ts";
import { adamSettings } from "./optimiser.ts";
import type { Precision } from "./precision.ts";
import { checkSchedule } from "./schedule.ts";

/** Progress of training a denoiser, one event per block of steps. */
export interface TrainEvent extends FitEvent {
  readonly samplesPerSecond: number;
}

/** Options of `train`: one of `steps`, `minutes`, `deadline` and `pace` says how long it runs. */
export interface TrainOptions extends OptimisationOptions {
  /**
   * Samples, [n, ...shape], float32, of about the scale of the preconditioning, or a dataset. Scales more than 100 times
   * above or below are refused. The labels of a dataset are for a network that knows classes.
   */
  readonly data: NdArray<"float32"> | Dataset;
  /** Data that training does not see, of the same shape: the loss on them is taken about 20 times. */
  readonly heldOut?: NdArray<"float32"> | Dataset;
  readonly process: Process;
  readonly network: Network;
  /** Default {@link edmPreconditioning}. */
  readonly preconditioning?: Preconditioning;
  /** Default {@link denoising}. */
  readonly objective?: Objective;
  /** Samples per step, default 256. */
  readonly batch?: number;
  /**
   * Micro-batches that a step is cut into, which must divide the batch. Default 1. The step is the same up to rounding,
   * its memory one micro-batch and one more vector of parameters, its time a little more. A constraint on
   * averages over a batch is then a constraint on averages over micro-batches.
   */
  readonly accumulate?: number;
  /** Peak learning rate; the default is the network's own. */
  readonly learningRate?: number;
  /**
   * Alter images at random and condition the network on how they were altered. The network needs an input for it.
   * Default no.
   */
  readonly augmentation?: Augmentation;
  /**
   * Share of samples whose class is withheld, in [0, 1], so that the network is an unconditional model as well. Default
   * 0.1 (Ho & Salimans 2022). For a network that knows classes.
   */
  readonly classDropout?: number;
  /**
   * Share of samples of which something is known in training, in [0, 1]. Default 0.5. The others teach the model to draw
   * whole samples. For a network and a preconditioning that are conditioned on what is known, such as
   * `mixedPreconditioning`.
   */
  readonly knownShare?: number;
  /**
   * `mixed` computes the network in float16, with weights, optimiser and loss in float32, where the runtime supports
   * it. Default `float32`. A step whose gradient overflows is left out, but counts as a step.
   */
  readonly precision?: Precision;
  /** Default 0. */
  readonly seed?: number;
  readonly onProgress?: (event: TrainEvent) => void;
}

const knownOptions = {
  data: true,
  process: true,
  network: true,
  preconditioning: true,
  objective: true,
  batch: true,
  learningRate: true,
  augmentation: true,
  classDropout: true,
  knownShare: true,
  precision: true,
  heldOut: true,
  seed: true,
  onProgress: true,
  ...knownOptimisation,
} satisfies Known<TrainOptions>;

/** Options with their defaults, checked. */
export type TrainSettings = ReturnType<typeof trainSettings>;

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

const checkNumbers = (
  data: Dataset,
  {
    batch,
    accumulate,
    classDropout,
    knownShare,
  }: { batch: number; accumulate: number; classDropout: number; knownShare: number },
): void => {
  for (const [name, value] of Object.entries({ batch, accumulate })) checkWhole(`train ${name}`, value);
  if (batch % accumulate !== 0)
    throw new ArgumentError(`train: expected accumulate to divide the batch of ${batch}, found ${accumulate}`);
  const most = Math.floor(mostNumbers / sizeOf(data.shape));
  if (batch / accumulate > most)
    throw new ArgumentError(
      `train: expected a batch of at most ${most} samples of shape [${data.shape.join(", ")}], found ${batch}; take a smaller one, or accumulate micro-batches`,
    );
  for (const [name, share] of Object.entries({ classDropout, knownShare }))
    if (!(share >= 0 && share <= 1)) throw new ArgumentError(`train: expected ${name} in [0, 1], found ${share}`);
};

const checkAugmented = (augmentation: Augmentation, network: Network, data: Dataset): void => {
  checkAugmentation(augmentation, data.shape);
  if (network.augmentation !== augmentationLabels)
    throw new ArgumentError(
      `train: expected a network that can be conditioned on ${augmentationLabels} numbers of augmentation, found ` +
        `${network.recipe.kind} with ${network.augmentation ?? 0}; set its augmentation to ${augmentationLabels}`,
    );
};

const checkObserved = (
  { recipe, observed = 0 }: Network,
  preconditioning: Preconditioning,
  datasets: readonly (Dataset | undefined)[],
): void => {
  if (!(preconditioning.observed?.absent && observed > 0) && datasets.some((one) => one?.absent))
    throw new ArgumentError(
      `train: expected a preconditioning and a network that take samples with absent numbers, such as partialPreconditioning and unet with ` +
        `observed; found ${preconditioning.recipe.kind} and ${recipe.kind} with observed ${observed}`,
    );
  const given = datasets.flatMap((one) => (one ? [one.observed?.size ?? 0] : []));
  if (!preconditioning.observed && given.some((size) => size > 0)) {
    const other = given.find((size) => size !== observed);
    if (other === undefined) return;
    throw new ArgumentError(
      `train: expected datasets with ${observed} numbers of what is known of a sample, as the network ${recipe.kind} takes; found ${other}`,
    );
  }
  const features = preconditioning.observed?.features ?? 0;
  if (observed > 0 && observed !== features)
    throw new ArgumentError(
      `train: expected a network whose observed is ${features}, as the preconditioning ${preconditioning.recipe.kind} makes of what is known, or 0, ` +
        `found ${recipe.kind} with ${observed}`,
    );
};

/** An objective that reads probabilities of categories needs a preconditioning that gives them. */
const checkLayout = ({ recipe }: Objective, preconditioning: Preconditioning): void => {
  const { columns, scale } = recipe as { columns?: readonly number[]; scale?: number };
  const other = preconditioning.recipe as { columns?: readonly number[]; scale?: number };
  if (!Array.isArray(columns) || (`${columns}` === `${other.columns}` && scale === other.scale)) return;
  throw new ArgumentError(
    `train: expected a preconditioning of the layout of the objective, ${recipe.kind}, found ${preconditioning.recipe.kind}` +
      `${other.columns ? " with another layout" : ""}; give mixedPreconditioning and mixedDenoising the same columns and scale`,
  );
};

/**
 * Fills in the defaults of options.
 * @throws ShapeError | ArgumentError for options that training cannot use
 */
export const trainSettings = (options: TrainOptions) => {
  checkOptions("train", options, knownOptions);
  const { network, process, warmUp, decay, augmentation } = options;
  checkProcess("train", process);
  checkNetwork("train", network);
  const { preconditioning = edmPreconditioning(), objective = denoising() } = options;
  checkMade("train preconditioning", preconditioning, ["denoise"], "a preconditioning such as edmPreconditioning()");
  checkMade("train objective", objective, ["loss", "noiseDistribution"], "an objective such as denoising()");
  const settings = {
    learningRate: network.learningRate,
    batch: 256,
    accumulate: 1,
    classDropout: 0.1,
    knownShare: 0.5,
    precision: "float32" as Precision,
    seed: 0,
    runtime: options.runtime ?? defaultRuntime(),
    // Undefined is left out.
    ...(Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as TrainOptions),
    preconditioning,
    objective,
    data: toDataset("train data", options.data),
    heldOut: options.heldOut === undefined ? undefined : toDataset("train heldOut", options.heldOut),
  };
  const { data, precision, learningRate } = settings;
  if (!["float32", "mixed"].includes(precision))
    throw new ArgumentError(`train: expected precision float32 or mixed, found ${precision}`);
  if ((network.classes ?? 0) > 0) checkLabels(data, network.classes!);
  checkLength("train", options);
  checkNumbers(data, settings);
  checkAverages("train", options);
  adamSettings(options.adam);
  checkSchedule(learningRate, { ...(warmUp !== undefined && { warmUp }), ...(decay && { decay }) });
  checkObserved(network, preconditioning, [data, settings.heldOut]);
  checkLayout(objective, preconditioning);
  if (augmentation) checkAugmented(augmentation, network, data);
  return settings;
};

/**
 * Checks options without training.
 * @throws ShapeError | ArgumentError as `train` would at its first event
 */
export const checkTraining = (options: TrainOptions): void => {
  trainSettings(options);
};

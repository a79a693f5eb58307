/** What a person says to train a network, and what is refused. */
import { type NdArray, type Runtime, ShapeError } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import type { Preconditioning } from "../model/preconditioning.ts";
import type { Network } from "../network/network.ts";
import type { Objective } from "../objective/objective.ts";
import type { Process } from "../process/process.ts";
import type { Dataset } from "./dataset.ts";
import type { Adam, OptimiserState } from "./optimiser.ts";
import type { Schedule } from "./schedule.ts";

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
  /** Of the block's last step, before clipping. */
  readonly gradientNorm: number;
  readonly learningRate: number;
  readonly samplesPerSecond: number;
  readonly checkpoint: Checkpoint;
}

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
  /** Peak learning rate; the default is the network's own. */
  readonly learningRate?: number;
  readonly adam?: Adam;
  /** Decay of the moving average of parameters, in [0, 1), default 0.999. */
  readonly averageDecay?: number;
  /**
   * Share of samples whose class is withheld, so that the network is an unconditional model as well, in [0, 1]; default
   * 0.1 (Ho & Salimans 2022). For a network that knows classes.
   */
  readonly classDropout?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Continue from here instead of fresh parameters. */
  readonly resume?: Checkpoint;
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: TrainEvent) => void;
  readonly runtime?: Runtime;
}

type Checked = Record<"steps" | "batch" | "averageDecay" | "classDropout", number>;

/** @throws ArgumentError for labels or numbers that training cannot use */
export const checkOptions = (
  { count, labels }: Dataset,
  { classes = 0 }: Network,
  { steps, batch, averageDecay, classDropout }: Checked,
): void => {
  if (classes > 0) {
    if (!labels)
      throw new ArgumentError(`train: expected labels for a network of ${classes} classes, found a dataset without`);
    for (let i = 0; i < count; i++)
      if (!(Number.isInteger(labels[i]) && labels[i]! >= 0 && labels[i]! < classes))
        throw new ArgumentError(
          `train: expected labels from 0 to ${classes - 1}, found ${labels[i]} for sample ${i}; give the network more classes, or number the labels from 0`,
        );
  }
  if (!(classDropout >= 0 && classDropout <= 1))
    throw new ArgumentError(`train: expected classDropout in [0, 1], found ${classDropout}`);
  for (const [name, value] of Object.entries({ steps, batch }))
    if (!Number.isInteger(value) || value < 1)
      throw new ArgumentError(`train: expected ${name} to be a positive whole number, found ${value}`);
  if (!(averageDecay >= 0 && averageDecay < 1))
    throw new ArgumentError(`train: expected averageDecay in [0, 1), found ${averageDecay}`);
};

/** @throws ShapeError | ArgumentError for a checkpoint of another network, or of a later step */
export const checkResume = ({ step, state }: Checkpoint, parameters: number, steps: number): void => {
  for (const name of ["parameters", "firstMoment", "secondMoment", "average"] as const) {
    const vector = state[name];
    if (vector?.dtype !== "float32" || vector.shape.length !== 1 || vector.shape[0] !== parameters)
      throw new ShapeError(
        `train: expected ${name} float32[${parameters}] to resume from, found ${vector ? `${vector.dtype}[${vector.shape}]` : "nothing"}; ` +
          "is it another network?",
      );
  }
  if (!Number.isInteger(step) || step < 0 || step > steps)
    throw new ArgumentError(`train: cannot resume at step ${step} of ${steps}; ask for more steps`);
};

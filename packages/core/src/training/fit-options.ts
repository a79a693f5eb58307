/** The options of fitting parameters to a loss. */
import type { MapTree, NdArray, Runtime, Spec, Tensor, Tensors } from "@scorefield/tensor";
import type { Parameters } from "../network/network.ts";
import type { Adam, OptimiserState } from "./optimiser.ts";
import type { Deadline, Pace } from "./pace.ts";
import type { PowerAverage } from "./power-average.ts";
import type { Precision } from "./precision.ts";
import type { Schedule } from "./schedule.ts";

/** All that training carries from one step to the next. Resuming from it continues bit for bit. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  readonly state: OptimiserState<NdArray>;
  /** Of a training by the clock or by a pace: its course so far, which may reach a few steps ahead. */
  readonly pace?: Pace;
}

/** Progress of a training, one event per block of steps. */
export interface FitEvent {
  /** Steps done, out of `steps`; with a deadline that is an estimate, right at the last event. */
  readonly step: number;
  readonly steps: number;
  /** The share of training done, in [0, 1]; 1 at the last event. The learning rate follows it. */
  readonly share: number;
  /** Mean loss of the block, and the loss of each of its steps. */
  readonly loss: number;
  readonly losses: Float32Array;
  /** Of the block's last step, before clipping (in mixed precision: the last that was not left out). */
  readonly gradientNorm: number;
  readonly learningRate: number;
  readonly stepsPerSecond: number;
  /** In mixed precision: steps of the block that were left out because float16 overflowed. */
  readonly skipped?: number;
  /** The loss of the averaged parameters on held-out data, where it was taken: about 20 times, the end among them. */
  readonly heldOutLoss?: number;
  readonly checkpoint: Checkpoint;
}

/** How long training runs: exactly one of these. */
export interface Length {
  readonly steps?: number;
  /**
   * A time in minutes within which training ends, from its start on, compiling included. The learning rate follows the
   * share of it that is used. What was done is the `pace` of the checkpoints.
   */
  readonly minutes?: number;
  /** A time at which training ends, by any clock. */
  readonly deadline?: Deadline;
  /** Repeats, bit for bit and without a clock, a training that had `minutes` or a `deadline`. */
  readonly pace?: Pace;
}

/** How parameters are moved, and their averages kept. */
export interface OptimisationOptions extends Length, Schedule {
  /** Micro-batches that a step is cut into, default 1. */
  readonly accumulate?: number;
  readonly adam?: Adam;
  /** Decay of the moving average of parameters, in [0, 1), default 0.999. */
  readonly averageDecay?: number;
  /** Averages whose width grows with training, in place of one of constant decay. */
  readonly average?: PowerAverage;
  /** Continue from here instead of fresh parameters. */
  readonly resume?: Checkpoint;
  readonly signal?: AbortSignal;
  readonly runtime?: Runtime;
}

/** The tensors of a tree of host arrays. */
type TensorsOf<P> = Parameters extends P ? Tensors : MapTree<P, NdArray, Tensor>;

/**
 * A loss: a scalar, from parameters, the tensors of one micro-batch, and the extra state before the step. The extra
 * state is not differentiated.
 */
export type Loss<P, B, X> = (
  parameters: TensorsOf<P>,
  batch: MapTree<B, Spec, Tensor>,
  extra: MapTree<X, NdArray, Tensor>,
) => Tensor;

/** Where a loss gets its data from. */
export interface Batches<B extends object> {
  /** The types of one micro-batch: a tree of specs. */
  readonly specs: B;
  /**
   * The micro-batches of steps `from` to `from + count - 1`, stacked along a leading axis of `count * accumulate`. They must
   * depend on these numbers alone, so that a resumed training goes on with the same.
   */
  inputs(from: number, count: number): MapTree<B, Spec, NdArray> | Promise<MapTree<B, Spec, NdArray>>;
  /** Begins to make the inputs of those steps, where that is work that can go on during training. */
  prefetch?(from: number, count: number): void;
}

/** State that a loss carries from step to step besides the parameters, such as a teacher that is an average of them. */
export interface Extra<P, B, X> {
  /** A tree of host arrays. */
  readonly initial: X;
  /** The state after a step, from that before it, the new parameters, and the step's last micro-batch. Default: it stays. */
  readonly update?: (
    extra: MapTree<X, NdArray, Tensor>,
    parameters: TensorsOf<P>,
    batch: MapTree<B, Spec, Tensor>,
  ) => MapTree<X, NdArray, Tensor>;
}

/** Held-out data: training does not see them. */
export interface HeldOut<P, B, X> {
  /** A batch of any size, the same at every look. */
  readonly inputs: MapTree<B, Spec, NdArray>;
  /** Default the loss that is minimised. */
  readonly loss?: Loss<P, B, X>;
}

/** Options of `fit`. `P` is the tree of parameters, `B` the tree of a batch's specs, `X` the extra state. */
export interface FitOptions<P = Parameters, B extends object = object, X = undefined> extends OptimisationOptions {
  /** Begins error messages, default `fit`. */
  readonly name?: string;
  /** The parameters to begin with: a tree of float32 arrays. */
  readonly parameters: P;
  readonly loss: Loss<P, B, X>;
  readonly batches: Batches<B>;
  readonly extra?: Extra<P, B, X>;
  readonly heldOut?: HeldOut<P, B, X>;
  /** Peak learning rate, default 1e-3. */
  readonly learningRate?: number;
  /**
   * In `mixed`, for losses that compute in float16, the loss is multiplied by a scale that is found by trying. A step
   * whose gradient overflows is left out, but counts as a step. The loss casts to float16 itself. Default `float32`.
   */
  readonly precision?: Precision;
  /** Steps per call of the runtime at most, default 100: about a tenth of a second of work is a good measure. */
  readonly block?: number;
  /** The name of a parameter in errors, from its path in the tree. Default the path. */
  readonly nameOf?: (path: string) => string;
  readonly onProgress?: (event: FitEvent) => void;
}

/** What {@link FitOptions} comes to. */
export interface Fitted<P, X> {
  /** The averaged parameters; the first average where there are several. */
  readonly parameters: P;
  readonly extra: X;
  readonly checkpoint: Checkpoint;
}

/** What a denoising loss needs from the host: data in shuffled order, times and noise. */
import { type NdArray, sizeOf, zeros } from "@scorefield/tensor";
import type { Conditions, Network } from "../network/network.ts";
import type { Objective, ObjectiveInputs } from "../objective/objective.ts";
import type { Process } from "../process/process.ts";
import { normal } from "../random/normal.ts";
import { permutation } from "../random/permutation.ts";
import { uniform } from "../random/uniform.ts";
import { type Augmentation, augment } from "./augmentation.ts";
import { type Dataset, withoutAbsent } from "./dataset.ts";

/**
 * Inputs of a denoising loss, for objective and network. For consecutive micro-batches they are stacked along a leading
 * axis. A step of training is one micro-batch, or several.
 */
export type DenoisingInputs<T> = Required<ObjectiveInputs<T>> & {
  readonly conditions: Conditions<T>;
};

/** A part of every batch: that of one of several places that train at once. */
export interface BatchPart {
  /** Which, from 0. */
  readonly place: number;
  /** How many there are. They divide the batch. */
  readonly places: number;
}

/** What the inputs of a training are made from. */
export interface BatchSource {
  readonly data: Dataset;
  readonly network: Pick<Network, "classes" | "uniforms">;
  /** Share of samples whose class is withheld. */
  readonly classDropout: number;
  /** Draws what is known of clean samples [n, ...shape], for a model that is conditioned on it. */
  readonly drawObserved?: ((x: NdArray<"float32">, draws: { seed: number; step: number }) => NdArray) | undefined;
  readonly augmentation?: Augmentation | undefined;
  /** Samples per step. */
  readonly batch: number;
  /** The part of each batch that is made, default all of it: with the samples, times and noise that it has in the whole. */
  readonly part?: BatchPart | undefined;
  /** Micro-batches per step, which divide the batch, or the part of it. */
  readonly accumulate: number;
  readonly seed: number;
  readonly process: Process;
  readonly objective: Objective;
}

/**
 * Rows in an order that visits every row once per epoch, reshuffled each epoch. The order is the same for every start.
 */
export const rowOrder = (rows: number, seed: number): ((position: number) => number) => {
  let epoch = -1;
  let order: ArrayLike<number> = [];
  return (position) => {
    const wanted = Math.floor(position / rows);
    if (wanted !== epoch) {
      order = permutation(rows, { seed, step: wanted, purpose: "order" }).data;
      epoch = wanted;
    }
    return order[position % rows]!;
  };
};

/** Draws of every step, one after the other: [count, ...of a step]. */
const stacked = (count: number, drawsOf: (k: number) => NdArray): NdArray => {
  const first = drawsOf(0);
  const all = zeros([count, ...first.shape]);
  all.data.set(first.data as Float32Array);
  for (let k = 1; k < count; k++) all.data.set(drawsOf(k).data as Float32Array, k * first.data.length);
  return all;
};

/** The parts of an array along its leading axis, as views. */
const unstacked = ({ dtype, shape: [count = 0, ...shape], data }: NdArray<"float32">): NdArray<"float32">[] =>
  Array.from({ length: count }, (_, k) => ({
    dtype,
    shape,
    data: data.subarray(k * sizeOf(shape), (k + 1) * sizeOf(shape)),
  }));

/** Makes the inputs of steps. */
export interface StepSource {
  /**
   * The batches of steps `from` to `from + count - 1`. They depend on the seed and these numbers alone. The number of
   * micro-batches of a step does not change its samples.
   */
  (from: number, count: number): Promise<DenoisingInputs<NdArray>>;
  /** Begins to read the samples of those steps, where reading is work that can go on during training. */
  prefetch(from: number, count: number): void;
}

/** The source of a training's inputs. */
export const batchSource = (source: BatchSource): StepSource => {
  const { data, network, classDropout, drawObserved, augmentation, accumulate, seed, process, objective } = source;
  const { place, places } = source.part ?? { place: 0, places: 1 };
  const wanted = source.batch / places;
  // What is drawn for a whole batch at once is drawn whole, and cut.
  const isCut = places > 1 && (augmentation !== undefined || drawObserved !== undefined);
  const batch = isCut ? source.batch : wanted;
  const skipped = isCut ? 0 : place * wanted;
  const { shape, labels } = data;
  const classes = network.classes ?? 0;
  const uniforms = network.uniforms?.(shape) ?? 0;
  const row = rowOrder(data.count, seed);
  const rowsOf = (from: number, count: number): number[] =>
    Array.from({ length: count * batch }, (_, i) =>
      row((from + Math.floor(i / batch)) * source.batch + skipped + (i % batch)),
    );
  const keyOf = (step: number) => ({ seed, step, firstSample: skipped });

  const timesOf = (step: number): NdArray => {
    const u = uniform([batch], { ...keyOf(step), purpose: "noise-level", dtype: "float64" }).data;
    const t = zeros([batch]);
    // u may be 0, where a distribution's quantile is infinite. Half a step of the generator above 0 does as well.
    for (let i = 0; i < batch; i++) t.data[i] = objective.noiseDistribution.time(process, u[i] || 2 ** -54);
    return t;
  };
  const classesOf = (step: number): NdArray => {
    const rows = zeros([batch, classes]);
    const withheld = uniform([batch], { ...keyOf(step), purpose: "condition" }).data;
    for (let i = 0; i < batch; i++) {
      const label = labels![row(step * source.batch + skipped + i)]!;
      if (withheld[i]! >= classDropout) rows.data[i * classes + label] = 1;
    }
    return rows;
  };
  const read = async (from: number, count: number): Promise<NdArray<"float32">> => {
    const { data: values } = await data.read(rowsOf(from, count));
    return { dtype: "float32", shape: [count, batch, ...shape], data: values };
  };
  /** The samples of steps from one on, altered if they should be, and how. */
  const altered = (x: NdArray<"float32">, from: number): { x: NdArray; labels?: NdArray } => {
    if (!augmentation) return { x };
    const steps = unstacked(x).map((images, k) => augment(images, augmentation, { seed, step: from + k }));
    return {
      x: stacked(steps.length, (k) => steps[k]!.images),
      labels: stacked(steps.length, (k) => steps[k]!.labels),
    };
  };
  /** The micro-batches of steps [count, batch, ...]. */
  const cut = ({ dtype, shape: [count = 0, , ...rest], data }: NdArray): NdArray => {
    const shape = [count * accumulate, wanted / accumulate, ...rest];
    if (!isCut) return { dtype, shape, data } as NdArray;
    const size = sizeOf(rest);
    const taken = zeros([count * wanted * size], dtype);
    for (let k = 0; k < count; k++) {
      const from = (k * batch + place * wanted) * size;
      (taken.data as Float32Array).set((data as Float32Array).subarray(from, from + wanted * size), k * wanted * size);
    }
    return { ...taken, shape };
  };

  let ahead: { readonly from: number; readonly count: number; readonly x: Promise<NdArray<"float32">> } | undefined;
  const inputs = async (from: number, count: number): Promise<DenoisingInputs<NdArray>> => {
    const each = (drawsOf: (step: number) => NdArray): NdArray => stacked(count, (k) => drawsOf(from + k));
    const samples = ahead?.from === from && ahead.count === count ? ahead.x : read(from, count);
    ahead = undefined;
    const { x, labels } = altered(await samples, from);
    const steps = unstacked(x as NdArray<"float32">);
    return {
      x: cut(data.absent ? withoutAbsent(x as NdArray<"float32">) : x),
      t: cut(each(timesOf)),
      noise: cut(each((step) => normal([batch, ...shape], { ...keyOf(step), purpose: "noise" }))),
      probes: Array.from({ length: objective.probes ?? 0 }, (_, p) =>
        cut(
          each((step) =>
            // Samples past the batch are other probes of the same step.
            normal([batch, ...shape], { seed, step, purpose: "probe", firstSample: p * source.batch + skipped }),
          ),
        ),
      ),
      conditions: {
        ...(classes > 0 && { class: cut(each(classesOf)) }),
        ...(labels && { augmentation: cut(labels) }),
        ...(drawObserved && {
          observed: cut(each((step) => drawObserved(steps[step - from]!, { seed, step }))),
        }),
        ...(data.observed && { observed: cut(each((step) => data.observed!.read(rowsOf(step, 1)))) }),
        ...(uniforms > 0 && {
          uniforms: cut(each((step) => uniform([batch, uniforms], { ...keyOf(step), purpose: "dropout" }))),
        }),
      },
    };
  };
  return Object.assign(inputs, {
    prefetch: (from: number, count: number): void => {
      if (!data.decodes || count <= 0) return;
      ahead = { from, count, x: read(from, count) };
      // Whoever asks for the inputs sees the error.
      ahead.x.catch(() => {});
    },
  });
};

/** What a training step needs from the host: data in shuffled order, times, noise, and the step's numbers. */
import { type NdArray, ndarray, zeros } from "@scorefield/tensor";
import type { Conditions, Network } from "../network/network.ts";
import type { Objective, ObjectiveInputs } from "../objective/objective.ts";
import type { Process } from "../process/process.ts";
import { normal } from "../random/normal.ts";
import { permutation } from "../random/permutation.ts";
import { uniform } from "../random/uniform.ts";
import type { Dataset } from "./dataset.ts";

/** Inputs of consecutive training steps: those of objective and network, stacked along a leading axis of steps. */
export type StepInputs<T> = Required<ObjectiveInputs<T>> & {
  readonly conditions: Conditions<T>;
  /** The optimiser's numbers, [steps, 4]. */
  readonly numbers: T;
};

export interface BatchSource {
  readonly data: Dataset;
  readonly network: Pick<Network, "classes" | "uniforms">;
  /** Share of samples whose class is withheld. */
  readonly classDropout: number;
  readonly batch: number;
  readonly seed: number;
  readonly process: Process;
  readonly objective: Objective;
  readonly numbersAt: (step: number) => readonly number[];
}

/** Rows in an order that visits every row once per epoch, reshuffled each epoch; the same for every start. */
const rowOrder = (rows: number, seed: number): ((position: number) => number) => {
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

/** Makes the inputs of steps. */
export interface StepSource {
  /** Of steps `from` to `from + count - 1`; they depend on nothing but the seed and those numbers. */
  (from: number, count: number): Promise<StepInputs<NdArray>>;
  /** Begins to read the samples of those steps, where reading is work that can go on beside training. */
  prefetch(from: number, count: number): void;
}

/** The source of a training's inputs. */
export const batchSource = (source: BatchSource): StepSource => {
  const { data, network, classDropout, batch, seed, process, objective, numbersAt } = source;
  const { shape, labels } = data;
  const classes = network.classes ?? 0;
  const uniforms = network.uniforms?.(shape) ?? 0;
  const row = rowOrder(data.count, seed);
  const rowsOf = (from: number, count: number): number[] =>
    Array.from({ length: count * batch }, (_, i) => row(from * batch + i));

  const timesOf = (step: number): NdArray => {
    const u = uniform([batch], { seed, step, purpose: "noise-level", dtype: "float64" }).data;
    const t = zeros([batch]);
    // u may be 0, where a distribution's quantile is infinite; half a grain above is as good.
    for (let i = 0; i < batch; i++) t.data[i] = objective.levels.time(process, u[i] || 2 ** -54);
    return t;
  };
  const classesOf = (step: number): NdArray => {
    const rows = zeros([batch, classes]);
    const withheld = uniform([batch], { seed, step, purpose: "condition" }).data;
    for (let i = 0; i < batch; i++) {
      const label = labels![row(step * batch + i)]!;
      if (withheld[i]! >= classDropout) rows.data[i * classes + label] = 1;
    }
    return rows;
  };
  const read = async (from: number, count: number): Promise<NdArray> => {
    const { data: values } = await data.read(rowsOf(from, count));
    return { dtype: "float32", shape: [count, batch, ...shape], data: values };
  };

  let ahead: { readonly from: number; readonly count: number; readonly x: Promise<NdArray> } | undefined;
  const inputs = async (from: number, count: number): Promise<StepInputs<NdArray>> => {
    const each = (drawsOf: (step: number) => NdArray): NdArray => stacked(count, (k) => drawsOf(from + k));
    const x = ahead?.from === from && ahead.count === count ? ahead.x : read(from, count);
    ahead = undefined;
    return {
      x: await x,
      t: each(timesOf),
      noise: each((step) => normal([batch, ...shape], { seed, step, purpose: "noise" })),
      probes: Array.from({ length: objective.probes ?? 0 }, (_, p) =>
        each((step) =>
          // Samples past the batch are other probes of the same step.
          normal([batch, ...shape], { seed, step, purpose: "probe", firstSample: p * batch }),
        ),
      ),
      conditions: {
        ...(classes > 0 && { classes: each(classesOf) }),
        ...(uniforms > 0 && {
          uniforms: each((step) => uniform([batch, uniforms], { seed, step, purpose: "dropout" })),
        }),
      },
      numbers: each((step) => ndarray(Float32Array.from(numbersAt(step)))),
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

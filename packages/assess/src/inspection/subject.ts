/** What an inspection looks at, and how hard. */
import type { AnySampler, KindRecipe, ScoreModel } from "@scorefield/core";
import { normal, timeOfLogRatio } from "@scorefield/core";
import { castArray, type FloatType, type NdArray, ndarray, type Runtime, sizeOf } from "@scorefield/tensor";
import type { InstrumentOptions } from "../instrument/field.ts";

/** How much of everything is looked at. */
export interface Effort {
  /** Noise levels, and points of data at each. */
  readonly levels: number;
  readonly points: number;
  /** Points whose Jacobians or dimensions are taken. */
  readonly looked: number;
  /** Noisy copies of each for the denoising loss. */
  readonly draws: number;
  /** Random probes in place of exact derivatives. */
  readonly probes: "exact" | number;
  /** Starts of the search for modes, and steps at most. */
  readonly starts: number;
  readonly ascentSteps: number;
  /** Langevin chains, and steps that count. */
  readonly chains: number;
  readonly chainSteps: number;
  /** Samples drawn. */
  readonly samples: number;
  /** Points along each axis of a landscape. */
  readonly grid: number;
}

/** A model and data to inspect it with, all in the model's units. */
export interface Subject {
  readonly model: ScoreModel & { readonly network?: { readonly recipe: KindRecipe } };
  /** Draws the samples whose tails and peaks are compared with the tails and peaks of the data. */
  readonly sampler: AnySampler;
  /** Data that the model has not seen, [n, ...shape]. */
  readonly heldOut: NdArray;
  /** Data that it has seen, where known. */
  readonly training?: NdArray | undefined;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly runtime?: Runtime | undefined;
}

/** What the parts of an inspection share. */
export interface Inspected extends Subject {
  readonly size: number;
  /** Root mean square deviation of an element of the data. */
  readonly scale: number;
  /** In which the model is evaluated. */
  readonly dtype: FloatType;
  readonly effort: Effort;
}

/** A part of an inspection. @param share is called with how much of it is done, in [0, 1] */
export type Part<Findings> = (subject: Inspected, share: (done: number) => void) => Promise<Findings>;

const small: Effort = {
  levels: 10,
  points: 2000,
  looked: 100,
  draws: 64,
  probes: "exact",
  starts: 200,
  ascentSteps: 200,
  chains: 16,
  chainSteps: 1000,
  samples: 4000,
  grid: 64,
};

/** Efforts that keep an inspection within minutes. */
const effortFor = (size: number, cheap: boolean): Effort =>
  cheap
    ? { ...small, looked: Math.max(20, Math.min(100, Math.floor(1600 / size))) }
    : {
        levels: 6,
        points: 64,
        looked: 16,
        draws: 8,
        probes: 2,
        starts: 16,
        ascentSteps: 60,
        chains: 4,
        chainSteps: 120,
        samples: 64,
        grid: 64,
      };

const rmsDeviation = ({ data, shape }: NdArray, size: number): number => {
  const n = shape[0]!;
  let squares = 0;
  for (let j = 0; j < size; j++) {
    let [mean, spread] = [0, 0];
    for (let i = 0; i < n; i++) mean += Number(data[i * size + j]) / n;
    for (let i = 0; i < n; i++) spread += (Number(data[i * size + j]) - mean) ** 2 / n;
    squares += spread / size;
  }
  return Math.sqrt(squares);
};

/** @param effort in place of the usual one, which goes by the size of a sample and the kind of network, part by part */
export const inspected = (subject: Subject, effort: Partial<Effort> = {}): Inspected => {
  const size = sizeOf(subject.model.shape);
  const kind = subject.model.network?.recipe.kind;
  const cheap = size <= 64 && (kind === undefined || kind === "mlp");
  return {
    ...subject,
    size,
    scale: rmsDeviation(subject.heldOut, size) || 1,
    // Twice as slow and nine digits better; convolutions are float32 alone.
    dtype: cheap ? "float64" : "float32",
    effort: { ...effortFor(size, cheap), ...effort },
  };
};

/** The first rows of data, in the element type of the inspection. */
export const firstRows = ({ dtype, size }: Inspected, { data, shape }: NdArray, count: number): NdArray<FloatType> => {
  const n = Math.min(count, shape[0]!);
  return castArray(
    ndarray(Float64Array.from(data.subarray(0, n * size) as Float32Array), [n, ...shape.slice(1)]),
    dtype,
  );
};

/** Held-out data at a noise level: alpha x + sigma z. */
export const noisyRows = (subject: Inspected, time: number, count: number): NdArray<FloatType> => {
  const { model, heldOut, dtype, seed } = subject;
  const rows = firstRows(subject, heldOut, count);
  const z = normal(rows.shape, { seed, purpose: "noise", dtype: "float64" });
  const [alpha, sigma] = [model.process.alpha(time), model.process.sigma(time)];
  const noisy = z.data.map((value, k) => alpha * rows.data[k]! + sigma * value);
  return castArray(ndarray(noisy, rows.shape), dtype);
};

/** The time at which sigma / alpha is this many deviations of the data, within the process's ends. */
export const timeOfNoise = ({ model: { process }, scale }: Inspected, ratio: number): number =>
  timeOfLogRatio(process, Math.log(ratio * scale));

/** sigma / alpha at a time, in units of the data. */
export const noiseAt = ({ model: { process } }: Inspected, time: number): number =>
  process.sigma(time) / process.alpha(time);

/** Options that every instrument gets. */
export const instrumentOptions = (
  { signal, runtime }: Inspected,
  share?: (done: number) => void,
): Pick<InstrumentOptions, "signal" | "runtime" | "onProgress"> => ({
  ...(signal && { signal }),
  ...(runtime && { runtime }),
  ...(share && { onProgress: ({ done, total }) => share(done / total) }),
});

/** Mean and standard error of numbers. */
export const meanOf = (values: ArrayLike<number>): { mean: number; standardError: number } => {
  let [mean, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) mean += values[i]! / values.length;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return { mean, standardError: Math.sqrt(squares / Math.max(1, values.length - 1) / values.length) };
};

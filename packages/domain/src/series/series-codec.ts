/** Between series and the model's units: each channel of mean 0 and deviation 1. No Node module is used here: pages decode too. */
import { ArgumentError } from "@scorefield/core";
import { DataError } from "@scorefield/data";
import { type FloatType, type NdArray, type Shape, ShapeError, zeros } from "@scorefield/tensor";
import type { Codec, StoredCodec } from "../codec.ts";
import type { Samples } from "../samples.ts";

/** What a run keeps of the scales of series. */
export interface StoredSeries extends StoredCodec {
  readonly kind: "series";
  /** Of each channel. */
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  /** What is added to each channel before its logarithm is taken: 0, or 1 where there are zeros; null for no logarithm. */
  readonly logs: readonly (number | null)[];
  /** The least value of each channel that samples are limited to; null for none. */
  readonly floors: readonly (number | null)[];
  /** How many of the last channels are covariates. */
  readonly covariates: number;
  /** Whether training windows lack values. */
  readonly missing: boolean;
  /** Whether they are of returns; runs of earlier versions do not say. */
  readonly returns?: boolean;
}

/** Whether what a run keeps is of series. */
export const isStoredSeries = (stored: StoredCodec): stored is StoredSeries => stored.kind === "series";

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((one) => Number.isFinite(one));

/** @throws ArgumentError for what {@link fitSeries} never stores */
const checkStored = (stored: StoredCodec, shape: Shape): StoredSeries => {
  const { kind, means, deviations, floors, logs, covariates, missing, returns } = stored;
  const orNull = (values: unknown): values is readonly (number | null)[] =>
    Array.isArray(values) && values.every((value) => value === null || Number.isFinite(value));
  const fits =
    kind === "series" &&
    shape.length === 2 &&
    isNumbers(means) &&
    isNumbers(deviations) &&
    deviations.every((deviation) => deviation > 0) &&
    orNull(floors) &&
    orNull(logs) &&
    [means.length, deviations.length, floors.length, logs.length].every((length) => length === shape[0]) &&
    Number.isInteger(covariates) &&
    (covariates as number) >= 0 &&
    (covariates as number) < shape[0]! &&
    typeof missing === "boolean" &&
    (returns === undefined || typeof returns === "boolean");
  if (!fits)
    throw new ArgumentError(
      `series scaling: expected means, deviations above 0 and floors of the ${shape[0]} channels of windows [${shape.join(", ")}], found others`,
    );
  return stored as StoredSeries;
};

/** The codec of series. @throws ArgumentError for what {@link fitSeries} never stores */
export const seriesCodec = (given: StoredCodec, shape: Shape): Codec => {
  const stored = checkStored(given, shape);
  const { means, deviations, floors, logs, missing } = stored;
  const [channels, length] = shape as [number, number];
  const each = <D extends "float32" | "float64">(
    values: NdArray<FloatType>,
    dtype: D,
    change: (value: number, channel: number) => number,
  ): NdArray<D> => {
    if (values.shape.slice(1).join() !== shape.join())
      throw new ShapeError(`series: expected windows [n, ${shape.join(", ")}], found [${values.shape.join(", ")}]`);
    const made = zeros(values.shape, dtype) as NdArray<D>;
    for (let at = 0; at < values.data.length; at++)
      made.data[at] = change(values.data[at]!, Math.floor(at / length) % channels);
    return made;
  };
  const perPlace = (values: readonly number[]): number[] =>
    values.flatMap((value) => new Array<number>(length).fill(value));
  const scale = length * deviations.reduce((sum, deviation) => sum + Math.log(deviation), 0);
  return {
    stored,
    encode: (values) =>
      each(values, "float32", (value, j) => {
        const offset = logs[j];
        // What is below all that has a logarithm counts as the least training value.
        const learnt = typeof offset === "number" ? Math.log(Math.max(value, floors[j] ?? 0) + offset) : value;
        return (learnt - means[j]!) / deviations[j]!;
      }),
    decode: (samples) =>
      each(samples, "float64", (value, j) => {
        const offset = logs[j];
        const learnt = means[j]! + deviations[j]! * value;
        // Beyond e^700 there is no number left.
        const own = typeof offset === "number" ? Math.exp(Math.min(learnt, 700)) - offset : learnt;
        return Math.max(own, floors[j] ?? Number.NEGATIVE_INFINITY);
      }),
    volume: ({ data, shape: [n = 0] }) => {
      const logVolume = new Float64Array(n).fill(-scale);
      for (let at = 0; at < data.length; at++) {
        const offset = logs[Math.floor(at / length) % channels];
        if (typeof offset === "number")
          logVolume[Math.floor(at / (channels * length))]! -= Math.log(data[at]! + offset);
      }
      return { logVolume, atoms: new Int32Array(n) };
    },
    absent: missing,
    ...(logs.every((offset) => offset === null) && { affine: { mean: perPlace(means), scale: perPlace(deviations) } }),
    smooth: true,
  };
};

const windowsAtOnce = 1024;

/** Sums of a channel about its first value, so that squares of large numbers do not cancel. */
class Moments {
  n = 0;
  #origin = 0;
  #sum = 0;
  #squares = 0;

  add(value: number): void {
    if (this.n++ === 0) this.#origin = value;
    this.#sum += value - this.#origin;
    this.#squares += (value - this.#origin) ** 2;
  }

  get mean(): number {
    return this.n === 0 ? 0 : this.#origin + this.#sum / this.n;
  }

  /** 1 for a constant. */
  get deviation(): number {
    const variance = this.n === 0 ? 0 : this.#squares / this.n - (this.#sum / this.n) ** 2;
    return variance > 0 ? Math.sqrt(variance) : 1;
  }
}

/**
 * Fits the codec of series to training windows. A channel without negative values keeps to that.
 * @param about how many of the last channels are covariates, and whether logarithms of the others are learnt
 * @throws DataError for logarithms of negative values
 */
export const fitSeries = async (
  training: Samples,
  {
    covariates = 0,
    logs = false,
    returns = false,
  }: { readonly [K in "logs" | "returns"]?: boolean | undefined } & { readonly covariates?: number | undefined },
): Promise<Codec> => {
  const { count, shape } = training;
  const [channels, length] = shape as [number, number];
  const each = async (add: (value: number, channel: number) => void): Promise<void> => {
    for (let from = 0; from < count; from += windowsAtOnce) {
      const rows = Array.from({ length: Math.min(windowsAtOnce, count - from) }, (_, i) => from + i);
      const { data } = await training.read(rows);
      for (let at = 0; at < data.length; at++) add(data[at]!, Math.floor(at / length) % channels);
    }
  };
  const least = new Float64Array(channels).fill(Number.POSITIVE_INFINITY);
  let missing = false;
  await each((value, j) => {
    if (Number.isNaN(value)) missing = true;
    else least[j] = Math.min(least[j]!, value);
  });
  const offsets = Array.from(least, (value, j) => {
    if (!logs || j >= channels - covariates) return null;
    if (value >= 0) return value > 0 ? 0 : 1;
    throw new DataError({
      column: training.columns?.[j],
      expected: "no negative values, for logarithms",
      found: `${value}`,
      fix: "Leave logs out",
    });
  });
  const moments = Array.from({ length: channels }, () => new Moments());
  await each((value, j) => {
    const offset = offsets[j];
    if (!Number.isNaN(value)) moments[j]!.add(typeof offset === "number" ? Math.log(value + offset) : value);
  });
  const stored: StoredSeries = {
    kind: "series",
    means: moments.map(({ mean }) => mean),
    deviations: moments.map(({ deviation }) => deviation),
    logs: offsets,
    floors: moments.map(({ n }, j) => (n > 0 && least[j]! >= 0 ? (offsets[j] === 0 ? least[j]! / 10 : 0) : null)),
    covariates,
    missing,
    ...(returns && { returns }),
  };
  return seriesCodec(stored, shape);
};

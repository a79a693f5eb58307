/** Between series and the model's units: each channel of mean 0 and deviation 1. No Node module is used here: pages decode too. */
import { ArgumentError } from "@scorefield/core";
import { type FloatType, type NdArray, type Shape, ShapeError, zeros } from "@scorefield/tensor";
import type { Codec, StoredCodec } from "../codec.ts";
import type { Samples } from "../samples.ts";

/** What a run keeps of the scales of series. */
export interface StoredSeries extends StoredCodec {
  readonly kind: "series";
  /** Of each channel. */
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  /** The least value of each channel that samples are limited to; null for none. */
  readonly floors: readonly (number | null)[];
  /** How many of the last channels are covariates. */
  readonly covariates: number;
  /** Whether training windows lack values. */
  readonly missing: boolean;
}

/** Whether what a run keeps is of series. */
export const isStoredSeries = (stored: StoredCodec): stored is StoredSeries => stored.kind === "series";

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((one) => Number.isFinite(one));

/** @throws ArgumentError for what {@link fitSeries} never stores */
const checkStored = (stored: StoredCodec, shape: Shape): StoredSeries => {
  const { kind, means, deviations, floors, covariates, missing } = stored;
  const fits =
    kind === "series" &&
    shape.length === 2 &&
    isNumbers(means) &&
    isNumbers(deviations) &&
    deviations.every((deviation) => deviation > 0) &&
    Array.isArray(floors) &&
    floors.every((floor) => floor === null || Number.isFinite(floor)) &&
    [means.length, deviations.length, floors.length].every((length) => length === shape[0]) &&
    Number.isInteger(covariates) &&
    (covariates as number) >= 0 &&
    (covariates as number) < shape[0]! &&
    typeof missing === "boolean";
  if (!fits)
    throw new ArgumentError(
      `series scaling: expected means, deviations above 0 and floors of the ${shape[0]} channels of windows [${shape.join(", ")}], found others`,
    );
  return stored as StoredSeries;
};

/** The codec of series. @throws ArgumentError for what {@link fitSeries} never stores */
export const seriesCodec = (given: StoredCodec, shape: Shape): Codec => {
  const stored = checkStored(given, shape);
  const { means, deviations, floors, missing } = stored;
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
  const scale = length * deviations.reduce((sum, deviation) => sum + Math.log(deviation), 0);
  return {
    stored,
    encode: (values) => each(values, "float32", (value, j) => (value - means[j]!) / deviations[j]!),
    decode: (samples) =>
      each(samples, "float64", (value, j) =>
        Math.max(means[j]! + deviations[j]! * value, floors[j] ?? Number.NEGATIVE_INFINITY),
      ),
    volume: ({ shape: [n = 0] }) => ({ logVolume: new Float64Array(n).fill(-scale), atoms: new Int32Array(n) }),
    absent: missing,
    smooth: true,
  };
};

const windowsAtOnce = 1024;

/**
 * Fits the codec of series to training windows. A channel without negative values keeps to that.
 * @param covariates how many of the last channels are covariates
 */
export const fitSeries = async (training: Samples, covariates: number): Promise<Codec> => {
  const { count, shape } = training;
  const [channels, length] = shape as [number, number];
  const [n, sums, squares] = [new Float64Array(channels), new Float64Array(channels), new Float64Array(channels)];
  const least = new Float64Array(channels).fill(Number.POSITIVE_INFINITY);
  // About a first value, so that squares of large numbers do not cancel.
  const origins = new Float64Array(channels).fill(Number.NaN);
  let missing = false;
  for (let from = 0; from < count; from += windowsAtOnce) {
    const rows = Array.from({ length: Math.min(windowsAtOnce, count - from) }, (_, i) => from + i);
    const { data } = await training.read(rows);
    for (let at = 0; at < data.length; at++) {
      const j = Math.floor(at / length) % channels;
      const value = data[at]!;
      if (Number.isNaN(value)) {
        missing = true;
        continue;
      }
      if (Number.isNaN(origins[j]!)) origins[j] = value;
      const moved = value - origins[j]!;
      n[j]!++;
      sums[j]! += moved;
      squares[j]! += moved * moved;
      least[j] = Math.min(least[j]!, value);
    }
  }
  const [means, deviations, floors]: [number[], number[], (number | null)[]] = [[], [], []];
  for (let j = 0; j < channels; j++) {
    const mean = n[j]! > 0 ? sums[j]! / n[j]! : 0;
    const variance = n[j]! > 0 ? squares[j]! / n[j]! - mean * mean : 0;
    means.push(n[j]! > 0 ? origins[j]! + mean : 0);
    deviations.push(variance > 0 ? Math.sqrt(variance) : 1);
    floors.push(n[j]! > 0 && least[j]! >= 0 ? 0 : null);
  }
  return seriesCodec({ kind: "series", means, deviations, floors, covariates, missing }, shape);
};

/**
 * Between pairs of a clean and a faulty sound, and what a bridge learns: the residual clean - faulty of compressed spectrograms, with the
 * faulty one as the condition. No Node module is used here.
 */
import { ArgumentError } from "@scorefield/core";
import { type FloatType, type NdArray, ShapeError } from "@scorefield/tensor";
import { isFftLength } from "../audio/fft.ts";
import { compressMagnitudes, expandMagnitudes } from "../audio/magnitude-compression.ts";
import { inverseStft, stft } from "../audio/stft.ts";
import type { Codec, StoredCodec } from "../codec.ts";
import { power } from "./faults.ts";
import { filterFeatures, quietFeatures } from "./pair-features.ts";

const kind = "sound-pair";

/** How windows of sounds become spectrograms, as a run keeps it. */
export interface StoredPair {
  readonly kind: typeof kind;
  /** Hz. */
  readonly rate: number;
  /** Numbers of a window. */
  readonly length: number;
  readonly window: number;
  readonly hop: number;
  readonly alpha: number;
  /** Of the residual, in the units of compressed spectrograms of sounds with a mean square of 1. */
  readonly deviation: number;
  /** What conditions hold besides the faulty spectrogram, by name; "quiet" in runs that do not say so. */
  readonly features?: keyof typeof allFeatures;
}

const allFeatures = { quiet: quietFeatures, "compressed-filter": filterFeatures };

/** Planes of a condition that {@link fitPairs} settles on, each of the size of half a sample. */
export const conditionPlanes = 2 + filterFeatures.planes;

/** A codec of pairs, and what restoring takes of it. */
export interface PairCodec extends Codec {
  readonly rate: number;
  /** Numbers of a window. */
  readonly length: number;
  /**
   * Faulty windows [n, length] as conditions [n, size] of the model, and the gain that brought each to a mean square of 1.
   * @throws ShapeError
   */
  observe(faulty: NdArray<FloatType>): { readonly observed: NdArray<"float32">; readonly gains: Float64Array };
  /**
   * Restored windows [n, length] of residuals [n, ...shape] that were drawn given conditions.
   * @param of the number of the condition that each residual is of; by default they are one for one
   */
  restored(
    residuals: NdArray<FloatType>,
    observed: NdArray<FloatType>,
    gains: ArrayLike<number>,
    of?: ArrayLike<number>,
  ): NdArray<"float64">;
}

/** What is silent has this mean square, so that its gain is finite. */
const silence = 1e-12;

const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 1;

/** @throws ArgumentError for what no fit stores: a run may be a stranger's */
const checkStored = (stored: StoredCodec): StoredPair => {
  const { rate, length, window, hop, alpha, deviation, features = "quiet" } = stored;
  const require = (right: boolean, expected: string, found: unknown): void => {
    if (!right) throw new ArgumentError(`scaling: expected ${expected}, found ${JSON.stringify(found)}`);
  };
  require(stored.kind === kind, `${kind} for sounds with faults`, stored.kind);
  require(isCount(rate), "rate as a whole number of at least 1", rate);
  require(isFftLength(window as number), "a window of a power of two", window);
  require(isCount(hop) &&
    ((window as number) / 2) % (hop as number) === 0, "a hop that divides half of the window", hop);
  require(isCount(length) &&
    (length as number) % (hop as number) === 0 &&
    (length as number) >= (window as number), "a length of whole hops, at least a window", length);
  require(Number.isFinite(alpha) && (alpha as number) > 0 && (alpha as number) <= 1, "alpha in (0, 1]", alpha);
  require(Number.isFinite(deviation) && (deviation as number) > 0, "a deviation above 0", deviation);
  require(Object.hasOwn(
    allFeatures,
    features as string,
  ), "features quiet or compressed-filter; train the run again", features);
  return stored as unknown as StoredPair;
};

/**
 * The codec of pairs that a run keeps.
 * @throws ArgumentError for JSON that no sounds lead to
 */
export const pairCodec = (json: StoredCodec): PairCodec => {
  const stored = checkStored(json);
  const { rate, length, window, hop, alpha, deviation, features = "quiet" } = stored;
  const { planes, write } = allFeatures[features];
  const [bins, frames] = [window / 2, length / hop];
  const shape = [2, bins, frames];
  const plane = bins * frames;
  // Real and imaginary parts, and features.
  const size = (2 + planes) * plane;
  const frame = { window, hop };
  const compression = { alpha, beta: 1 / deviation };

  /** Compressed spectrograms [n, 2, bins, frames] of windows, each times its gain. */
  const spectrograms = (windows: ArrayLike<number>, gains: ArrayLike<number>): NdArray<"float64"> => {
    const n = gains.length;
    const data = new Float64Array(n * length);
    for (let i = 0; i < n; i++) for (let t = i * length; t < (i + 1) * length; t++) data[t] = windows[t]! * gains[i]!;
    return compressMagnitudes(stft({ dtype: "float64", shape: [n, 1, length], data }, frame), compression);
  };
  const checkWindows = (values: NdArray<FloatType>, expected: readonly number[]): void => {
    if (values.shape.slice(1).join() !== expected.join())
      throw new ShapeError(
        `scaling: expected [n, ${expected.join(", ")}], as in training, found [${values.shape.join(", ")}]`,
      );
  };
  const gainOf = (faulty: ArrayLike<number>): number => 1 / Math.sqrt(power(faulty) + silence);

  /** The power that a compressed magnitude had, in units of the mean of a sound whose mean square is 1: squared windows add up to `hop`. */
  const powerOf = (magnitude: number): number => {
    const scaled = magnitude * deviation;
    // Other powers take ten times as long as products.
    const squared = scaled * scaled;
    return (alpha === 1 ? squared : alpha === 0.5 ? squared * squared : squared ** (1 / alpha)) / hop;
  };

  const observe = (faulty: NdArray<FloatType>) => {
    checkWindows(faulty, [length]);
    const n = faulty.shape[0]!;
    const gains = Float64Array.from({ length: n }, (_, i) =>
      gainOf(faulty.data.subarray(i * length, (i + 1) * length)),
    );
    const spectrogram = spectrograms(faulty.data, gains).data;
    const data = new Float32Array(n * size);
    const magnitudes = new Float32Array(plane);
    for (let i = 0; i < n; i++) {
      const parts = spectrogram.subarray(2 * i * plane, 2 * (i + 1) * plane);
      data.set(parts, i * size);
      for (let k = 0; k < plane; k++) magnitudes[k] = Math.sqrt(parts[k]! ** 2 + parts[plane + k]! ** 2);
      write(data.subarray(i * size + 2 * plane, (i + 1) * size), magnitudes, { parts, frames, power: powerOf });
    }
    return { observed: { dtype: "float32" as const, shape: [n, size], data }, gains };
  };

  /** To `data` [n, 2, bins, frames] the complex spectrograms in conditions, times a factor, are added. */
  const addComplex = (
    data: Float32Array | Float64Array,
    observed: NdArray<FloatType>,
    factor: number,
    of?: ArrayLike<number>,
  ): void => {
    for (let i = 0; i * 2 * plane < data.length; i++) {
      const from = (of ? of[i]! : i) * size;
      for (let k = 0; k < 2 * plane; k++) data[2 * i * plane + k]! += factor * observed.data[from + k]!;
    }
  };

  /** Residuals and conditions of pairs [n, 2, length]. */
  const apart = (pairs: NdArray<FloatType>) => {
    checkWindows(pairs, [2, length]);
    const n = pairs.shape[0]!;
    const of = (which: 0 | 1) => {
      const data = new Float64Array(n * length);
      for (let i = 0; i < n; i++)
        data.set(pairs.data.subarray((2 * i + which) * length, (2 * i + which + 1) * length), i * length);
      return data;
    };
    const { observed, gains } = observe({ dtype: "float64", shape: [n, length], data: of(1) });
    const { data } = spectrograms(of(0), gains);
    addComplex(data, observed, -1);
    return { x: { dtype: "float32" as const, shape: [n, ...shape], data: new Float32Array(data) }, observed };
  };

  const restored: PairCodec["restored"] = (residuals, observed, gains, of) => {
    checkWindows(residuals, shape);
    const n = residuals.shape[0]!;
    const whole = new Float64Array(residuals.data);
    addComplex(whole, observed, 1, of);
    const { data } = inverseStft(
      expandMagnitudes({ dtype: "float64", shape: [n, ...shape], data: whole }, compression),
      frame,
    );
    for (let i = 0; i < n; i++) {
      const gain = gains[of ? of[i]! : i]!;
      for (let t = i * length; t < (i + 1) * length; t++) data[t]! /= gain;
    }
    return { dtype: "float64", shape: [n, length], data: data as Float64Array };
  };

  return {
    stored: json,
    rate,
    length,
    encode: (pairs) => apart(pairs).x,
    // A residual alone is the restoration of silence.
    decode: (samples) => {
      const n = samples.shape[0]!;
      const nothing = { dtype: "float64" as const, shape: [n, size], data: new Float64Array(n * size) };
      const { data } = restored(samples, nothing, new Float64Array(n).fill(1));
      const pairs = new Float64Array(n * 2 * length);
      for (let i = 0; i < n; i++) pairs.set(data.subarray(i * length, (i + 1) * length), 2 * i * length);
      return { dtype: "float64", shape: [n, 2, length], data: pairs };
    },
    conditioned: { size, encode: apart },
    observe,
    restored,
    smooth: false,
    because: "spectrograms, which have more numbers than the sound",
  };
};

/**
 * Fits the deviation of residuals.
 * @param pairs [n, 2, length]
 */
export const fitPairs = (pairs: NdArray<FloatType>, about: Omit<StoredPair, "kind" | "deviation">): PairCodec => {
  const unscaled = { kind, ...about, deviation: 1, features: "compressed-filter" as const };
  const residual = pairCodec(unscaled).encode(pairs, { seed: 0, part: 0 });
  return pairCodec({ ...unscaled, deviation: Math.sqrt(power(residual.data)) || 1 });
};

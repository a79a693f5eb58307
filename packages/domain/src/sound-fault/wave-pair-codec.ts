/**
 * Between windows with gaps or clipping, and what a bridge of waveforms learns: the error of a classical estimate, in units of about how
 * far off that is. No Node module is used here.
 */
import { ArgumentError } from "@scorefield/core";
import { type FloatType, type NdArray, ShapeError } from "@scorefield/tensor";
import type { Codec, StoredCodec } from "../codec.ts";
import { type EstimatedWindow, errorScales, isWaveFault, type WaveFault, waveFaults } from "./estimate.ts";
import { power } from "./faults.ts";

const kind = "sound-wave-pair";

/** How windows become what is learnt, as a run keeps it. */
export interface StoredWavePair {
  readonly kind: typeof kind;
  readonly fault: WaveFault;
  /** Hz. */
  readonly rate: number;
  /** Numbers of a window. */
  readonly length: number;
  /** Of errors at numbers that are not known, in units of `errorScales`. */
  readonly deviation: number;
}

/** Conditions of windows, and what their errors are in units of. */
interface ObservedWindows {
  /** [n, channels * length] */
  readonly observed: NdArray<"float32">;
  /** [n, length]; 0 where numbers are known */
  readonly scales: Float64Array;
}

/** A codec of windows with gaps or clipping, and what restoring takes of it. */
export interface WavePairCodec extends Codec {
  readonly fault: WaveFault;
  readonly rate: number;
  /** Numbers of a window. */
  readonly length: number;
  observe(windows: readonly EstimatedWindow[]): ObservedWindows;
  /**
   * Restored windows [n, length] of errors [n, 1, length] that were drawn given these windows. Known numbers are as they were.
   * @param of the number of the window that each error is of; by default they are one for one
   */
  restored(
    errors: NdArray<FloatType>,
    windows: readonly EstimatedWindow[],
    scales: Float64Array,
    of?: ArrayLike<number>,
  ): NdArray<"float64">;
}

/** A sample is a clean window, the same with its fault, an estimate, and which numbers are not known. */
export const partsOfSample = 4;

// What the network sees of each place: the estimate in units of its root mean square; what is there with the fault, in units of the loudest of it; which numbers are not
// known; how far the estimate is from what is there; and about how far off it is.
export const waveChannels = 5;

const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 1;

/** @throws ArgumentError for what no fit stores: a run may be a stranger's */
const checkStored = (stored: StoredCodec): StoredWavePair => {
  const { fault, rate, length, deviation } = stored;
  const require = (right: boolean, expected: string, found: unknown): void => {
    if (!right) throw new ArgumentError(`scaling: expected ${expected}, found ${JSON.stringify(found)}`);
  };
  require(stored.kind === kind, `${kind} for waveforms with faults`, stored.kind);
  require(isWaveFault(fault), `a fault of ${waveFaults.join(", ")}`, fault);
  require(isCount(rate), "rate as a whole number of at least 1", rate);
  require(isCount(length), "length as a whole number of at least 1", length);
  require(Number.isFinite(deviation) && (deviation as number) > 0, "a deviation above 0", deviation);
  return stored as unknown as StoredWavePair;
};

/** What is silent has this root mean square, so that it can be divided by. */
const silence = 1e-6;

/**
 * The codec of such windows that a run keeps.
 * @throws ArgumentError for JSON that no sounds lead to
 */
export const wavePairCodec = (json: StoredCodec): WavePairCodec => {
  const { fault, rate, length, deviation } = checkStored(json);
  const size = waveChannels * length;
  const check = (values: NdArray<FloatType>, expected: readonly number[]): void => {
    if (values.shape.slice(1).join() !== expected.join())
      throw new ShapeError(
        `scaling: expected [n, ${expected.join(", ")}], as in training, found [${values.shape.join(", ")}]`,
      );
  };

  const observe: WavePairCodec["observe"] = (windows) => {
    const data = new Float32Array(windows.length * size);
    const scales = new Float64Array(windows.length * length);
    for (const [i, window] of windows.entries()) {
      const { faulty, estimate, unknown } = window;
      if (faulty.length !== length)
        throw new ShapeError(`scaling: expected windows of ${length} numbers, as in training, found ${faulty.length}`);
      const loud = Math.sqrt(power(estimate)) + silence;
      const most = faulty.reduce((top, value) => Math.max(top, Math.abs(value)), silence);
      const own = errorScales(fault, window, rate);
      const channel = (k: number) => data.subarray(i * size + k * length, i * size + (k + 1) * length);
      const [heard, there, which, moved, off] = [channel(0), channel(1), channel(2), channel(3), channel(4)];
      for (let t = 0; t < length; t++) {
        heard[t] = estimate[t]! / loud;
        there[t] = faulty[t]! / most;
        which[t] = unknown[t]!;
        if (unknown[t] === 0) continue;
        moved[t] = (estimate[t]! - faulty[t]!) / own[t]!;
        off[t] = Math.log(own[t]! / loud);
        scales[i * length + t] = own[t]! * deviation;
      }
    }
    return { observed: { dtype: "float32", shape: [windows.length, size], data }, scales };
  };

  /** Samples [n, 4, length] as clean windows, and windows with their estimates. */
  const apart = (samples: NdArray<FloatType>) => {
    check(samples, [partsOfSample, length]);
    const n = samples.shape[0]!;
    const part = (i: number, k: number) =>
      samples.data.subarray((partsOfSample * i + k) * length, (partsOfSample * i + k + 1) * length);
    const windows = Array.from({ length: n }, (_, i): EstimatedWindow => {
      const [faulty, estimate, unknown] = [part(i, 1), part(i, 2), part(i, 3)];
      return {
        faulty: Float64Array.from(faulty),
        estimate: Float64Array.from(estimate),
        unknown: Int8Array.from(unknown),
      };
    });
    const { observed, scales } = observe(windows);
    const data = new Float32Array(n * length);
    for (const [i, { estimate, unknown }] of windows.entries()) {
      const clean = part(i, 0);
      for (let t = 0; t < length; t++)
        if (unknown[t] !== 0) data[i * length + t] = (clean[t]! - estimate[t]!) / scales[i * length + t]!;
    }
    return { x: { dtype: "float32" as const, shape: [n, 1, length], data }, observed };
  };

  const restored: WavePairCodec["restored"] = (errors, windows, scales, of) => {
    check(errors, [1, length]);
    const n = errors.shape[0]!;
    const data = new Float64Array(n * length);
    for (let i = 0; i < n; i++) {
      const w = of ? of[i]! : i;
      const { faulty, estimate, unknown } = windows[w]!;
      for (let t = 0; t < length; t++) {
        const at = i * length + t;
        data[at] = unknown[t] === 0 ? faulty[t]! : estimate[t]! + scales[w * length + t]! * errors.data[at]!;
      }
    }
    return { dtype: "float64", shape: [n, length], data };
  };

  return {
    stored: json,
    fault,
    rate,
    length,
    encode: (samples) => apart(samples).x,
    // An error alone is the restoration of silence that is nowhere known.
    decode: (errors) => {
      check(errors, [1, length]);
      const n = errors.shape[0]!;
      const data = new Float64Array(n * partsOfSample * length);
      for (let i = 0; i < n; i++)
        for (let t = 0; t < length; t++)
          data[i * partsOfSample * length + t] = errors.data[i * length + t]! * deviation;
      return { dtype: "float64", shape: [n, partsOfSample, length], data };
    },
    conditioned: { size, encode: apart },
    observe,
    restored,
    smooth: false,
    because: "errors of estimates, which are not the sound",
  };
};

/**
 * Fits the deviation of errors.
 * @param samples [n, 4, length]
 */
export const fitWavePairs = (
  samples: NdArray<FloatType>,
  about: Omit<StoredWavePair, "kind" | "deviation">,
): WavePairCodec => {
  const unscaled = { kind, ...about, deviation: 1 };
  const { data } = wavePairCodec(unscaled).encode(samples, { seed: 0, part: 0 });
  let [squares, count] = [0, 0];
  for (const value of data) {
    squares += value ** 2;
    if (value !== 0) count++;
  }
  return wavePairCodec({ ...unscaled, deviation: Math.sqrt(squares / Math.max(1, count)) || 1 });
};

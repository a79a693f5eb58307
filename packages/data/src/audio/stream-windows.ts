/** A long sound in overlapping windows, each changed by itself and joined without a seam. No Node module is used here. */
import { type FloatType, type NdArray, ndarray } from "@scorefield/tensor";
import type { Known } from "@scorefield/tensor/internal";
import { checkMade, checkOptions } from "../check-call.ts";
import { DataError } from "../errors.ts";

/** A sound that is read in parts, such as {@link openSound} gives. */
export interface SoundSource {
  readonly channels: number;
  readonly frames: number;
  /** [channels, count]; fewer frames at the end. */
  read(from: number, count: number): Promise<NdArray<FloatType>> | NdArray<FloatType>;
}

/** Options of {@link streamWindows}. */
export interface StreamOptions {
  /** Frames of a window. */
  readonly window: number;
  /** Frames that a window shares with the next, at most half of it; default a quarter. */
  readonly overlap?: number | undefined;
  /** Windows that are handed over at once; default 1. */
  readonly batch?: number | undefined;
}

const known = { window: true, overlap: true, batch: true } satisfies Known<StreamOptions>;

/**
 * Changes windows [n, channels, window] into as many of the same shape.
 * @param from the first frame of each, in the sound
 */
export type ChangeWindows = (
  windows: NdArray<"float32">,
  from: readonly number[],
) => NdArray<FloatType> | Promise<NdArray<FloatType>>;

const check = (
  source: unknown,
  options: StreamOptions,
  change: unknown,
): { readonly overlap: number; readonly batch: number } => {
  checkMade("streamWindows", source, ["channels", "frames", "read"], "a sound to read from, such as openSound gives");
  checkOptions("streamWindows", options, known);
  if (typeof change !== "function")
    throw new DataError({
      expected: "streamWindows to be given a function that changes windows",
      found: typeof change,
    });
  const { window, batch = 1 } = options;
  const { overlap = Math.floor(window / 4) } = options;
  for (const [name, value, least, most] of [
    ["window", window, 2, 2 ** 31],
    ["overlap", overlap, 0, window / 2],
    ["batch", batch, 1, 2 ** 16],
  ] as const)
    if (!(Number.isInteger(value) && value >= least && value <= most))
      throw new DataError({ expected: `${name} to be a whole number of ${least} to ${most}`, found: `${value}` });
  return { overlap, batch };
};

/** Weights of a window's first frames: the square of a sine, so that they and those of the window before add up to 1. */
const fadeIn = (overlap: number): Float64Array =>
  Float64Array.from({ length: overlap }, (_, t) => Math.sin((Math.PI / 2) * ((t + 0.5) / overlap)) ** 2);

/**
 * Reads a sound in windows that overlap, hands each to `change`, and joins what it gives: where two windows overlap, one fades out
 * while the next fades in. What changes nothing gives the sound itself, to rounding. The last window is filled up with silence.
 * Memory holds a batch of windows, however long the sound is.
 * @returns the changed sound as blocks [channels, n] in order, `frames` in all
 * @throws DataError for options out of range, and windows of another shape
 */
export async function* streamWindows(
  source: SoundSource,
  options: StreamOptions,
  change: ChangeWindows,
): AsyncGenerator<NdArray<"float32">, void, undefined> {
  const { overlap, batch } = check(source, options, change);
  const { window } = options;
  const { channels, frames } = source;
  const hop = window - overlap;
  const fade = fadeIn(overlap);
  const count = frames === 0 ? 0 : Math.max(1, Math.ceil((frames - overlap) / hop));
  /** The end of the window before, faded out: [channels, overlap]. */
  let kept = new Float32Array(channels * overlap);
  for (let first = 0; first < count; first += batch) {
    const numbers = Array.from({ length: Math.min(batch, count - first) }, (_, i) => first + i);
    const windows = new Float32Array(numbers.length * channels * window);
    for (const [i, number] of numbers.entries()) {
      const read = await source.read(number * hop, Math.min(window, frames - number * hop));
      const taken = read.shape[1]!;
      for (let k = 0; k < channels; k++)
        windows.set(read.data.subarray(k * taken, (k + 1) * taken) as Float32Array, (i * channels + k) * window);
    }
    const shape = [numbers.length, channels, window];
    const from = numbers.map((number) => number * hop);
    const changed = await change(ndarray(windows, shape), from);
    if (changed.shape.join() !== shape.join())
      throw new DataError({
        expected: `changed windows of shape [${shape.join(", ")}]`,
        found: `[${changed.shape.join(", ")}]`,
      });
    for (const [i, number] of numbers.entries()) {
      const last = number === count - 1;
      const size = last ? frames - number * hop : hop;
      const block = new Float32Array(channels * size);
      const next = new Float32Array(channels * overlap);
      for (let k = 0; k < channels; k++) {
        const values = changed.data.subarray((i * channels + k) * window, (i * channels + k + 1) * window);
        for (let t = 0; t < size; t++) {
          const faded = number > 0 && t < overlap;
          block[k * size + t] = faded ? kept[k * overlap + t]! + fade[t]! * values[t]! : values[t]!;
        }
        for (let t = 0; t < overlap; t++) next[k * overlap + t] = (1 - fade[t]!) * values[hop + t]!;
      }
      kept = next;
      yield ndarray(block, [channels, size]);
    }
  }
}

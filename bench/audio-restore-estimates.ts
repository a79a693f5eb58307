/** The classical estimates that bridges of waveforms start from, of whole sounds: how much of the result is theirs. */
import { clippedSide, estimateClipped, estimateGap, windowOfGap } from "@scorefield/domain/sound-fault";
import { rate } from "./audio-restore-data.ts";

/** What the bridge of clipping starts from, of a whole sound. */
export const sparseEstimate = (sound: Float64Array): Float64Array => {
  const high = sound.reduce((most, value) => Math.max(most, value), 0);
  const low = sound.reduce((least, value) => Math.min(least, value), 0);
  const side = Int8Array.from(sound, (value) => clippedSide(value, { low, high }));
  return estimateClipped(sound, side, rate).estimate;
};

/** What the bridge of gaps starts from: autoregressive too, in a window with the gap in its middle. */
export const estimatedGap = (sound: Float64Array, from: number, size: number): Float64Array => {
  const length = 0.128 * rate;
  const first = windowOfGap(from, from + size, length);
  const window = Float64Array.from({ length }, (_, t) => sound[first + t] ?? 0);
  const { estimate } = estimateGap(window, [from - first, from - first + size], [], rate);
  const filled = sound.slice();
  filled.set(estimate.subarray(from - first, from - first + size), from);
  return filled;
};

/** A long sound at another rate, of which only what is read is in memory. */
import { type FloatType, type NdArray, ndarray } from "@scorefield/tensor";
import { checkMade } from "../check-call.ts";
import { filterReach, resample } from "./resample.ts";
import { checkRate } from "./sound.ts";
import type { SoundSource } from "./stream-windows.ts";

/** Seconds that are resampled at once. */
const blockSeconds = 16;

/**
 * A source at another rate: each part of some seconds is resampled as it is read, with enough of its neighbours for the filter. Reading
 * gives what `resample` makes of the whole sound, to rounding; it goes forwards at best, as windows do.
 * @param source with its rate, such as `openSound` gives @param rate Hz
 * @throws DataError for a rate out of range; reading throws what the source throws
 */
export const resampledSource = (source: SoundSource & { readonly rate: number }, rate: number): SoundSource => {
  checkMade(
    "resampledSource source",
    source,
    ["channels", "frames", "read", "rate"],
    "a sound, such as openSound gives",
  );
  checkRate("resampledSource rate", rate);
  if (rate === source.rate) return source;
  const { channels, frames: sourceFrames, rate: own } = source;
  const frames = Math.round((sourceFrames * rate) / own);
  // Whole seconds begin at whole frames in both rates.
  const guard = Math.ceil(filterReach / Math.min(rate, own));
  const size = blockSeconds * rate;
  let kept: { readonly number: number; readonly samples: NdArray<FloatType> } | undefined;
  /** Frames [number * size, (number + 1) * size). */
  const blockAt = async (number: number): Promise<NdArray<FloatType>> => {
    if (kept?.number === number) return kept.samples;
    const first = Math.max(0, number * blockSeconds - guard);
    const seconds = (number + 1) * blockSeconds + guard - first;
    const read = await source.read(first * own, Math.min(seconds * own, sourceFrames - first * own));
    const { samples } = await resample({ rate: own, samples: read }, rate);
    kept = { number, samples: columns(samples, number * size - first * rate, Math.min(size, frames - number * size)) };
    return kept.samples;
  };
  return {
    channels,
    frames,
    read: async (from, count) => {
      const end = Math.min(frames, from + Math.max(0, count));
      const taken = Math.max(0, end - from);
      const data = new Float32Array(channels * taken);
      for (let at = from; at < end; ) {
        const number = Math.floor(at / size);
        const to = Math.min(end, (number + 1) * size);
        const block = columns(await blockAt(number), at - number * size, to - at);
        for (let k = 0; k < channels; k++)
          data.set(block.data.subarray(k * (to - at), (k + 1) * (to - at)), k * taken + at - from);
        at = to;
      }
      return ndarray(data, [channels, taken]);
    },
  };
};

/** Some columns of [channels, frames]. */
const columns = ({ data, shape }: NdArray<FloatType>, from: number, count: number): NdArray<FloatType> => {
  const [channels = 1, frames = 0] = shape;
  const part = new Float32Array(channels * count);
  for (let k = 0; k < channels; k++) part.set(data.subarray(k * frames + from, k * frames + from + count), k * count);
  return ndarray(part, [channels, count]);
};

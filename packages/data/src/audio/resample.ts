/** Sounds at another rate, by libsamplerate in WebAssembly. */
import type { FloatType, NdArray } from "@scorefield/tensor";
import { DataError } from "../errors.ts";
import { checkRate, checkSound, type Sound } from "./sound.ts";

const bestQuality = 0;
/** Frames at the lower rate: more than half the length of the library's filter, which holds as much of the end back. */
export const filterReach = 512;
/** The library's own range. */
const mostRatio = 256;

/**
 * The sound at another rate, by band-limited interpolation (libsamplerate's best sinc converter): what the new rate cannot hold is
 * filtered out. It has round(frames * rate / sound.rate) frames, float32; the same rate gives the same sound.
 * @param rate Hz
 * @throws DataError for a rate that is no whole number, or more than 256 times the sound's or less than a 256th
 */
export const resample = async (sound: Sound, rate: number): Promise<Sound> => {
  checkSound("resample", sound);
  checkRate("resample rate", rate);
  if (rate === sound.rate) return sound;
  const ratio = rate / sound.rate;
  if (ratio > mostRatio || ratio < 1 / mostRatio)
    throw new DataError({ expected: `a rate between a 256th and 256 times ${sound.rate} Hz`, found: `${rate} Hz` });
  const { create } = await import("@alexanderolsen/libsamplerate-js").then((module) => module.default ?? module);
  const [channels = 1, frames = 0] = sound.samples.shape;
  const wanted = Math.round(frames * ratio);
  const data = new Float32Array(channels * wanted);
  const silence = Math.ceil(filterReach * Math.max(1, 1 / ratio));
  // A channel at a time: the library keeps only some channels apart.
  for (let k = 0; k < channels; k++) {
    const converter = await create(1, sound.rate, rate, { converterType: bestQuality });
    try {
      const values = new Float32Array(frames + silence);
      values.set(sound.samples.data.subarray(k * frames, (k + 1) * frames));
      data.set(converter.simple(values).subarray(0, wanted), k * wanted);
    } finally {
      converter.destroy();
    }
  }
  const samples: NdArray<FloatType> = { dtype: "float32", shape: [channels, wanted], data };
  return { rate, samples };
};

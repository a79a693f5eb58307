/** A sound: what readers of sounds give, and writers take. */
import { type FloatType, isNdArray, type NdArray } from "@scorefield/tensor";
import { checkMade } from "../check-call.ts";
import { DataError } from "../errors.ts";

/** Air pressure over time, as numbers. */
export interface Sound {
  /** Samples a second, Hz. */
  readonly rate: number;
  /** [channels, frames]: full scale is [-1, 1], which floating-point files may exceed. */
  readonly samples: NdArray<FloatType>;
}

/** Rates that files may say: the highest is far above any recorder's. */
export const mostRate = 10_000_000;
export const mostChannels = 256;

/** @throws DataError unless a number of samples a second */
export const checkRate = (name: string, rate: unknown): void => {
  if (!(Number.isInteger(rate) && (rate as number) >= 1 && (rate as number) <= mostRate))
    throw new DataError({ expected: `${name} to be a whole number of 1 to ${mostRate} Hz`, found: `${rate}` });
};

/** @throws DataError unless a sound of at least one channel */
export const checkSound = (name: string, sound: unknown): void => {
  checkMade(name, sound, ["rate", "samples"], "a sound, such as { rate, samples: NdArray of [channels, frames] }");
  const { rate, samples } = sound as Sound;
  checkRate(`${name} rate`, rate);
  if (!isNdArray(samples) || samples.shape.length !== 2 || !/^float(32|64)$/.test(samples.dtype))
    throw new DataError({
      expected: `${name} samples to be numbers of shape [channels, frames]`,
      found: isNdArray(samples) ? `${samples.dtype} of shape [${samples.shape.join(", ")}]` : typeof samples,
    });
  const [channels] = samples.shape;
  if (!(channels! >= 1 && channels! <= mostChannels))
    throw new DataError({ expected: `${name}: 1 to ${mostChannels} channels`, found: `${channels}` });
};

/** The mean of the channels, [1, frames]. */
export const mixDown = (sound: Sound): Sound => {
  checkSound("mixDown", sound);
  const { rate, samples } = sound;
  const [channels = 1, frames = 0] = samples.shape;
  if (channels === 1) return sound;
  const mixed = samples.data.slice(0, frames);
  for (let k = 1; k < channels; k++) for (let t = 0; t < frames; t++) mixed[t]! += samples.data[k * frames + t]!;
  for (let t = 0; t < frames; t++) mixed[t]! /= channels;
  return { rate, samples: { dtype: samples.dtype, shape: [1, frames], data: mixed } as NdArray<FloatType> };
};

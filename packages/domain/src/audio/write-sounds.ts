/** Sounds as files: one for each, one after the other, or an array. */
import { type Content, encodeWav, npyBytes } from "@scorefield/data";
import { type FloatType, type NdArray, ndarray } from "@scorefield/tensor";
import type { SampleFile, Shown } from "../domain.ts";

/** Of a composition that does not say one, such as of a program's own. */
const unknownRate = 8000;

const pauseSeconds = 0.25;

const rateOf = ({ rate = unknownRate }: Shown): number => rate;

const one = ({ shape, data }: NdArray<FloatType>, i: number): NdArray<FloatType> => {
  const [, channels = 1, length = 0] = shape;
  const size = channels * length;
  return ndarray(Float32Array.from(data.subarray(i * size, (i + 1) * size)), [channels, length]) as NdArray<FloatType>;
};

/** Sounds [n, channels, length] one after the other, with a quarter of a second between them, as a 16-bit WAV file. */
const inTurn = (sounds: NdArray<FloatType>, rate: number): Uint8Array => {
  const [n = 0, channels = 1, length = 0] = sounds.shape;
  const step = length + Math.round(pauseSeconds * rate);
  const frames = n === 0 ? 0 : (n - 1) * step + length;
  const data = new Float32Array(channels * frames);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < channels; k++)
      data.set(
        sounds.data.subarray((i * channels + k) * length, (i * channels + k + 1) * length) as Float32Array,
        k * frames + i * step,
      );
  return encodeWav({ rate, samples: ndarray(data, [channels, frames]) });
};

/** Sounds [n, channels, length] as the content of a .wav or .npy file. */
export const soundContent = (ending: string, sounds: NdArray<FloatType>, shown: Shown): Content =>
  ending === ".wav" ? inTurn(sounds, rateOf(shown)) : npyBytes(ndarray(Float32Array.from(sounds.data), sounds.shape));

/** Sounds as 16-bit WAV files 00000.wav, 00001.wav, ..., each in the folder of its class. */
export async function* soundFiles(
  sounds: NdArray<FloatType>,
  shown: Shown,
): AsyncGenerator<SampleFile, void, undefined> {
  const { classNames = [], firstSample = 0 } = shown;
  for (let i = 0; i < sounds.shape[0]!; i++) {
    const number = firstSample + i;
    const folder = classNames[number % classNames.length];
    yield {
      name: `${`${number}`.padStart(5, "0")}.wav`,
      ...(folder !== undefined && { folder }),
      content: encodeWav({ rate: rateOf(shown), samples: one(sounds, i) }),
    };
  }
}

/** Sounds as pictures: how loud each frequency is at each time. No Node module is used here. */
import type { FloatType, NdArray } from "@scorefield/tensor";
import { nearestPowerOfTwo } from "./fft.ts";
import { stft } from "./stft.ts";

/** Decibels below the loudest place that are black. */
const range = 60;
/** Decibels for a difference of 1 between pictures. */
export const pictureDecibels = range / 2;

const frameSeconds = 0.016;

/** Frames of a picture: samples of each, and from each to the next. */
const framesFor = (length: number, rate: number) => {
  const nearest = nearestPowerOfTwo(frameSeconds * rate);
  const largest = 2 ** Math.floor(Math.log2(length));
  const window = Math.max(4, Math.min(nearest, largest));
  return { window, hop: window / 2 };
};

/**
 * Spectrograms of sounds as grey pictures: time to the right, frequency upwards to half of the rate, white the loudest place of each
 * sound and black 60 dB below it. The mean power of the channels is shown.
 * @param sounds [n, channels, length]
 * @param rate Hz
 * @returns [n, 1, height, width] in [-1, 1]
 */
export const spectrogramPictures = (sounds: NdArray<FloatType>, rate: number): NdArray<"float32"> => {
  const [n = 0, channels = 1, length = 0] = sounds.shape;
  const { window, hop } = framesFor(length, rate);
  const whole = Math.max(window, Math.ceil(length / hop) * hop);
  const padded = new Float64Array(n * channels * whole);
  for (let i = 0; i < n * channels; i++) padded.set(sounds.data.subarray(i * length, (i + 1) * length), i * whole);
  const { data, shape } = stft({ dtype: "float64", shape: [n, channels, whole], data: padded }, { window, hop });
  const [, , bins = 0, frames = 0] = shape;
  const plane = bins * frames;
  const pictures = new Float32Array(n * plane);
  for (let i = 0; i < n; i++) {
    const power = new Float64Array(plane);
    for (let k = 0; k < channels; k++)
      for (let p = 0; p < plane; p++) {
        const at = 2 * (i * channels + k) * plane + p;
        // Bin 0 holds half of the rate as well, which is not shown.
        power[p]! += data[at]! ** 2 + (p < frames ? 0 : data[at + plane]! ** 2);
      }
    const most = power.reduce((a, b) => Math.max(a, b), 0);
    for (let p = 0; p < plane; p++) {
      const decibels = most > 0 ? 10 * Math.log10(power[p]! / most) : -range;
      // The first row of a picture is its top.
      const row = bins - 1 - Math.floor(p / frames);
      pictures[i * plane + row * frames + (p % frames)] = Math.max(-1, 1 + (2 * decibels) / range);
    }
  }
  return { dtype: "float32", shape: [n, 1, bins, frames], data: pictures };
};

/** Pictures [n, 1, height, width] of which four neighbours become one, their mean; an odd row or column at the end is left out. */
export const halvedPictures = ({ shape, data }: NdArray<FloatType>): NdArray<"float32"> => {
  const [n = 0, , height = 0, width = 0] = shape;
  const [h, w] = [height >> 1, width >> 1];
  const small = new Float32Array(n * h * w);
  for (let i = 0; i < n; i++)
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++) {
        const at = (i * height + 2 * y) * width + 2 * x;
        small[(i * h + y) * w + x] = (data[at]! + data[at + 1]! + data[at + width]! + data[at + width + 1]!) / 4;
      }
  return { dtype: "float32", shape: [n, 1, h, w], data: small };
};

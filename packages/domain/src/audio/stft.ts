/** The short-time Fourier transform of segments, with an exact inverse. No Node module is used here. */
import { ArgumentError } from "@scorefield/core";
import { checkArray, checkOptions, type Known } from "@scorefield/core/internal";
import { type FloatType, type NdArray, ShapeError } from "@scorefield/tensor";
import { isFftLength, realFft } from "./fft.ts";

/** How a sound is taken apart. */
export interface StftOptions {
  /** Samples of a frame, a power of two of at least 4. */
  readonly window: number;
  /** Samples from one frame to the next, which divides half of the window; default half of the window. */
  readonly hop?: number | undefined;
}

const known = { window: true, hop: true } satisfies Known<StftOptions>;

const checkStft = (name: string, options: StftOptions): { readonly window: number; readonly hop: number } => {
  checkOptions(name, options, known);
  const { window } = options;
  if (!isFftLength(window))
    throw new ArgumentError(`${name} window: expected a power of two of at least 4, found ${window}`);
  const { hop = window / 2 } = options;
  if (!(Number.isInteger(hop) && hop >= 1 && (window / 2) % hop === 0))
    throw new ArgumentError(`${name} hop: expected a divisor of ${window / 2}, half of the window, found ${hop}`);
  return { window, hop };
};

/** The square root of a periodic Hann window, divided so that the squares over all frames add up to 1 at each sample. */
const windowOf = (window: number, hop: number): Float64Array => {
  const overlaps = window / (2 * hop);
  return Float64Array.from({ length: window }, (_, t) => Math.sin((Math.PI * t) / window) / Math.sqrt(overlaps));
};

/**
 * The spectrogram of sounds: frame f holds the samples from f * hop, times the square root of a Hann window, and runs on at the
 * beginning of the sound where it passes its end. So a sound of `length` samples has exactly length / hop frames, and the inverse is
 * exact. In bin 0 the real part is that of frequency 0 and the imaginary part that of half of the rate: both are real.
 * @param sounds [n, channels, length], length a multiple of hop and at least the window
 * @returns [n, 2 * channels, window / 2, length / hop]: real and imaginary part of each channel in turn
 * @throws ArgumentError, ShapeError
 */
export const stft = (sounds: NdArray<FloatType>, options: StftOptions): NdArray<"float64"> => {
  checkArray("stft sounds", sounds);
  const { window, hop } = checkStft("stft", options);
  const [n = 0, channels = 0, length = 0] = sounds.shape;
  if (sounds.shape.length !== 3 || length < window || length % hop !== 0)
    throw new ShapeError(
      `stft: expected [n, channels, length] with a length that is a multiple of ${hop} and at least ${window}, found [${sounds.shape.join(", ")}]`,
    );
  const [bins, frames] = [window / 2, length / hop];
  const weights = windowOf(window, hop);
  const { forward } = realFft(window);
  const [frame, real, imaginary] = [new Float64Array(window), new Float64Array(bins), new Float64Array(bins)];
  const data = new Float64Array(n * channels * 2 * bins * frames);
  for (let i = 0; i < n * channels; i++)
    for (let f = 0; f < frames; f++) {
      for (let t = 0, at = f * hop; t < window; t++, at = at + 1 === length ? 0 : at + 1)
        frame[t] = sounds.data[i * length + at]! * weights[t]!;
      forward(frame, real, imaginary);
      for (let k = 0; k < bins; k++) {
        const at = (2 * i * bins + k) * frames + f;
        data[at] = real[k]!;
        data[at + bins * frames] = imaginary[k]!;
      }
    }
  return { dtype: "float64", shape: [n, 2 * channels, bins, frames], data };
};

/**
 * The sounds of spectrograms as {@link stft} makes them; of any other the sounds whose spectrograms are nearest (Griffin & Lim
 * 1984, equation 6).
 * @param spectrograms [n, 2 * channels, window / 2, frames]
 * @returns [n, channels, frames * hop]
 * @throws ArgumentError, ShapeError
 */
export const inverseStft = (spectrograms: NdArray<FloatType>, options: StftOptions): NdArray<"float64"> => {
  checkArray("inverseStft spectrograms", spectrograms);
  const { window, hop } = checkStft("inverseStft", options);
  const [n = 0, parts = 0, bins = 0, frames = 0] = spectrograms.shape;
  const length = frames * hop;
  if (spectrograms.shape.length !== 4 || parts % 2 !== 0 || bins !== window / 2 || length < window)
    throw new ShapeError(
      `inverseStft: expected [n, 2 * channels, ${window / 2}, frames], at least ${window / hop} frames, found [${spectrograms.shape.join(", ")}]`,
    );
  const channels = parts / 2;
  const weights = windowOf(window, hop);
  const { inverse } = realFft(window);
  const [frame, real, imaginary] = [new Float64Array(window), new Float64Array(bins), new Float64Array(bins)];
  const data = new Float64Array(n * channels * length);
  for (let i = 0; i < n * channels; i++)
    for (let f = 0; f < frames; f++) {
      for (let k = 0; k < bins; k++) {
        const at = (2 * i * bins + k) * frames + f;
        real[k] = spectrograms.data[at]!;
        imaginary[k] = spectrograms.data[at + bins * frames]!;
      }
      inverse(real, imaginary, frame);
      for (let t = 0, at = f * hop; t < window; t++, at = at + 1 === length ? 0 : at + 1)
        data[i * length + at]! += frame[t]! * weights[t]!;
    }
  return { dtype: "float64", shape: [n, channels, length], data };
};

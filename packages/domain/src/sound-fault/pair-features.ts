/** What networks see of a faulty spectrogram besides its numbers, and do not find at once in them. No Node module is used here. */
import { noiseGains, noisePowers } from "./wiener.ts";

/**
 * Features of one spectrogram.
 * @param features [planes * bins * frames], which is written @param magnitudes [bins * frames], of compressed numbers
 * @param parts real and imaginary parts of these numbers, [2 * bins * frames] @param power of a compressed magnitude, before compression
 */
export interface PairFeatures {
  readonly planes: number;
  readonly write: (
    features: Float32Array,
    magnitudes: Float32Array,
    about: {
      readonly parts: Float64Array;
      readonly frames: number;
      readonly power: (magnitude: number) => number;
    },
  ) => void;
}

/** The share of frames that are taken for those with noise alone. */
const quietShare = 0.2;

/** Magnitudes, and for every frequency the magnitude below which a fifth of its frames are, of those that are not silent: what noise may be. */
export const quietFeatures: PairFeatures = {
  planes: 2,
  write: (features, magnitudes, { frames }) => {
    features.set(magnitudes);
    const plane = magnitudes.length;
    for (let from = 0; from < plane; from += frames) {
      const heard = magnitudes.slice(from, from + frames).sort();
      const first = heard.findIndex((value) => value > 1e-4);
      const level = first < 0 ? 0 : heard[first + Math.floor(quietShare * (frames - first))]!;
      features.fill(level, plane + from, plane + from + frames);
    }
  },
};

/** Powers and gains below these have much the same logarithm. */
const [faintest, leastGain] = [1e-8, 1e-3];

/** A decimal logarithm, moved so that most are near 0. */
const logarithm = (value: number, least: number): number => Math.log10(value + least) - 0.5 * Math.log10(least);

/**
 * Planes, in this order:
 * - real and imaginary parts, with the square root of the magnitude before compression: faint and loud ones are more alike;
 * - the logarithm of the magnitude;
 * - that of the noise that a Wiener filter finds at the frequency;
 * - that of the gain by which it takes the noise away.
 */
export const filterFeatures: PairFeatures = {
  planes: 5,
  write: (features, magnitudes, { parts, frames, power }) => {
    const plane = magnitudes.length;
    const powers = new Float64Array(plane);
    for (let k = 0; k < plane; k++) powers[k] = power(magnitudes[k]!);
    const noise = noisePowers(powers, frames);
    const gains = noiseGains(powers, frames, { noise });
    for (let k = 0; k < plane; k++) {
      const magnitude = magnitudes[k]!;
      const factor = magnitude === 0 ? 0 : Math.sqrt(Math.sqrt(powers[k]!)) / magnitude;
      features[k] = parts[k]! * factor;
      features[plane + k] = parts[plane + k]! * factor;
      features[2 * plane + k] = 0.5 * logarithm(powers[k]!, faintest);
      features[4 * plane + k] = logarithm(gains[k]!, leastGain);
    }
    for (const [bin, level] of noise.entries())
      features.fill(0.5 * logarithm(level, faintest), 3 * plane + bin * frames, 3 * plane + (bin + 1) * frames);
  },
};

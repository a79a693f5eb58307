/** What networks see of a faulty spectrogram besides its numbers, and do not find at once in them. No Node module is used here. */
import { noiseGains, noisePowers } from "./wiener.ts";

/**
 * Features of one spectrogram.
 * @param magnitudes [bins * frames], of compressed numbers @param power of a compressed magnitude, before compression
 * @param features [planes * bins * frames], which is written
 */
export interface PairFeatures {
  readonly planes: number;
  readonly write: (
    features: Float32Array,
    magnitudes: Float32Array,
    about: { readonly frames: number; readonly power: (magnitude: number) => number },
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

/** Logarithms of magnitudes, of the noise that a Wiener filter finds at every frequency, and of the gains by which it takes that away. */
export const filterFeatures: PairFeatures = {
  planes: 3,
  write: (features, magnitudes, { frames, power }) => {
    const plane = magnitudes.length;
    const powers = Float64Array.from(magnitudes, power);
    const noise = noisePowers(powers, frames);
    const gains = noiseGains(powers, frames, { noise });
    for (let k = 0; k < plane; k++) {
      features[k] = 0.5 * logarithm(powers[k]!, faintest);
      features[2 * plane + k] = logarithm(gains[k]!, leastGain);
    }
    for (const [bin, level] of noise.entries())
      features.fill(0.5 * logarithm(level, faintest), plane + bin * frames, plane + (bin + 1) * frames);
  },
};

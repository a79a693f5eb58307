/** Sounds as other throats would make them and other microphones would hear them. No Node module is used here. */
import { realFft } from "../audio/fft.ts";
import { inverseStft, stft } from "../audio/stft.ts";

/** Envelopes vary slower over frequency than harmonics of voices up to 330 Hz: they are of the cepstrum before this time. */
const envelopeSeconds = 0.003;

/** Envelopes change by at most this factor, so that what is nearly silent is not raised without end. */
const mostChange = Math.exp(3);

const faintest = 1e-8;

/** A gain for each of `bins` frequencies, smooth over them. Its logarithm is a sum of cosines. @param weights in nepers @param phases in radians */
export const smoothResponse = (bins: number, weights: readonly number[], phases: readonly number[]): Float64Array =>
  Float64Array.from({ length: bins }, (_, k) =>
    Math.exp(
      weights.reduce(
        (sum, weight, i) => sum + (weight / Math.sqrt(i + 1)) * Math.cos((Math.PI * (i + 1) * k) / bins + phases[i]!),
        0,
      ),
    ),
  );

/**
 * A sound whose spectral envelope is stretched along frequency: formants move, as if the throat was shorter or longer, and pitch stays. The envelope of a
 * frame is its smoothed spectrum: the first coefficients of its cepstrum (Oppenheim & Schafer 1968).
 * @param factor of the frequencies of formants, above 0
 * @param window numbers of a frame, a power of two
 * @param response a gain for each of its window / 2 frequencies, such as of a microphone; default 1
 */
export const withFormants = (
  sound: Float64Array,
  factor: number,
  {
    rate,
    window,
    response,
  }: { readonly rate: number; readonly window: number; readonly response?: Float64Array | undefined },
): Float64Array => {
  const bins = window / 2;
  // Whole frames, with silence at the end, because the last frames run on at the beginning.
  const length = bins * (Math.ceil(sound.length / bins) + 2);
  const padded = new Float64Array(length);
  padded.set(sound);
  const frames = length / bins;
  const { shape, dtype, data } = stft({ dtype: "float64", shape: [1, 1, length], data: padded }, { window });
  const { forward, inverse } = realFft(window);
  const kept = Math.max(2, Math.round(envelopeSeconds * rate));
  const [logarithms, none, envelope] = [new Float64Array(bins), new Float64Array(bins), new Float64Array(bins)];
  const cepstrum = new Float64Array(window);
  const plane = bins * frames;
  for (let f = 0; f < frames; f++) {
    for (let k = 1; k < bins; k++) {
      const at = k * frames + f;
      logarithms[k] = 0.5 * Math.log(data[at]! ** 2 + data[plane + at]! ** 2 + faintest);
    }
    logarithms[0] = logarithms[1]!;
    // At half of the rate, as the transform stores it.
    none[0] = logarithms[bins - 1]!;
    inverse(logarithms, none, cepstrum);
    cepstrum.fill(0, kept, window - kept + 1);
    forward(cepstrum, envelope, none);
    none.fill(0);
    for (let k = 1; k < bins; k++) {
      const from = Math.min(k / factor, bins - 1);
      const before = Math.min(Math.floor(from), bins - 2);
      const moved = envelope[before]! + (from - before) * (envelope[before + 1]! - envelope[before]!);
      const change =
        Math.min(mostChange, Math.max(1 / mostChange, Math.exp(moved - envelope[k]!))) * (response?.[k] ?? 1);
      data[k * frames + f]! *= change;
      data[plane + k * frames + f]! *= change;
    }
  }
  return inverseStft({ dtype, shape, data }, { window }).data.slice(0, sound.length);
};

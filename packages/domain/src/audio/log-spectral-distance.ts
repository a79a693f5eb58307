/** How far spectra are from each other, in decibels. No Node module is used here. */
import { againstReference, declareMetric, statistic } from "@scorefield/assess";
import { ArgumentError } from "@scorefield/core";
import { checkArray, checkWhole } from "@scorefield/core/internal";
import { type FloatType, type NdArray, ShapeError } from "@scorefield/tensor";
import { pictureDecibels } from "./spectrogram-picture.ts";
import { stft } from "./stft.ts";

/** Power below that of the loudest place of the true sound by so much is as good as none. */
const floorDecibels = 60;

/** The power at every place of the spectrogram of a sound of one channel: [bins * frames], and how many frames. */
const powers = (sound: ArrayLike<number>, length: number, window: number) => {
  const hop = window / 2;
  const whole = Math.max(window, Math.ceil(length / hop) * hop);
  const padded = new Float64Array(whole);
  padded.set(sound);
  const { data, shape } = stft({ dtype: "float64", shape: [1, 1, whole], data: padded }, { window, hop });
  const frames = shape[3]!;
  const plane = (window / 2) * frames;
  const power = Float64Array.from(
    { length: plane },
    (_, p) => data[p]! ** 2 + (p < frames ? 0 : data[plane + p]! ** 2),
  );
  return { power, frames };
};

/**
 * The log-spectral distance of sounds from the true ones, dB: the root mean square difference of 10 log10 of the power over
 * frequencies, averaged over frames (Gray & Markel 1976). Powers are taken as at least 60 dB below the loudest place of the true sound.
 * @param sounds [n, channels, length] @param truth the same shape
 * @param options `rate`, Hz, from which frames of about 32 ms follow
 * @returns one for each sound, the mean of its channels
 * @throws ShapeError for other shapes; ArgumentError for a rate that is no whole number
 */
export const logSpectralDistance = (
  sounds: NdArray<FloatType>,
  truth: NdArray<FloatType>,
  { rate }: { readonly rate: number },
): Float64Array => {
  checkArray("logSpectralDistance sounds", sounds);
  checkArray("logSpectralDistance truth", truth);
  checkWhole("logSpectralDistance rate", rate);
  const [n = 0, channels = 0, length = 0] = sounds.shape;
  if (sounds.shape.length !== 3 || truth.shape.join() !== sounds.shape.join())
    throw new ShapeError(
      `logSpectralDistance: expected two arrays of one shape [n, channels, length], found [${sounds.shape.join(", ")}] and [${truth.shape.join(", ")}]`,
    );
  if (length < 4)
    throw new ArgumentError(`logSpectralDistance: expected sounds of at least 4 numbers, found ${length}`);
  const window = Math.max(4, Math.min(2 ** Math.round(Math.log2(0.032 * rate)), 2 ** Math.floor(Math.log2(length))));
  return Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < channels; k++) {
      const from = (i * channels + k) * length;
      const found = powers(sounds.data.subarray(from, from + length), length, window);
      const wanted = powers(truth.data.subarray(from, from + length), length, window);
      const { frames } = wanted;
      const most = wanted.power.reduce((a, b) => Math.max(a, b), 0);
      const floor = (most || 1) * 10 ** (-floorDecibels / 10);
      const bins = wanted.power.length / frames;
      for (let f = 0; f < frames; f++) {
        let squares = 0;
        for (let b = 0; b < bins; b++) {
          const [a, w] = [found.power[b * frames + f]!, wanted.power[b * frames + f]!];
          squares += (10 * Math.log10(Math.max(a, floor) / Math.max(w, floor))) ** 2;
        }
        sum += Math.sqrt(squares / bins) / frames;
      }
    }
    return sum / channels;
  });
};

/** The mean over time of pictures [n, 1, bins, frames], in decibels: [n, bins]. */
const meanOverTime = ({ shape, data }: NdArray) => {
  const [n = 0, , bins = 0, frames = 0] = shape;
  const rows = new Float64Array(n * bins);
  for (let i = 0; i < n * bins; i++) {
    let sum = 0;
    for (let f = 0; f < frames; f++) sum += Number(data[i * frames + f]);
    rows[i] = (sum / frames) * pictureDecibels;
  }
  return { n, bins, rows };
};

/** The root mean square over frequencies of the difference between mean spectra. */
const spectraStatistic = (reference: NdArray, set: NdArray) => {
  const [a, b] = [meanOverTime(reference), meanOverTime(set)];
  const mean = ({ n, bins, rows }: typeof a, counts: Float64Array): Float64Array => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const sums = new Float64Array(bins);
    for (let i = 0; i < n; i++) for (let k = 0; k < bins; k++) sums[k]! += (counts[i]! / total) * rows[i * bins + k]!;
    return sums;
  };
  return statistic([a.n, b.n], (first, second) => {
    const [x, y] = [mean(a, first!), mean(b, second!)];
    return Math.sqrt(x.reduce((sum, value, k) => sum + (value - y[k]!) ** 2, 0) / a.bins);
  });
};

/** The log-spectral distance between the mean spectra of samples and real sounds, of pictures of their spectrograms. */
export const meanSpectrumMetric = declareMetric({
  kind: "mean-spectrum",
  name: "meanSpectrumMetric",
  family: "sounds",
  title: "distance of mean spectra",
  summary: "root mean square difference of the mean log spectra of samples and real sounds",
  source: "Gray & Markel 1976 (log-spectral distance), between means",
  unit: "dB",
  good: "small",
  zero: "each frequency is as loud in samples as in real sounds, on average",
  settings: {},
  take: ({ compared }) => againstReference(compared, spectraStatistic),
});

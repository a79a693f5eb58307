/** Between sounds and what a model learns: the waveform, or a compressed complex spectrogram. No Node module is used here. */
import { ArgumentError } from "@scorefield/core";
import { castArray, type FloatType, type NdArray, ShapeError } from "@scorefield/tensor";
import type { Codec, StoredCodec } from "../codec.ts";
import { isFftLength } from "./fft.ts";
import { compressMagnitudes, expandMagnitudes } from "./magnitude-compression.ts";
import { inverseStft, stft } from "./stft.ts";

/** What models of sounds learn. */
export type Representation = "waveform" | "spectrogram";

interface Described {
  readonly kind: Representation;
  /** Hz. */
  readonly rate: number;
  readonly channels: number;
  /** Numbers of a sound in each channel. */
  readonly length: number;
}

/** The waveform, divided by its deviation. */
interface StoredWaveform extends Described {
  readonly kind: "waveform";
  readonly deviation: number;
}

/** Complex numbers with compressed magnitudes, divided by the deviation of their frequency. */
interface StoredSpectrogram extends Described {
  readonly kind: "spectrogram";
  readonly window: number;
  readonly hop: number;
  readonly alpha: number;
  /** One for each of window / 2 frequencies, from the lowest. */
  readonly deviations: readonly number[];
}

type StoredAudio = StoredWaveform | StoredSpectrogram;

const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 1;
const isPositive = (value: unknown): boolean => Number.isFinite(value) && (value as number) > 0;

/** @throws ArgumentError for what no fit stores: a run may be a stranger's */
const checkStored = (stored: StoredCodec): StoredAudio => {
  const { kind, rate, channels, length, window, hop, alpha, deviations, deviation } = stored;
  const require = (right: boolean, expected: string, found: unknown): void => {
    if (!right) throw new ArgumentError(`scaling: expected ${expected}, found ${JSON.stringify(found)}`);
  };
  require(kind === "waveform" || kind === "spectrogram", "waveform or spectrogram for sounds", kind);
  for (const [name, value] of Object.entries({ rate, channels, length }))
    require(isCount(value), `${name} as a whole number of at least 1`, value);
  if (kind === "waveform") require(isPositive(deviation), "a deviation above 0", deviation);
  else {
    require(isFftLength(window as number), "a window of a power of two", window);
    require(isCount(hop) &&
      ((window as number) / 2) % (hop as number) === 0, "a hop that divides half of the window", hop);
    require((length as number) % (hop as number) === 0 &&
      (length as number) >= (window as number), "sounds of whole hops, at least a window", length);
    require(isPositive(alpha) && (alpha as number) <= 1, "alpha in (0, 1]", alpha);
    const list =
      Array.isArray(deviations) && deviations.length === (window as number) / 2 && deviations.every(isPositive);
    require(list, `${(window as number) / 2} deviations above 0`, deviations);
  }
  return stored as unknown as StoredAudio;
};

const checkSounds = (values: NdArray<FloatType>, { channels, length }: Described): void => {
  const [, ...shape] = values.shape;
  if (shape.join() !== `${channels},${length}`)
    throw new ShapeError(
      `scaling: expected sounds [n, ${channels}, ${length}], as in training, found shape [${values.shape.join(", ")}]`,
    );
};

const scaled = ({ data }: NdArray<FloatType>, factor: number): Float64Array => {
  const values = Float64Array.from(data);
  for (let i = 0; i < values.length; i++) values[i]! *= factor;
  return values;
};

const waveformCodec = (stored: StoredWaveform): Codec => {
  const { deviation, rate, channels, length } = stored;
  return {
    stored: stored as unknown as StoredCodec,
    rate,
    encode: (values) => {
      checkSounds(values, stored);
      return castArray({ dtype: "float64", shape: values.shape, data: scaled(values, 1 / deviation) }, "float32");
    },
    decode: (samples) => {
      checkSounds(samples, stored);
      return { dtype: "float64", shape: samples.shape, data: scaled(samples, deviation) };
    },
    volume: ({ shape: [n = 0] }) => ({
      logVolume: new Float64Array(n).fill(-channels * length * Math.log(deviation)),
      atoms: new Int32Array(n),
    }),
    smooth: true,
  };
};

/** Every number of a spectrogram times a factor of its frequency. */
const timesByFrequency = (
  { shape, data }: NdArray<FloatType>,
  factorOf: (bin: number) => number,
): NdArray<"float64"> => {
  const [, , bins = 0, frames = 0] = shape;
  const factors = Float64Array.from({ length: bins }, (_, k) => factorOf(k));
  const values = new Float64Array(data.length);
  for (let i = 0; i < values.length; i++) values[i] = data[i]! * factors[Math.floor(i / frames) % bins]!;
  return { dtype: "float64", shape, data: values };
};

// The factor of the compression goes into the deviations.
const beta = 1;

const spectrogramCodec = (stored: StoredSpectrogram): Codec => {
  const { rate, channels, length, window, hop, alpha, deviations } = stored;
  const frames = length / hop;
  const encode = (values: NdArray<FloatType>): NdArray<"float32"> => {
    checkSounds(values, stored);
    // From float32, as the compact form has them.
    const compressed = compressMagnitudes(stft(castArray(values, "float32"), { window, hop }), { alpha, beta });
    return castArray(
      timesByFrequency(compressed, (k) => 1 / deviations[k]!),
      "float32",
    );
  };
  return {
    stored: stored as unknown as StoredCodec,
    rate,
    encode,
    decode: (samples) => {
      const [, ...shape] = samples.shape;
      const wanted = [2 * channels, window / 2, frames];
      if (shape.join() !== wanted.join())
        throw new ShapeError(
          `scaling: expected spectrograms [n, ${wanted.join(", ")}], found shape [${samples.shape.join(", ")}]`,
        );
      const compressed = timesByFrequency(samples, (k) => deviations[k]!);
      return inverseStft(expandMagnitudes(compressed, { alpha, beta }), { window, hop });
    },
    // Twice as many numbers or more as the sound has.
    compact: {
      width: channels * length,
      encode: ({ shape: [n = 0], ...values }) => {
        const { data } = castArray({ ...values, shape: [n * channels * length] } as NdArray<FloatType>, "float32");
        return { dtype: "float32", shape: [n, channels * length], data };
      },
      widen: ({ shape: [n = 0], ...compact }) =>
        encode({ ...compact, shape: [n, channels, length] } as NdArray<FloatType>),
    },
    smooth: false,
    because: "spectrograms, which have more numbers than the sound",
    noDensity: "spectrograms, most of which belong to no sound; train with --representation waveform",
  };
};

/**
 * The codec of sounds that a run keeps.
 * @throws ArgumentError for JSON that no sounds lead to
 */
export const audioCodec = (stored: StoredCodec): Codec => {
  const checked = checkStored(stored);
  return checked.kind === "waveform" ? waveformCodec(checked) : spectrogramCodec(checked);
};

/** Root mean square; 1 for silence, which has none. */
const rms = (sum: number, count: number): number => (sum > 0 ? Math.sqrt(sum / count) : 1);

/** Fits the deviation of the waveform. @param values [n, channels, length] */
export const fitWaveform = (values: NdArray<FloatType>, rate: number): Codec => {
  const [, channels = 1, length = 1] = values.shape;
  let sum = 0;
  for (const value of values.data) sum += value ** 2;
  return waveformCodec({ kind: "waveform", rate, channels, length, deviation: rms(sum, values.data.length) });
};

/** The least deviation of a frequency, in units of that of all. */
const quietest = 0.01;

/** How frames are made and compressed. */
export interface SpectrogramChoice {
  readonly window: number;
  readonly hop: number;
  readonly alpha: number;
  /** How far frequencies are brought to the same deviation: 0 not, 1 wholly. */
  readonly whiten: number;
}

/** Sounds that deviations are fitted to: of more, these at even distances tell them as well. */
const fittedSounds = 2000;

/** Fits the deviations of frequencies. @param values [n, channels, length] */
export const fitSpectrogram = (values: NdArray<FloatType>, rate: number, choice: SpectrogramChoice): Codec => {
  const { window, hop, alpha, whiten } = choice;
  const [n = 0, channels = 1, length = 1] = values.shape;
  const sums = new Float64Array(window / 2);
  const size = channels * length;
  const taken = Math.min(n, fittedSounds);
  for (let i = 0; i < taken; i++) {
    const from = Math.floor((i * n) / taken) * size;
    const data = Float64Array.from(values.data.subarray(from, from + size));
    const sound: NdArray<"float64"> = { dtype: "float64", shape: [1, channels, length], data };
    const { data: compressed, shape } = compressMagnitudes(stft(sound, { window, hop }), { alpha, beta });
    const frames = shape[3]!;
    for (let at = 0; at < compressed.length; at++) sums[Math.floor(at / frames) % sums.length]! += compressed[at]! ** 2;
  }
  const each = (2 * taken * size) / hop;
  const all = rms(
    sums.reduce((total, sum) => total + sum, 0),
    each * sums.length,
  );
  // A frequency that the sounds lack must not be loud in what is drawn.
  const deviations = Array.from(
    sums,
    (sum) => Math.max(Math.sqrt(sum / each), quietest * all) ** whiten * all ** (1 - whiten),
  );
  return spectrogramCodec({ kind: "spectrogram", rate, channels, length, window, hop, alpha, deviations });
};

/** Spoken digits, and a classifier of them by their spectrograms: what benches of sounds share. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  accuracy,
  type Classifier,
  classifier,
  classifierExtractor,
  initialClassifier,
  predictClasses,
  trainClassifier,
} from "@scorefield/assess";
import { convolutional, dataset, flatLayout, normal, uniform } from "@scorefield/core";
import { atomicWrite, decodeSafetensors, encodeSafetensors } from "@scorefield/data";
import { halvedPictures, spectrogramPictures } from "@scorefield/domain/audio";
import { cacheFolder } from "@scorefield/domain/images";
import { type FloatType, type NdArray, ndarray } from "@scorefield/tensor";

/** Of the recordings, and of what the classifier takes. */
export const digitRate = 8000;
/** Numbers of a sound that the classifier looks at: 0.64 s. */
export const digitLength = 5120;

/** Sounds [n, channels, length] of any length: the first channel, cut or filled up with silence to {@link digitLength}. */
const fitted = ({ shape, data }: NdArray<FloatType>): NdArray<"float32"> => {
  const [n = 0, channels = 1, length = 0] = shape;
  const taken = Math.min(length, digitLength);
  const values = new Float32Array(n * digitLength);
  for (let i = 0; i < n; i++) {
    const from = i * channels * length;
    values.set(data.subarray(from, from + taken) as Float32Array, i * digitLength);
  }
  return ndarray(values, [n, 1, digitLength]);
};

/** What the classifier sees of sounds [n, channels, length]: spectrograms of which four places are one, [n, 1, 32, 40]. */
export const digitPictures = (sounds: NdArray<FloatType>): NdArray<"float32"> =>
  halvedPictures(spectrogramPictures(fitted(sounds), digitRate));

/** Copies of sounds that are faster or slower, higher or lower, later, and with some hiss: [copies * n, 1, length]. */
const varied = (sounds: NdArray<"float32">, copies: number, seed: number): NdArray<"float32"> => {
  const [n = 0] = sounds.shape;
  const draws = uniform([copies * n, 3], { seed, purpose: "augmentation", dtype: "float64" }).data;
  const values = new Float32Array(copies * n * digitLength);
  for (let i = 0; i < copies * n; i++) {
    const sound = sounds.data.subarray((i % n) * digitLength, ((i % n) + 1) * digitLength);
    const [speed, late, quiet] = draws.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number];
    const step = i < n ? 1 : 0.85 * (1.18 / 0.85) ** speed;
    const first = i < n ? 0 : Math.floor(late * 0.08 * digitRate);
    const out = values.subarray(i * digitLength, (i + 1) * digitLength);
    for (let t = first; t < digitLength; t++) {
      const place = (t - first) * step;
      const k = Math.floor(place);
      if (k + 1 >= digitLength) break;
      out[t] = sound[k]! + (place - k) * (sound[k + 1]! - sound[k]!);
    }
    const power = Math.sqrt(out.reduce((sum, x) => sum + x * x, 0) / digitLength);
    const hiss = power * 10 ** (-(15 + 35 * quiet) / 20);
    const noise = normal([digitLength], { seed, firstSample: i, step: 1, purpose: "noise" }).data;
    for (let t = 0; t < digitLength; t++) out[t]! += hiss * noise[t]!;
  }
  return ndarray(values, [copies * n, 1, digitLength]);
};

const [copies, steps, batch, version] = [6, 700, 64, 2];

/** Tells digits, and gives features for distances between sets of sounds at 8 kHz. */
export interface DigitClassifier {
  readonly classifier: Classifier;
  /** The share of sounds [n, channels, length] that are recognised as their digits, in [0, 1]. */
  accuracy(sounds: NdArray<FloatType>, digits: ArrayLike<number>): Promise<number>;
  /** The likeliest digit of each sound. */
  recognise(sounds: NdArray<FloatType>): Promise<Int32Array>;
  /** [n, 128]. */
  features(sounds: NdArray<FloatType>): Promise<NdArray<"float32">>;
}

const made = (trained: Classifier): DigitClassifier => {
  const extractor = classifierExtractor("digits", trained);
  return {
    classifier: trained,
    accuracy: (sounds, digits) => accuracy(trained, digitPictures(sounds), digits),
    recognise: async (sounds) => (await predictClasses(trained, digitPictures(sounds))).data,
    features: (sounds) => extractor.features(digitPictures(sounds)),
  };
};

/**
 * A classifier trained on sounds [n, channels, length] at 8 kHz, about half a minute of one core; kept in the cache folder.
 * @param digits the digit of each
 */
export const trainDigitClassifier = async (
  sounds: NdArray<FloatType>,
  digits: ArrayLike<number>,
  { seed = 0, onProgress }: { readonly seed?: number; readonly onProgress?: (text: string) => void } = {},
): Promise<DigitClassifier> => {
  const own = fitted(sounds);
  const parts = { network: convolutional(), classes: 10, shape: [1, 32, 40] };
  const layout = flatLayout(initialClassifier(parts, seed));
  const key = createHash("sha256")
    .update(JSON.stringify([version, copies, steps, batch, seed, Array.from(digits)]))
    .update(new Uint8Array(own.data.buffer, own.data.byteOffset, own.data.byteLength))
    .digest("hex");
  const folder = join(cacheFolder() ?? ".", "classifiers");
  const file = join(folder, `spoken-digits-${key.slice(0, 24)}.safetensors`);
  if (existsSync(file)) {
    const { weights } = decodeSafetensors(readFileSync(file), file).arrays;
    return made(classifier(parts, layout.unflatten(weights as NdArray)));
  }
  const all = digitPictures(varied(own, copies, seed));
  const labels = Array.from({ length: copies * digits.length }, (_, i) => digits[i % digits.length]!);
  const trained = await trainClassifier({
    data: dataset(all, labels),
    network: parts.network,
    classes: parts.classes,
    steps,
    batch,
    seed,
    onProgress: ({ step, loss }) => onProgress?.(`classifier ${step}/${steps} loss ${loss.toFixed(3)}`),
  });
  mkdirSync(folder, { recursive: true });
  await atomicWrite(file, encodeSafetensors({ weights: layout.flatten(trained.parameters) }));
  return made(trained);
};

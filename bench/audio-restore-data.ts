/** Spoken digits of a speaker and sounds that training has not seen, mixed; and how restored ones are judged. */
import { mkdir, readdir, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { uniform } from "@scorefield/core";
import { readSound } from "@scorefield/data";
import { stft } from "@scorefield/domain/audio";
import { withNoise } from "@scorefield/domain/sound-fault";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { digitLength } from "./audio-digit-classifier.ts";

/** Sounds that are added in tests alone. */
export const unseenNoises = ["city", "rain", "doing_the_dishes"];

export const rate = 8000;

export const samplesOf = async (path: string): Promise<Float64Array> =>
  Float64Array.from((await readSound(path)).samples.data);

/** Utterances of one speaker, spread over all of that speaker's, with the digit of each. */
export const utterances = async (
  data: string,
  speaker: string,
  count: number,
): Promise<{ readonly name: string; readonly digit: number; readonly sound: Float64Array }[]> => {
  const names = (await readdir(join(data, "fsdd"))).filter((name) => name.includes(`_${speaker}_`)).sort();
  const chosen = Array.from({ length: count }, (_, i) => names[Math.floor((i * names.length) / count)]!);
  return Promise.all(
    chosen.map(async (name) => ({
      name,
      digit: Number(name[0]),
      sound: await samplesOf(join(data, "fsdd", name)),
    })),
  );
};

/** A folder of links to the sounds that training adds. */
export const trainingNoises = async (data: string, folder: string): Promise<string> => {
  const place = join(folder, "noise");
  await mkdir(place, { recursive: true });
  for (const name of (await readdir(join(data, "noise"))).filter((one) => one.endsWith(".wav")))
    if (!unseenNoises.includes(name.replace(".wav", "")))
      await symlink(resolve(data, "noise", name), join(place, name)).catch(() => {});
  return place;
};

/** Utterance i with one of the unseen sounds in turn, at a ratio in dB. */
export const noisyOnes = async (
  data: string,
  spoken: readonly { readonly sound: Float64Array }[],
  snr: number,
): Promise<Float64Array[]> => {
  const noises = await Promise.all(unseenNoises.map((name) => samplesOf(join(data, "noise", `${name}.wav`))));
  const places = uniform([spoken.length], { seed: 11, step: snr + 100, dtype: "float64" }).data;
  return spoken.map(({ sound }, i) => {
    const noise = noises[i % noises.length]!;
    const from = Math.floor(places[i]! * (noise.length - sound.length));
    return withNoise(sound, noise.subarray(from, from + sound.length), { snr });
  });
};

/** Scale-invariant signal-to-distortion ratio in dB (Le Roux, Wisdom, Erdogan & Hershey 2019). */
export const siSdr = (estimate: ArrayLike<number>, truth: ArrayLike<number>): number => {
  let [product, energy] = [0, 0];
  for (let t = 0; t < truth.length; t++) {
    product += estimate[t]! * truth[t]!;
    energy += truth[t]! ** 2;
  }
  const scale = product / energy;
  let rest = 0;
  for (let t = 0; t < truth.length; t++) rest += (estimate[t]! - scale * truth[t]!) ** 2;
  return 10 * Math.log10((scale ** 2 * energy) / rest);
};

/** Signal-to-distortion ratio in dB, of some of the numbers. */
export const sdr = (estimate: ArrayLike<number>, truth: ArrayLike<number>, of?: (t: number) => boolean): number => {
  let [energy, rest] = [0, 0];
  for (let t = 0; t < truth.length; t++) {
    if (of && !of(t)) continue;
    energy += truth[t]! ** 2;
    rest += (estimate[t]! - truth[t]!) ** 2;
  }
  return 10 * Math.log10(energy / Math.max(rest, 1e-20));
};

const frame = { window: 256, hop: 64 };
const powersOf = (sound: ArrayLike<number>): { readonly powers: Float64Array; readonly frames: number } => {
  const length = Math.max(frame.window, Math.ceil(sound.length / frame.hop) * frame.hop);
  const data = new Float64Array(length);
  for (let t = 0; t < sound.length; t++) data[t] = sound[t]!;
  const { data: values, shape } = stft({ dtype: "float64", shape: [1, 1, length], data }, frame);
  const [, , bins = 0, frames = 0] = shape;
  const plane = bins * frames;
  return { powers: Float64Array.from({ length: plane }, (_, k) => values[k]! ** 2 + values[plane + k]! ** 2), frames };
};

/** Log-spectral distance in dB: the root mean square over frequencies, its mean over frames. Powers below -60 dB of the loudest are as that. */
export const logSpectralDistance = (estimate: ArrayLike<number>, truth: ArrayLike<number>): number => {
  const [a, b] = [powersOf(estimate), powersOf(truth)];
  const floor = 1e-6 * b.powers.reduce((most, value) => Math.max(most, value), 0);
  const bins = b.powers.length / b.frames;
  const level = (value: number) => 10 * Math.log10(Math.max(value, floor));
  let total = 0;
  for (let f = 0; f < b.frames; f++) {
    let sum = 0;
    for (let k = 0; k < bins; k++)
      sum += (level(a.powers[k * b.frames + f]!) - level(b.powers[k * b.frames + f]!)) ** 2;
    total += Math.sqrt(sum / bins);
  }
  return total / b.frames;
};

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean and its standard error. */
export const withError = (values: readonly number[], digits = 1): string => {
  const centre = mean(values);
  const spread = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)) / Math.max(1, values.length - 1));
  return `${centre.toFixed(digits)} ± ${spread.toFixed(digits)}`;
};

/** The largest amplitude; a little above 0 for silence. */
export const loudest = (sound: Float64Array): number =>
  sound.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);

/** As the classifier was trained: each as loud as its loudest moment allows. */
export const asDigits = (sounds: readonly Float64Array[]): NdArray<"float32"> => {
  const values = new Float32Array(sounds.length * digitLength);
  for (const [i, sound] of sounds.entries()) {
    const peak = loudest(sound);
    values.set(
      sound.subarray(0, digitLength).map((value) => value / peak),
      i * digitLength,
    );
  }
  return ndarray(values, [sounds.length, 1, digitLength]) as NdArray<"float32">;
};

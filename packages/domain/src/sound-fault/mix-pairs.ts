/** Pairs of a clean and a faulty sound, made as training asks for them. */
import { DataError } from "@scorefield/data";
import type { Samples } from "../samples.ts";
import { activeLength, atSpeed } from "./at-speed.ts";
import type { FaultSettings } from "./fault-settings.ts";
import { bandLimited, between, clipped, type Draw, power, withGap, withNoise } from "./faults.ts";
import { smoothResponse, withFormants } from "./formants.ts";
import { madeSamples, type Windows } from "./made-samples.ts";

/** How many draws the faults of a pair take at most, besides those of gaps. */
const draws = 64;

/** Share of windows in which there is nothing, no noise either, besides the sound: as at the ends of files. */
const shareAlone = 0.5;

// A few sounds stand for all noises there are. So each is changed whenever it is added: faster or slower, darker or brighter, often two together.
const noiseSpeeds = [0.7, 1.4];
const noiseTilts = [-0.7, 0.7];
const shareOfTwo = 0.4;

// One microphone stands for all: its response is changed by some cosines over frequency, each by at most so much, in nepers.
const cosines = 5;
const mostOfCosine = 0.5;

/** A sound through a filter of first order, which makes it darker or, below 0, brighter. */
const tilted = (sound: Float64Array, tilt: number): Float64Array =>
  sound.map((value, t) => value + (t > 0 ? tilt * sound[t - 1]! : 0));

/** Part of a noise, at another speed, through a filter of first order that tilts its spectrum. Its mean square is 1, unless it is silent. */
const changedNoise = (values: Windows["data"], length: number, draw: Draw): Float64Array => {
  const speed = Math.min(between(draw, noiseSpeeds), (values.length - 1) / length);
  const needed = Math.min(values.length, Math.ceil(length * speed) + 1);
  const from = Math.floor(draw() * (values.length - needed + 1));
  const played = atSpeed(values.subarray(from, from + needed), needed, speed, length);
  const changed = new Float64Array(length);
  changed.set(tilted(played, between(draw, noiseTilts)));
  const deviation = Math.sqrt(power(changed)) || 1;
  for (let t = 0; t < length; t++) changed[t]! /= deviation;
  return changed;
};

/** Settings of which all that spectrograms need is settled. */
type SpectralSettings = FaultSettings & {
  readonly mixes: number;
  readonly window: number;
  readonly formants: number;
};

/**
 * Pairs [2, length]: a clean sound somewhere in its window, and the same with a fault. Pair k of a sound is the same whenever it is read.
 * @param clean windows of clean sounds, and the number of the file of each
 * @param noise longer windows of sounds to add, for the fault noise
 * @throws DataError for noise that is silent throughout, and for the fault noise without sounds
 */
export const mixedPairs = (
  clean: Windows,
  groups: ArrayLike<number>,
  { fault, snr, clipLevel, gap, highest, speed, formants, window, mixes }: SpectralSettings,
  { rate, noise, sha256 }: { readonly rate: number; readonly noise?: Windows | undefined; readonly sha256: string },
): Samples => {
  const [, , length = 0] = clean.shape;
  const [, , noiseLength = 0] = noise?.shape ?? [];
  const noises = noise
    ? Array.from({ length: noise.shape[0]! }, (_, i) => noise.data.subarray(i * noiseLength, (i + 1) * noiseLength))
        .map((values) => values.subarray(0, activeLength(values)))
        .filter((values) => values.length > Math.min(length, noiseLength - 1))
    : [];
  if (fault === "noise" && noises.length === 0)
    throw new DataError({
      expected: `sounds to add of at least ${(length / rate).toFixed(3)} s`,
      found: noise ? "none as long that is not silent" : "none",
      fix: "Name a folder of them: --noise-sounds FOLDER (data.noiseSounds)",
    });

  const faulty = (sound: Float64Array, from: number, to: number, draw: Draw): Float64Array => {
    if (fault === "clip") return clipped(sound, between(draw, clipLevel));
    if (fault === "band") return bandLimited(sound, between(draw, highest));
    if (fault === "gap") {
      const size = Math.max(1, Math.min(length - 1, Math.round(between(draw, gap) * rate)));
      // Where the sound is, as far as it is that long.
      const last = Math.max(0, Math.min(length, Math.max(to, from + size)) - size);
      return withGap(sound, Math.min(last, from + Math.floor(draw() * Math.max(1, to - from - size))), size);
    }
    const another = () => changedNoise(noises[Math.floor(draw() * noises.length)]!, length, draw);
    const added = another();
    if (draw() < shareOfTwo) {
      const weight = draw();
      const second = another();
      for (let t = 0; t < length; t++) added[t]! += weight * second[t]!;
    }
    if (draw() < shareAlone) {
      added.fill(0, 0, from);
      added.fill(0, to);
    }
    return withNoise(sound, added, { from, to, snr: between(draw, snr) });
  };

  return madeSamples({
    ...{ clean, groups, mixes, rate, sha256, draws },
    shape: [2, length],
    make: (clear, active, draw) => {
      const rateOfPlay = 1 + speed * (2 * draw() - 1);
      const factor = 1 + formants * (2 * draw() - 1);
      const spoken = atSpeed(clear, active, rateOfPlay, length);
      const weights = Array.from({ length: cosines }, () => mostOfCosine * (2 * draw() - 1));
      const phases = Array.from({ length: cosines }, () => 2 * Math.PI * draw());
      const response = smoothResponse(window / 2, weights, phases);
      const played = withFormants(spoken, factor, { rate, window, response });
      const from = Math.floor(draw() * (length - played.length + 1));
      const sound = new Float64Array(length);
      sound.set(played, from);
      return [sound, faulty(sound, from, from + played.length, draw)];
    },
  });
};

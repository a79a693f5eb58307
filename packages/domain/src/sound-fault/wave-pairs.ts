/** Windows with gaps or clipping and estimates of what they were, made as training asks for them. */
import type { Samples } from "../samples.ts";
import { atSpeed } from "./at-speed.ts";
import { type EstimatedWindow, estimateClipped, estimateGap, type WaveFault } from "./estimate.ts";
import type { FaultSettings } from "./fault-settings.ts";
import { between, clipped, type Draw, withGap } from "./faults.ts";
import { madeSamples, type Windows } from "./made-samples.ts";
import { partsOfSample } from "./wave-pair-codec.ts";

/** How many draws a sample takes at most. */
const draws = 16;

// A few voices stand for all. So sounds are played faster or slower, backwards, upside down, and through a filter of two taps.
const shareAtSpeed = 0.7;
const shareFiltered = 0.3;
const mostOfTap = 0.5;

const filtered = (sound: Float64Array, first: number, second: number): Float64Array =>
  sound.map((value, t) => value + first * (sound[t - 1] ?? 0) + second * (sound[t - 2] ?? 0));

/** Numbers of a sound from some frame on, silence beyond its ends. */
const cropped = (sound: Float64Array, from: number, length: number): Float64Array => {
  const window = new Float64Array(length);
  const [first, last] = [Math.max(0, from), Math.min(sound.length, from + length)];
  if (last > first) window.set(sound.subarray(first, last), first - from);
  return window;
};

/** 1 for numbers of a window at the level, -1 below, else 0. */
const sidesAt = (window: Float64Array, level: number): Int8Array =>
  Int8Array.from(window, (value) => (value >= 0.999 * level ? 1 : value <= -0.999 * level ? -1 : 0));

/** The first frame of the window that is restored for a gap, which is in its middle. */
export const windowOfGap = (from: number, to: number, length: number): number =>
  from - Math.floor((length - (to - from)) / 2);

interface Sample {
  readonly clean: Float64Array;
  readonly window: EstimatedWindow;
}

/**
 * Samples [4, length]: a clean window, the same with its fault, an estimate of it, and which numbers are not known. Sample k of a sound is
 * the same whenever it is read.
 * @param clean clean sounds, longer than windows, and the number of the file of each
 * @throws DataError for sounds that are silent throughout
 */
export const wavePairs = (
  clean: Windows,
  groups: ArrayLike<number>,
  { clipLevel, gap, speed, mixes }: FaultSettings & { readonly mixes: number },
  {
    fault,
    rate,
    length,
    sha256,
  }: { readonly fault: WaveFault; readonly rate: number; readonly length: number; readonly sha256: string },
): Samples => {
  const [, , whole = 0] = clean.shape;
  const withClipping = (sound: Float64Array, draw: Draw): Sample => {
    const [low = 0, high = low] = clipLevel;
    // Levels are as likely between 0.1 and 0.2 as between 0.2 and 0.4: the lower ones are the harder ones.
    const share = low > 0 ? low * (high / low) ** draw() : between(draw, clipLevel);
    const peak = sound.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const level = share * peak;
    const faulty = clipped(sound, share);
    const beyond = Array.from(faulty.keys()).filter((t) => Math.abs(faulty[t]!) >= 0.999 * level);
    const one = beyond[Math.floor(draw() * beyond.length)]!;
    const from = one - Math.floor(draw() * length);
    const window = cropped(faulty, from, length);
    return { clean: cropped(sound, from, length), window: estimateClipped(window, sidesAt(window, level), rate) };
  };

  const withOneGap = (sound: Float64Array, draw: Draw): Sample => {
    const size = Math.max(1, Math.min(Math.floor(length / 2), Math.round(between(draw, gap) * rate)));
    const at = Math.floor(draw() * Math.max(1, sound.length - size));
    const from = windowOfGap(at, at + size, length);
    const window = cropped(sound, from, length);
    const first = at - from;
    return { clean: window, window: estimateGap(withGap(window, first, size), [first, first + size], [], rate) };
  };

  const faultyOf = (clear: Windows["data"], active: number, draw: Draw): Sample => {
    const rateOfPlay = draw() < shareAtSpeed ? 1 + speed * (2 * draw() - 1) : 1;
    const sign = draw() < 0.5 ? -1 : 1;
    let sound: Float64Array = atSpeed(clear, active, rateOfPlay, whole).map((value) => sign * value);
    if (draw() < 0.5) sound.reverse();
    const [first, second] = [between(draw, [-mostOfTap, mostOfTap]), between(draw, [-mostOfTap, mostOfTap])];
    if (draw() < shareFiltered) sound = filtered(sound, first, second);
    return fault === "clip" ? withClipping(sound, draw) : withOneGap(sound, draw);
  };

  // Sparse estimates take longer than a step of training does for a sample, so they are kept: a number in 4 bytes.
  const kept = new Map<number, readonly Float32Array[]>();
  return madeSamples({
    ...{ clean, groups, mixes, rate, sha256, draws },
    shape: [partsOfSample, length],
    make: (clear, active, draw, row) => {
      const known = kept.get(row);
      if (known) return known;
      const { clean: sound, window } = faultyOf(clear, active, draw);
      const parts = [sound, window.faulty, window.estimate, window.unknown].map((part) => Float32Array.from(part));
      if (fault === "clip") kept.set(row, parts);
      return parts;
    },
  });
};

import { expect, test } from "vitest";
import { smoothResponse, withFormants } from "./formants.ts";

const rate = 8000;
const window = 256;
const period = 64;

/** Pulses at 125 Hz through resonances, as vowels are. */
const vowel = (resonances: readonly number[], length = 4000): Float64Array => {
  let sound = Float64Array.from({ length }, (_, t) => (t % period === 0 ? 1 : 0));
  for (const frequency of resonances) {
    const [radius, angle] = [0.94, (2 * Math.PI * frequency) / rate];
    const next = new Float64Array(length);
    for (let t = 0; t < length; t++)
      next[t] = sound[t]! + 2 * radius * Math.cos(angle) * (next[t - 1] ?? 0) - radius ** 2 * (next[t - 2] ?? 0);
    sound = next;
  }
  return sound;
};

/** The power of a sound at a frequency, of its middle. */
const powerAt = (sound: Float64Array, frequency: number): number => {
  let [re, im] = [0, 0];
  for (let t = 1000; t < 1000 + 32 * period; t++) {
    re += sound[t]! * Math.cos((2 * Math.PI * frequency * t) / rate);
    im += sound[t]! * Math.sin((2 * Math.PI * frequency * t) / rate);
  }
  return re ** 2 + im ** 2;
};
const harmonics = Array.from({ length: 31 }, (_, k) => 125 * (k + 1));
const loudestOf = (sound: Float64Array): number =>
  harmonics.reduce((a, b) => (powerAt(sound, b) > powerAt(sound, a) ? b : a));

test("a factor of 1 gives the sound itself", () => {
  const sound = vowel([1000], 1111);
  const same = withFormants(sound, 1, { rate, window });
  expect(same.length).toBe(1111);
  for (const [t, value] of sound.entries()) expect(Math.abs(same[t]! - value)).toBeLessThan(1e-9);
});

test("resonances move by the factor, and pitch stays", () => {
  const sound = vowel([1000]);
  expect(loudestOf(sound)).toBe(1000);
  for (const factor of [0.75, 1.25]) {
    const moved = withFormants(sound, factor, { rate, window });
    expect(loudestOf(moved)).toBe(1000 * factor);
    // Harmonics stay far above what is between them.
    expect(powerAt(moved, 1000)).toBeGreaterThan(30 * powerAt(moved, 1062.5));
  }
});

test("a response multiplies each frequency", () => {
  const sound = vowel([1000]);
  const response = smoothResponse(window / 2, [0.4, -0.3], [0.2, 1]);
  const heard = withFormants(sound, 1, { rate, window, response });
  for (const frequency of [500, 1000, 2000]) {
    const k = (frequency * window) / rate;
    const logarithm =
      0.4 * Math.cos((Math.PI * k) / (window / 2) + 0.2) -
      (0.3 / Math.SQRT2) * Math.cos((2 * Math.PI * k) / (window / 2) + 1);
    expect(0.5 * Math.log(powerAt(heard, frequency) / powerAt(sound, frequency))).toBeCloseTo(logarithm, 1);
  }
});

test("silence stays silent", () => {
  expect(Math.max(...withFormants(new Float64Array(700), 1.2, { rate, window }))).toBe(0);
});

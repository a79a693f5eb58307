import { expect, test } from "vitest";
import { filterFeatures, quietFeatures } from "./pair-features.ts";

const frames = 10;
const magnitudes = Float32Array.from({ length: 2 * frames }, (_, k) => (k < frames ? 1 + k : 0));
const parts = Float64Array.from({ length: 2 * magnitudes.length }, (_, k) => (k < frames ? 0.6 * magnitudes[k]! : 0));
parts.set(
  parts.subarray(0, frames).map((value) => (-value * 4) / 3),
  magnitudes.length,
);
const about = { parts, frames, power: (magnitude: number) => magnitude ** 2 };
const featuresOf = ({ planes, write }: typeof quietFeatures): Float32Array[] => {
  const all = new Float32Array(planes * magnitudes.length);
  write(all, magnitudes, about);
  return Array.from({ length: planes }, (_, i) => all.slice(i * magnitudes.length, (i + 1) * magnitudes.length));
};

test("quiet: magnitudes, and that of a fifth of the frames", () => {
  const [same, quiet] = featuresOf(quietFeatures);
  expect(same).toEqual(magnitudes);
  expect(Array.from(quiet!)).toEqual([...Array(frames).fill(3), ...Array(frames).fill(0)]);
});

test("filter: compressed numbers, logarithms of magnitudes, of the noise and of gains, finite in silence", () => {
  const all = featuresOf(filterFeatures);
  const [real, imaginary, loud, noise, gains] = all;
  for (let f = 0; f < frames; f++) {
    expect(real![f]).toBeCloseTo(0.6 * Math.sqrt(1 + f), 5);
    expect(imaginary![f]).toBeCloseTo(-0.8 * Math.sqrt(1 + f), 5);
  }
  // Ten frames: the quietest tenth ends at the second, of power 4; averaged over both bins, of which the second is silent.
  expect(loud![9]! - loud![0]!).toBeCloseTo(1, 4);
  expect(noise![0]! - loud![0]!).toBeCloseTo(0.5 * Math.log10(4 / -Math.log(0.9) / 2), 4);
  expect(gains![9]!).toBeGreaterThan(gains![0]!);
  for (const plane of all) for (const value of plane) expect(Number.isFinite(value)).toBe(true);
});

import { normal } from "@scorefield/core";
import { describe, expect, test } from "vitest";
import { bandLimited, clipped, power, withGap, withNoise } from "./faults.ts";
import { withKnown } from "./known.ts";

const draw = (seed: number, n = 2000): Float64Array => normal([n], { seed, dtype: "float64" }).data;
const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

test("noise has its power at the ratio, where the sound is", () => {
  const sound = draw(1);
  sound.fill(0, 0, 500);
  const noise = draw(2).map((value) => 7 * value);
  for (const snr of [-5, 0, 12]) {
    const noisy = withNoise(sound, noise, { from: 500, snr });
    const added = noisy.map((value, t) => value - sound[t]!).subarray(500);
    expect(10 * Math.log10(power(sound.subarray(500)) / power(added))).toBeCloseTo(snr, 10);
  }
  expect(withNoise(sound, new Float64Array(2000), { snr: 0 })).toEqual(sound);
});

test("clipping and gaps", () => {
  expect(Array.from(clipped(Float64Array.of(1, -4, 2, 3), 0.5))).toEqual([1, -2, 2, 2]);
  expect(Array.from(withGap(Float64Array.of(1, 2, 3, 4), 1, 2))).toEqual([1, 0, 0, 4]);
});

test("a band keeps tones below its limit and takes those above away", () => {
  const tone = (share: number) => Float64Array.from({ length: 1000 }, (_, t) => Math.sin(Math.PI * share * t + 0.3));
  const inside = (x: Float64Array) => x.subarray(100, 900);
  expect(largest(inside(bandLimited(tone(0.3), 0.4)), inside(tone(0.3)))).toBeLessThan(1e-2);
  expect(power(inside(bandLimited(tone(0.5), 0.4)))).toBeLessThan(1e-4);
});

describe("what a fault has left", () => {
  const facts = { limits: { low: -2, high: 2 } };
  test("of clipping is all within the limits; beyond them is at least the limit", () => {
    const restored = Float64Array.of(0.2, 3, 1, -5, -1);
    expect(Array.from(withKnown("clip", [1, 2, 2, -2, -2], restored, facts))).toEqual([1, 3, 2, -5, -2]);
    // The highest number of 8 bits is 127 / 128, the lowest -1.
    const eight = withKnown("clip", [127 / 128, -1, 0.98], [3, -3, 3], { limits: { low: -1, high: 127 / 128 } });
    expect(Array.from(eight)).toEqual([3, -3, 0.98]);
    expect(Array.from(withKnown("clip", [0, 0], [1, -1], { limits: { low: 0, high: 0 } }))).toEqual([0, 0]);
  });
  test("of gaps is all outside", () => {
    const found = withKnown("gap", [1, 0, 0, 2], [9, 9, 9, 9], { inside: Uint8Array.of(0, 1, 1, 0) });
    expect(Array.from(found)).toEqual([1, 9, 9, 2]);
  });
  test("of noise is nothing", () => {
    expect(Array.from(withKnown("noise", [1, 2], Float64Array.of(3, 4), facts))).toEqual([3, 4]);
  });
});

import { normal } from "@scorefield/core";
import { expect, test } from "vitest";
import { noiseGains, noisePowers, soundingFrames, wienerRule } from "./wiener.ts";

/** Powers [bins, frames] of complex noise with the mean 4, and of a loud sound in bin 10 in the last quarter of the frames. */
const powersOf = (bins: number, frames: number): Float64Array => {
  const draws = normal([2, bins * frames], { seed: 5, dtype: "float64" }).data;
  return Float64Array.from({ length: bins * frames }, (_, k) => {
    const loud = Math.floor(k / frames) === 10 && k % frames >= 0.75 * frames ? 400 : 0;
    return 2 * (draws[k]! ** 2 + draws[bins * frames + k]! ** 2) + loud;
  });
};

test("the power of stationary noise is found, whatever else sounds in some frames", () => {
  const noise = noisePowers(powersOf(20, 4000), 4000);
  // The 10 % quantile of an exponential distribution from 4000 values has a relative standard error of 5 %; of five averaged, 2.3 %.
  for (const level of noise) expect(Math.abs(level / 4 - 1)).toBeLessThan(4 * 0.05);
});

test("gains leave what is far above noise, and take most of the noise away", () => {
  const frames = 4000;
  const gains = noiseGains(powersOf(20, frames), frames);
  const mean = (from: number, to: number) => gains.slice(from, to).reduce((a, b) => a + b, 0) / (to - from);
  expect(mean(10.8 * frames, 11 * frames)).toBeGreaterThan(0.95);
  expect(mean(2 * frames, 3 * frames)).toBeLessThan(0.25);
});

test("the gain of a frame is that of its formula", () => {
  // Ratios a posteriori 9 and 4. A priori 0.08 * 8, then 0.92 * gain^2 * 9 + 0.08 * 3.
  const [first, second] = noiseGains([9, 4], 2, { noise: Float64Array.of(1) });
  const gain = wienerRule(9, 0.64);
  expect(first).toBeCloseTo(0.64 / 1.64, 12);
  const prior = 0.92 * gain ** 2 * 9 + 0.24;
  expect(second).toBeCloseTo(prior / (1 + prior), 12);
});

test("silent frames are not looked at: the noise is that of the others", () => {
  const powers = new Float64Array(40).fill(3, 0, 20);
  expect(soundingFrames(powers, 40)).toHaveLength(20);
  expect(noisePowers(powers, 40)[0]).toBeCloseTo(3 / -Math.log(0.9), 9);
  expect(noisePowers(new Float64Array(40), 40)[0]).toBe(0);
});

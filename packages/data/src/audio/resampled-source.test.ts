import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { resample } from "./resample.ts";
import { resampledSource } from "./resampled-source.ts";

/** Two channels, of a rising tone and its reverse, that note the most frames asked for at once. */
const sourceOf = (rate: number, frames: number) => {
  const one = Float32Array.from({ length: frames }, (_, t) => 0.5 * Math.sin(1e-5 * t * t + 0.1 * t));
  const data = Float32Array.from([...one, ...one.slice().reverse()]);
  const source = {
    rate,
    channels: 2,
    frames,
    most: 0,
    read: (from: number, count: number) => {
      source.most = Math.max(source.most, count);
      const taken = Math.max(0, Math.min(count, frames - from));
      const parts = [0, 1].flatMap((k) => [...data.subarray(k * frames + from, k * frames + from + taken)]);
      return ndarray(Float32Array.from(parts), [2, taken]);
    },
  };
  return { source, sound: { rate, samples: ndarray(data, [2, frames]) } };
};

test.each([
  [400, 320, 14_001],
  [320, 441, 12_000],
  [199, 100, 9000],
])("from %d to %d Hz, reading gives what resampling the whole gives", async (from, to, frames) => {
  const { source, sound } = sourceOf(from, frames);
  const whole = (await resample(sound, to)).samples;
  const parts = resampledSource(source, to);
  expect([parts.channels, parts.frames]).toEqual(whole.shape);
  let worst = 0;
  for (let at = 0; at < parts.frames; at += 1501) {
    const { data, shape } = await parts.read(at, 2000);
    const n = Math.min(2000, parts.frames - at);
    expect(shape).toEqual([2, n]);
    for (let k = 0; k < 2; k++)
      for (let t = 0; t < n; t++)
        worst = Math.max(worst, Math.abs(data[k * n + t]! - whole.data[k * parts.frames + at + t]!));
  }
  expect(worst).toBeLessThan(1e-5);
  expect(source.most).toBeLessThan(30 * from);
  expect((await parts.read(parts.frames, 5)).shape).toEqual([2, 0]);
});

test("the same rate is the source itself; rates out of range are refused", () => {
  const { source } = sourceOf(1000, 10);
  expect(resampledSource(source, 1000)).toBe(source);
  expect(() => resampledSource(source, 0.5)).toThrow(/resampledSource rate/);
  expect(() => resampledSource({} as never, 8000)).toThrow(/resampledSource source/);
});

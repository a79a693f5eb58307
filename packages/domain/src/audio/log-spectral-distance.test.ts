import { plainValue } from "@scorefield/assess";
import { normal } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { logSpectralDistance, meanSpectrumMetric } from "./log-spectral-distance.ts";
import { halvedPictures, spectrogramPictures } from "./spectrogram-picture.ts";

const rate = 8000;
const noise = (n: number, seed: number) => ndarray(normal([n * 2048], { seed }).data, [n, 1, 2048]);

test("a gain is its own distance in decibels, the sound itself none, and silence the floor", () => {
  const truth = noise(2, 1);
  const louder = ndarray(
    truth.data.map((value, i) => value * (i < 2048 ? 2 : 1)),
    truth.shape,
  );
  const [gained, same] = logSpectralDistance(louder, truth, { rate });
  expect(gained).toBeCloseTo(20 * Math.log10(2), 4);
  expect(same).toBe(0);
  const silence = ndarray(new Float32Array(2 * 2048), truth.shape);
  const [lost] = logSpectralDistance(silence, truth, { rate });
  // White noise is some 8 dB below its loudest place on average: 60 dB are the most there is.
  expect(lost).toBeGreaterThan(40);
  expect(lost).toBeLessThan(60);
  expect(() => logSpectralDistance(noise(1, 1), truth, { rate })).toThrow("expected two arrays of one shape");
});

test("the distance between mean spectra is that of a filter, and small between sounds of one kind", async () => {
  const pictures = (n: number, seed: number, filter = false) => {
    const { data, shape } = noise(n, seed);
    // The mean of neighbours takes all power from the highest frequencies.
    const values = filter ? data.map((value, t) => (value + (data[t - 1] ?? 0)) / 2) : data;
    return halvedPictures(spectrogramPictures(ndarray(values, shape), rate));
  };
  const reference = pictures(40, 1);
  const input = (samples: typeof reference) => ({ compared: { samples, reference } }) as never;
  const distance = async (samples: typeof reference) =>
    plainValue(await (await meanSpectrumMetric().take(input(samples)))!.samples());
  expect(reference.shape).toEqual([40, 1, 32, 16]);
  expect(await distance(reference)).toBe(0);
  // A place has a deviation of some 5 dB, and 40 * 16 of them are averaged.
  expect(await distance(pictures(40, 2))).toBeLessThan(0.6);
  expect(await distance(pictures(40, 2, true))).toBeGreaterThan(5);
});

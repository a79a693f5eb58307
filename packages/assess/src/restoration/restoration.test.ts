import { normal } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { intervalCoverage } from "./interval-coverage.ts";
import { psnr } from "./psnr.ts";
import { ssim } from "./ssim.ts";

const image = (f: (i: number, j: number) => number, height = 20, width = 16) =>
  ndarray(
    Float64Array.from({ length: height * width }, (_, p) => f(Math.floor(p / width), p % width)),
    [height, width],
  );
const wave = image((i, j) => Math.sin(i / 3) * Math.cos(j / 4));
const off = image((i, j) => 0.8 * Math.sin(i / 3) * Math.cos(j / 4) + 0.1 + 0.05 * ((i * 7 + j * 3) % 5));

test("an error of a tenth of the range is 20 dB", () => {
  expect(
    psnr(
      image(() => 0.2),
      image(() => 0),
      [-1, 1],
    ),
  ).toBeCloseTo(20, 10);
  expect(psnr(wave, wave, [-1, 1])).toBe(Number.POSITIVE_INFINITY);
});

test("SSIM is as SciPy's filters with the paper's window give it", () => {
  // scipy.ndimage.correlate1d along both axes, edges of 5 pixels cut off, population variances
  expect(ssim(off, wave, [-1, 1])).toBeCloseTo(0.2460932336, 8);
  expect(ssim(wave, wave, [-1, 1])).toBeCloseTo(1, 12);
});

test("intervals of right draws hold their share", () => {
  const [draws, size] = [19, 4000];
  const all = normal([draws + 1, size], { seed: 1 });
  const { expected, found, count } = intervalCoverage(
    ndarray(all.data.slice(size), [draws, size]),
    ndarray(all.data.slice(0, size), [size]),
  );
  expect(expected).toBeCloseTo(0.9, 12);
  expect(count).toBe(size);
  // 4 standard errors
  expect(Math.abs(found - expected)).toBeLessThan(4 * Math.sqrt((0.9 * 0.1) / size));
});

test("numbers on which all agree say nothing", () => {
  const { count } = intervalCoverage(ndarray(Float32Array.of(1, 0, 1, 2), [2, 2]), ndarray(Float32Array.of(1, 1), [2]));
  expect(count).toBe(1);
});

test("what does not fit is refused", () => {
  expect(() =>
    psnr(
      wave,
      image(() => 0, 3),
      [-1, 1],
    ),
  ).toThrow(/expected a restored array of the truth's shape \[3, 16\]/);
  expect(() => psnr(wave, wave, [1, 1])).toThrow(/such as \[-1, 1\]/);
  expect(() =>
    ssim(
      image(() => 0, 8),
      image(() => 1, 8),
      [0, 1],
    ),
  ).toThrow(/11 x 11 pixels or more/);
  expect(() => intervalCoverage(wave, wave)).toThrow(/2 or more draws/);
  expect(() => intervalCoverage(ndarray(new Float32Array(4), [2, 2]), ndarray(new Float32Array(2), [2]), 90)).toThrow(
    /between 0 and 1/,
  );
});

import { normal } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { describe, expect, test } from "vitest";
import { realFft } from "./fft.ts";
import { compressMagnitudes, expandMagnitudes } from "./magnitude-compression.ts";
import { inverseStft, stft } from "./stft.ts";

const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

test.each([4, 8, 16, 128])(
  "the transform of %d numbers is the sum that defines it, and its inverse gives them back",
  (n) => {
    const signal = normal([n], { seed: n, dtype: "float64" }).data;
    const { forward, inverse } = realFft(n);
    const [real, imaginary, back] = [new Float64Array(n / 2), new Float64Array(n / 2), new Float64Array(n)];
    forward(signal, real, imaginary);
    const sum = (k: number, wave: (angle: number) => number) =>
      signal.reduce((total, x, t) => total + x * wave((-2 * Math.PI * k * t) / n), 0);
    const wantedReal = Array.from(real, (_, k) => sum(k, Math.cos));
    const wantedImaginary = Array.from(imaginary, (_, k) => (k === 0 ? sum(n / 2, Math.cos) : sum(k, Math.sin)));
    expect(largest(real, wantedReal)).toBeLessThan(1e-12 * n);
    expect(largest(imaginary, wantedImaginary)).toBeLessThan(1e-12 * n);
    inverse(real, imaginary, back);
    expect(largest(back, signal)).toBeLessThan(1e-13 * n);
  },
);

test("a length that is no power of two is refused", () => {
  expect(() => realFft(12)).toThrow("expected a power of two of at least 4, found 12");
});

describe("a spectrogram", () => {
  const sounds = ndarray(normal([2 * 3 * 512], { seed: 1, dtype: "float64" }).data, [2, 3, 512]);

  test.each([
    [128, 64],
    [128, 32],
    [64, 8],
    [512, 256],
  ])("of frames of %d samples every %d gives the sound back, and its energy is the sound's", (window, hop) => {
    const spectrogram = stft(sounds, { window, hop });
    expect(spectrogram.shape).toEqual([2, 6, window / 2, 512 / hop]);
    const back = inverseStft(spectrogram, { window, hop });
    expect(back.shape).toEqual([2, 3, 512]);
    expect(largest(back.data, sounds.data)).toBeLessThan(1e-12);
    // Parseval: bins other than the two real ones stand for two frequencies each.
    const plane = (window / 2) * (512 / hop);
    const energy = spectrogram.data.reduce((total, x, i) => total + (i % plane < 512 / hop ? 1 : 2) * x ** 2, 0);
    const wanted = sounds.data.reduce((total, x) => total + x ** 2, 0);
    expect(Math.abs(energy / window / wanted - 1)).toBeLessThan(1e-12);
  });

  test("of a tone has it at its frequency, in every frame", () => {
    const tone = ndarray(
      Float64Array.from({ length: 512 }, (_, t) => Math.cos((2 * Math.PI * 8 * t) / 64)),
      [1, 1, 512],
    );
    const { data } = stft(tone, { window: 64 });
    for (let f = 0; f < 16; f++) {
      const power = Array.from({ length: 32 }, (_, k) => data[k * 16 + f]! ** 2 + data[(32 + k) * 16 + f]! ** 2);
      expect(power.indexOf(Math.max(...power))).toBe(8);
    }
  });

  test("whose magnitudes are compressed keeps its angles, and expands to itself", () => {
    const spectrogram = stft(sounds, { window: 128 });
    const compressed = compressMagnitudes(spectrogram, { alpha: 0.5, beta: 0.15 });
    const plane = 64 * 8;
    const [re, im] = [spectrogram.data[5 * 8 + 3]!, spectrogram.data[plane + 5 * 8 + 3]!];
    const [a, b] = [compressed.data[5 * 8 + 3]!, compressed.data[plane + 5 * 8 + 3]!];
    expect(Math.hypot(a, b)).toBeCloseTo(0.15 * Math.sqrt(Math.hypot(re, im)), 12);
    expect(Math.atan2(b, a)).toBeCloseTo(Math.atan2(im, re), 12);
    // The two real numbers of bin 0 are compressed each by itself.
    expect(compressed.data[0]).toBeCloseTo(
      0.15 * Math.sign(spectrogram.data[0]!) * Math.sqrt(Math.abs(spectrogram.data[0]!)),
      12,
    );
    const back = expandMagnitudes(compressed, { alpha: 0.5, beta: 0.15 });
    expect(largest(back.data, spectrogram.data)).toBeLessThan(1e-11);
    const silence = ndarray(new Float64Array(2 * plane), [1, 2, 64, 8]);
    expect(expandMagnitudes(compressMagnitudes(silence)).data).toEqual(silence.data);
  });

  test("of another shape, or by other frames, is refused", () => {
    expect(() => stft(sounds, { window: 100 })).toThrow("stft window: expected a power of two");
    expect(() => stft(sounds, { window: 64, hop: 24 })).toThrow("hop: expected a divisor of 32");
    expect(() => stft(ndarray(new Float64Array(100), [1, 1, 100]), { window: 64 })).toThrow("a multiple of 32");
    expect(() => inverseStft(ndarray(new Float64Array(64), [1, 2, 4, 8]), { window: 64 })).toThrow(
      "inverseStft: expected",
    );
    expect(() => compressMagnitudes(stft(sounds, { window: 64 }), { alpha: 0 })).toThrow(
      "alpha: expected a number in (0, 1]",
    );
    expect(() => stft(sounds, { window: 64, hops: 3 } as never)).toThrow("unknown option hops");
  });
});

import { expect, test } from "vitest";
import { normalQuantile } from "../numeric/normal-quantile.ts";
import { normal, normalsFromWords32, normalsFromWords64 } from "./normal.ts";
import type { DrawOptions } from "./stream.ts";

const moment = (data: Float32Array | Float64Array, power: number): number => {
  let sum = 0;
  for (const value of data) sum += value ** power;
  return sum / data.length;
};

test("float32: every octave of the tail, its ends and the signs, against the exact quantile", () => {
  const words: number[] = [];
  for (let octave = 0; octave < 31; octave++)
    for (let i = 0; i < 64; i++) words.push(2 ** octave + Math.floor((2 ** octave * i) / 64), 2 ** (octave + 1) - 1);
  words.push(0);
  const out = new Float32Array(2 * words.length);
  normalsFromWords32(out, Int32Array.from([...words, ...words.map((w) => w | 0x80000000)]), 2 * words.length, 0);
  words.forEach((m, i) => {
    const z = -normalQuantile((m + 0.5) / 2 ** 32);
    // 1e-8 of the polynomial and half a unit in the last place of float32.
    expect(Math.abs(out[i]! - z)).toBeLessThan(1e-8 + z * 2 ** -24);
    expect(out[words.length + i]).toBe(-out[i]!);
  });
});

test("float64: the quantile of 52 bits and a sign", () => {
  const out = new Float64Array(3);
  normalsFromWords64(out, Int32Array.of(0, 0, -1, -1, 0x40000000, 0), 6, 0);
  expect(Array.from(out)).toEqual([
    -normalQuantile(2 ** -54),
    normalQuantile(0.5 - 2 ** -54),
    -normalQuantile(0.25 + 2 ** -54),
  ]);
});

test.each(["float32", "float64"] as const)("%s: moments, distribution function and tails", (dtype) => {
  const n = 2 ** 20;
  const { data } = normal([n / 16, 16], { seed: 1, dtype });
  // Five standard errors of the first four moments: variances 1, 2, 15 and 96 over n.
  const within = (value: number, expected: number, variance: number) =>
    expect(Math.abs(value - expected)).toBeLessThan(5 * Math.sqrt(variance / n));
  within(moment(data, 1), 0, 1);
  within(moment(data, 2), 1, 2);
  within(moment(data, 3), 0, 15);
  within(moment(data, 4), 3, 96);
  // Two-sided tail probabilities at 2, 3 and 4, five standard errors of a binomial count.
  for (const [bound, p] of [
    [2, 0.04550026389635842],
    [3, 0.0026997960632601866],
    [4, 6.334248366623973e-5],
  ] as const) {
    let count = 0;
    for (const value of data) if (Math.abs(value) > bound) count++;
    expect(Math.abs(count - n * p)).toBeLessThan(5 * Math.sqrt(n * p));
  }
  // Kolmogorov-Smirnov distance at 999 quantiles; sqrt(n) D exceeds 1.95 with probability 0.001.
  const sorted = data.slice().sort();
  let below = 0;
  let distance = 0;
  for (let i = 1; i < 1000; i++) {
    const z = normalQuantile(i / 1000);
    while (sorted[below]! <= z) below++;
    distance = Math.max(distance, Math.abs(below / n - i / 1000));
  }
  expect(Math.sqrt(n) * distance).toBeLessThan(1.95);
});

test("neighbouring elements, samples, steps, seeds and purposes are uncorrelated", () => {
  const n = 2 ** 16;
  const draw = (options: Partial<DrawOptions>) => normal([n / 4, 4], { seed: 1, ...options }).data;
  const base = draw({});
  const others = {
    element: base.map((_, i) => base[(i + 1) % n]!),
    sample: draw({ firstSample: 1 }),
    step: draw({ step: 1 }),
    seed: draw({ seed: 2 }),
    highSeed: draw({ seed: 1 + 2 ** 32 }),
    purpose: draw({ purpose: "noise" }),
  };
  // Five standard errors, 1 / sqrt(n) for products and sqrt(4 / n) for products of centred squares.
  for (const other of Object.values(others)) {
    let product = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      product += (base[i]! * other[i]!) / n;
      squares += ((base[i]! ** 2 - 1) * (other[i]! ** 2 - 1)) / n;
    }
    expect(Math.abs(product)).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(squares)).toBeLessThan(10 / Math.sqrt(n));
  }
});

test("values are pinned", () => {
  const options = { seed: 2026, step: 7, firstSample: 3, purpose: "noise" } as const;
  expect(Array.from(normal([2, 3], options).data)).toEqual([
    1.6421655416488647, -0.49708235263824463, 0.6215910911560059, 0.910836935043335, 0.9530255198478699,
    -0.39582017064094543,
  ]);
  expect(Array.from(normal([3], { ...options, dtype: "float64" }).data)).toEqual([
    1.642165556030026, 0.9108369442061686, -2.3950256231271663,
  ]);
});

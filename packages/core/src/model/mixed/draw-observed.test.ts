import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { normal } from "../../random/normal.ts";
import { uniform } from "../../random/uniform.ts";
import { drawObserved } from "./draw-observed.ts";
import { boundOffset } from "./observed.ts";

const layout = { columns: [1, 3], scale: 2 };
const n = 8_000;
const rows = (() => {
  const z = normal([n], { seed: 1 }).data;
  const u = uniform([n], { seed: 2 }).data;
  const data = new Float32Array(4 * n);
  for (let i = 0; i < n; i++) {
    data[4 * i] = z[i]!;
    data[4 * i + 1 + Math.floor(3 * u[i]!)] = 2;
  }
  return ndarray(data, [n, 4]);
})();

test("every set that is known holds the row's value, and nothing is known of the other rows", () => {
  const { data, shape } = drawObserved(layout, rows, { seed: 3, step: 0, share: 0.5 });
  expect(shape).toEqual([n, 5]);
  let [some, exactly, ranges, sets, outside] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const own = data.subarray(5 * i, 5 * i + 5);
    const value = rows.data[4 * i]!;
    if (own.some((x) => x !== 0)) some++;
    const [low, high] = [
      own[0]! === 0 ? -Infinity : own[0]! - boundOffset,
      own[1]! === 0 ? Infinity : boundOffset - own[1]!,
    ];
    if (low > value + 2e-6 || value > high + 2e-6) outside++;
    if (high - low < 1e-5) exactly++;
    else if (high - low < Infinity || low > -Infinity || high < Infinity) ranges++;
    const level = [0, 1, 2].find((k) => rows.data[4 * i + 1 + k]! > 0)!;
    if (own[2 + level] !== 0) outside++;
    const excluded = own[2]! + own[3]! + own[4]!;
    if (excluded > 0) sets++;
  }
  expect(outside).toBe(0);
  // Of half of the rows, half of the numbers are known and 15 % of the rest in part; two standard errors are 0.01.
  expect(exactly / n).toBeCloseTo(0.25, 1);
  expect(ranges / n).toBeGreaterThan(0.02);
  expect(sets / n).toBeGreaterThan(0.25);
  expect(some / n).toBeLessThan(0.5);
});

test("which set is known says no more of a value than that it lies in it", () => {
  const { data } = drawObserved(layout, rows, { seed: 4, step: 7, share: 1 });
  // Among rows known to be above a threshold near 0, the value is a normal one limited to that range: its mean is known.
  const excess: number[] = [];
  for (let i = 0; i < n; i++) {
    const low = data[5 * i]! - boundOffset;
    if (data[5 * i] === 0 || data[5 * i + 1] !== 0) continue;
    const hazard = Math.exp((-low * low) / 2) / Math.sqrt(2 * Math.PI) / (1 - cdf(low));
    excess.push(rows.data[4 * i]! - hazard);
  }
  const mean = excess.reduce((a, b) => a + b, 0) / excess.length;
  const deviation = Math.sqrt(excess.reduce((a, b) => a + (b - mean) ** 2, 0) / excess.length);
  expect(excess.length).toBeGreaterThan(200);
  expect(Math.abs(mean)).toBeLessThan((4 * deviation) / Math.sqrt(excess.length));
});

/** Of the standard normal distribution, by summing its density. */
const cdf = (x: number): number => {
  let sum = 0;
  for (let k = 0; k < 4000; k++) {
    const at = -8 + ((x + 8) * (k + 0.5)) / 4000;
    sum += Math.exp((-at * at) / 2);
  }
  return (sum * (x + 8)) / 4000 / Math.sqrt(2 * Math.PI);
};

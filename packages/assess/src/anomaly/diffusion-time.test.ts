import { normal } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { diffusionTime, expectedLogRatio } from "./diffusion-time.ts";

test("the posterior mean is the mean of the inverse gamma distribution", () => {
  const levels = Float64Array.from({ length: 4001 }, (_, i) => -9 + (18 * i) / 4000);
  // r^2 = b / g with g ~ Gamma(d / 2): E log r = (log b - digamma(d / 2)) / 2, b = square / 2; digamma(2) = 1 - gamma.
  const digamma2 = 1 - 0.5772156649015329;
  for (const square of [1e-3, 1, 50])
    expect(expectedLogRatio(square, 4, levels)).toBeCloseTo((Math.log(square / 2) - digamma2) / 2, 8);
  // In the data, r^-4 alone counts, from the lowest level on.
  expect(expectedLogRatio(0, 4, levels)).toBeCloseTo(-9 + 1 / 4, 2);
});

test("non-parametric: ranks as the mean squared distance, and estimates the noise that was added", async () => {
  const d = 40;
  // Data on a coarse lattice of two points, so that the nearest rows are the origin of the noise.
  const data = ndarray(new Float64Array(20 * d).fill(50, 10 * d), [20, d]);
  const noise = normal([200, d], { seed: 2, dtype: "float64" });
  for (const ratio of [0.05, 0.5, 3]) {
    const { data: found } = await diffusionTime(data).score(
      ndarray(
        noise.data.map((z) => ratio * z),
        [200, d],
      ),
    );
    const mean = found.reduce((sum, value) => sum + value, 0) / 200;
    // log |z|^2 has deviation sqrt(2 / d), half of it here; it has no bias against digamma(d / 2).
    expect(Math.abs(mean - Math.log(ratio))).toBeLessThan((4 * Math.sqrt(2 / d)) / 2 / Math.sqrt(200) + 1e-3);
  }
});

test("what is refused", () => {
  const data = ndarray(Float64Array.of(0, 1), [2, 1]);
  expect(() => diffusionTime(data)).toThrow(/k from 1 to the 2 rows/);
  expect(() => diffusionTime(data, { k: 1, lowest: 2, highest: 1 })).toThrow(/0 < lowest < highest/);
  expect(() => diffusionTime(data, { k: 1, levels: 1 })).toThrow(/levels/);
});

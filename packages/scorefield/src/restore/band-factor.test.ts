import { normal } from "@scorefield/core";
import { expect, test } from "vitest";
import { bandFactor } from "./band-factor.ts";

test("the factor is the quantile of Student's t for one more draw", () => {
  // Quantiles of 0.95 as printed in tables: 6.314, 2.353, 1.833.
  expect(bandFactor(2)).toBeCloseTo(6.3138 * Math.sqrt(1.5), 3);
  expect(bandFactor(4)).toBeCloseTo(2.3534 * Math.sqrt(1.25), 3);
  expect(bandFactor(10)).toBeCloseTo(1.8331 * Math.sqrt(1.1), 3);
  expect(bandFactor(100_000)).toBeCloseTo(1.6449, 3);
});

test.each([2, 3, 4, 8])("the band of %d draws of a normal distribution holds 90 %% of the truths", (draws) => {
  const count = 20_000;
  const { data } = normal([count, draws + 1], { seed: draws, dtype: "float64" });
  let inside = 0;
  for (let i = 0; i < count; i++) {
    const values = data.subarray(i * (draws + 1), (i + 1) * (draws + 1) - 1);
    const mean = values.reduce((sum, value) => sum + value, 0) / draws;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws - 1));
    if (Math.abs(data[(i + 1) * (draws + 1) - 1]! - mean) <= bandFactor(draws) * deviation) inside++;
  }
  // Four standard errors.
  expect(Math.abs(inside / count - 0.9)).toBeLessThan(4 * Math.sqrt((0.9 * 0.1) / count));
});

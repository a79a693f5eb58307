import { normal, normalQuantile } from "@scorefield/core";
import { describe, expect, test } from "vitest";
import { fitDistribution, quantileMap } from "./quantile.ts";

const n = 2000;
const mapOf = (draw: (z: number) => number) =>
  quantileMap(fitDistribution(Float64Array.from({ length: n }, (_, i) => draw(normalQuantile((i + 0.5) / n)))));
const cumulative = (z: number) => {
  // Abramowitz & Stegun 26.2.17, to 7e-8.
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-z * z) / 2) * polynomial) / Math.sqrt(2 * Math.PI);
  return z > 0 ? 1 - tail : tail;
};

describe("tails of a column", () => {
  // The outermost score of 2,000 rows is 3.48.
  test("a Gaussian column stays Gaussian, a log-normal one log-normal, an exponential one exponential", () => {
    const gaussian = mapOf((z) => 50 + 3 * z);
    const logNormal = mapOf((z) => Math.exp(1.5 * z));
    const exponential = mapOf((z) => -Math.log(cumulative(-z)));
    for (const z of [4, 4.5, 5]) {
      expect(Math.abs(gaussian.toScore(50 + 3 * z, 0.5) - z)).toBeLessThan(0.1);
      expect(Math.abs(gaussian.toScore(50 - 3 * z, 0.5) + z)).toBeLessThan(0.1);
      expect(Math.abs(logNormal.toScore(Math.exp(1.5 * z), 0.5) - z)).toBeLessThan(0.1);
      expect(Math.abs(exponential.toScore(-Math.log(cumulative(-z)), 0.5) - z)).toBeLessThan(0.15);
    }
  });

  test("just beyond a crowded end is no further out than inside, and a constant neighbourhood does not blow up", () => {
    const shares = mapOf((z) => cumulative(z));
    expect(shares.toScore(1.1, 0.5)).toBeLessThan(3.48 + 1);
    expect(shares.toScore(-0.1, 0.5)).toBeGreaterThan(-3.48 - 1);
    const spiked = mapOf((z) => (z < 1 ? 0 : z));
    expect(spiked.toScore(-0.5, 0.5)).toBeLessThan(-3.48);
    expect(spiked.toScore(-0.5, 0.5)).toBeGreaterThan(-3.48 - 2);
  });

  test("any column: strictly increasing, finite, and its own inverse beyond the ends", () => {
    const z = normal([400], { seed: 4, dtype: "float64" }).data;
    const shapes: readonly ((z: number) => number)[] = [
      (z) => z,
      (z) => Math.exp(3 * z),
      (z) => z ** 9,
      (z) => Math.round(z),
      (z) => (z > -2 ? 0 : z),
      (z) => 1e300 * z,
      (z) => 1e-300 * z,
      (z) => 1 / z,
    ];
    for (const shape of shapes) {
      const column = Float64Array.from(z, shape);
      const map = quantileMap(fitDistribution(column));
      const [least, most] = [column.reduce((a, b) => Math.min(a, b)), column.reduce((a, b) => Math.max(a, b))];
      const span = most / 400 - least / 400;
      for (const side of [-1, 1]) {
        let before = map.toScore(side < 0 ? least : most, 0.5);
        for (const far of [1, 3, 10, 100, 1e3, 1e6]) {
          const value = (side < 0 ? least : most) + side * far * span;
          if (!Number.isFinite(value)) continue;
          const score = map.toScore(value, 0.5);
          expect(side * score).toBeGreaterThan(side * before);
          expect(side * score).toBeLessThan(15_000);
          const back = map.toValueBeyond(score);
          expect(Math.abs(back / span - value / span)).toBeLessThan(1e-6 * Math.abs(value / span) + 1 / span);
          before = score;
        }
      }
    }
  });
});

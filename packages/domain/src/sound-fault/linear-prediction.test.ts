import { normal } from "@scorefield/core";
import { describe, expect, test } from "vitest";
import { fillGaps, gapDeviations, predictorOf } from "./linear-prediction.ts";

/** x_t = 1.6 x_{t-1} - 0.8 x_{t-2} + e_t */
const walk = (length: number, seed: number): Float64Array => {
  const noise = normal([length], { seed, dtype: "float64" }).data;
  const x = new Float64Array(length);
  for (let t = 0; t < length; t++) x[t] = 1.6 * (x[t - 1] ?? 0) - 0.8 * (x[t - 2] ?? 0) + noise[t]!;
  return x;
};

test("the predictor of an autoregressive process is that process", () => {
  const { coefficients, variance } = predictorOf(walk(20_000, 1), 2);
  // Standard errors are about 1 / sqrt(20,000 / 2): 0.01 of coefficients, and of the variance twice that. Four of them.
  expect(Math.abs(coefficients[1]! + 1.6)).toBeLessThan(0.04);
  expect(Math.abs(coefficients[2]! - 0.8)).toBeLessThan(0.04);
  expect(Math.abs(variance - 1)).toBeLessThan(0.08);
});

describe("gaps", () => {
  test("of a sum of tones are filled to a tenth of the louder one", () => {
    const tones = Float64Array.from({ length: 1024 }, (_, t) => Math.sin(0.2 * t) + 0.5 * Math.sin(0.47 * t + 1));
    const gap = [480, 560] as const;
    const filled = fillGaps(tones, [gap], { orders: [60, 100], rounds: 6 });
    for (let t = 0; t < 1024; t++)
      expect(Math.abs(filled[t]! - tones[t]!)).toBeLessThan(t < 480 || t >= 560 ? 1e-15 : 0.1);
    // What is in the gap is not looked at.
    expect(fillGaps(tones.slice().fill(7, ...gap), [gap], { orders: [60, 100], rounds: 6 })).toEqual(filled);
  });

  test("of an autoregressive process have the errors that its deviations say", () => {
    let [squares, count] = [0, 0];
    for (let k = 0; k < 100; k++) {
      const sound = walk(400, 10 + k);
      const gap = [200, 212] as const;
      const filled = fillGaps(sound, [gap], { orders: [4] });
      const deviations = gapDeviations(filled, gap, 4);
      expect(deviations[0]!).toBeLessThan(deviations[6]!);
      // Errors of numbers beside each other are alike: one of a gap.
      squares += ((filled[206]! - sound[206]!) / deviations[6]!) ** 2;
      count++;
    }
    // The mean square of 100 normal numbers is 1 with a standard error of 0.14. Three of them, and some for a predictor that is itself found.
    expect(squares / count).toBeGreaterThan(0.58);
    expect(squares / count).toBeLessThan(1.7);
  });

  test("beside each other are filled together", () => {
    const tone = Float64Array.from({ length: 600 }, (_, t) => Math.sin(0.2 * t));
    const filled = fillGaps(
      tone,
      [
        [250, 280],
        [320, 350],
      ],
      { orders: [40], rounds: 6 },
    );
    for (let t = 0; t < 600; t++) expect(Math.abs(filled[t]! - tone[t]!)).toBeLessThan(0.1);
  });
});

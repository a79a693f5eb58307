import { describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { powerDecayAt, powerExponent } from "./power-average.ts";

describe("powerExponent", () => {
  // Karras et al. 2024, section 3.1, give 16.97 for 0.05 and 6.94 for 0.1.
  test.each([
    [0.05, 16.97],
    [0.1, 6.94],
  ])("of width %d is %d", (width, exponent) => {
    expect(powerExponent(width)).toBeCloseTo(exponent, 2);
  });

  test.each([0.003, 0.01, 0.05, 0.13, 0.2, 0.288])("its profile has the deviation %d, by quadrature", (width) => {
    const gamma = powerExponent(width);
    // Of t^gamma on (0, 1), by the midpoint rule.
    const n = 200_000;
    let [mass, first, second] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const t = (i + 0.5) / n;
      const p = t ** gamma;
      [mass, first, second] = [mass + p, first + p * t, second + p * t * t];
    }
    const mean = first / mass;
    expect(Math.sqrt(second / mass - mean * mean) / width).toBeCloseTo(1, 5);
  });

  test("refuses widths that no profile has", () => {
    for (const width of [0, -0.1, 0.2887, 1, Number.NaN]) expect(() => powerExponent(width)).toThrow(ArgumentError);
  });
});

describe("powerDecayAt", () => {
  test.each([0.05, 0.1, 0.2])("the average of theta(t) = t tends to t (gamma + 1) / (gamma + 2), width %d", (width) => {
    const gamma = powerExponent(width);
    let average = 1e9;
    const steps = 20_000;
    for (let step = 0; step < steps; step++) {
      const decay = powerDecayAt(step, gamma);
      average = decay * average + (1 - decay) * (step + 1);
    }
    // Sums differ from the integral by half a step, for any initial value.
    const limit = (steps * (gamma + 1)) / (gamma + 2);
    expect(average - limit).toBeGreaterThan(0);
    expect(average - limit).toBeLessThan(1);
  });

  test("the first step's average is its parameters", () => {
    expect(powerDecayAt(0, 6.94)).toBe(0);
  });
});

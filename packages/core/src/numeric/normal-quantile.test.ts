import { expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { normalQuantile, portableLog } from "./normal-quantile.ts";

// Roots of erfc(-z / sqrt 2) / 2 = p to 16 digits, with mpmath at 40 digits.
test.each([
  [0.3, -0.5244005127080408],
  [0.01, -2.3263478740408408],
  [1e-5, -4.264890793922825],
  [1e-10, -6.361340902404056],
  [1e-12, -7.034483825301132],
  [1e-50, -14.933337534788489],
  [0.5, 0],
])("the normal quantile at %d is %d", (p, z) => {
  expect(Math.abs(normalQuantile(p) - z)).toBeLessThanOrEqual(2e-15 * Math.abs(z));
});

test("the quantile is odd about one half", () => {
  for (const p of [0.5 + 2 ** -30, 0.75, 0.9375, 1 - 2 ** -20]) expect(normalQuantile(p)).toBe(-normalQuantile(1 - p));
});

test("the portable logarithm agrees with the engine's to two units in the last place", () => {
  for (let i = 0; i < 5000; i++) {
    const x = 2 ** (-60 + i / 40.7) * (1 + (i % 17) / 19);
    expect(Math.abs(portableLog(x) - Math.log(x))).toBeLessThanOrEqual(2 ** -51 * Math.abs(Math.log(x)));
  }
});

test.each([0, 1, -0.1, Number.NaN])("refuses the probability %d", (p) => {
  expect(() => normalQuantile(p)).toThrow(ArgumentError);
});

import { expect, test } from "vitest";
import { chiSquareTail } from "./chi-square.ts";

test.each([
  // With 2 degrees of freedom exp(-x / 2), with 4 that times (1 + x / 2); 3.841 is the 95 % quantile of 1.
  [3, 2, Math.exp(-1.5)],
  [40, 2, Math.exp(-20)],
  [0.5, 4, Math.exp(-0.25) * 1.25],
  [9, 4, Math.exp(-4.5) * 5.5],
  [3.841458820694124, 1, 0.05],
  [0, 3, 1],
])("P(X >= %s) with %s degrees of freedom", (x, k, expected) => {
  expect(chiSquareTail(x, k)).toBeCloseTo(expected, 12);
});

import { expect, test } from "vitest";
import { logGamma } from "./log-gamma.ts";

test("log gamma: factorials and halves", () => {
  expect(logGamma(11)).toBeCloseTo(Math.log(3628800), 12);
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 13);
  expect(logGamma(1)).toBeCloseTo(0, 14);
  expect(logGamma(1e-3)).toBeCloseTo(6.907178885383853, 12);
});

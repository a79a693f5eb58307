import { expect, test } from "vitest";
import { fTail, tTail } from "./f-distribution.ts";

test("tails agree with closed forms and tables", () => {
  // F(2, 2 k): P(F > f) = (1 + f / k)^-k. F(1, 1) is the square of a Cauchy variable.
  for (const k of [1, 5, 400])
    for (const f of [0.2, 1, 30]) expect(fTail(f, 2, 2 * k) / (1 + f / k) ** -k).toBeCloseTo(1, 9);
  expect(fTail(3, 1, 1)).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(Math.sqrt(3)), 12);
  expect(fTail(4.964603, 1, 10)).toBeCloseTo(0.05, 6);
  expect(tTail(1.812461, 10)).toBeCloseTo(0.05, 6);
  expect(tTail(-1.812461, 10)).toBeCloseTo(0.95, 6);
  expect(fTail(0, 3, 7)).toBe(1);
});

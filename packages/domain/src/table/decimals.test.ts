import fc from "fast-check";
import { expect, test } from "vitest";
import { decimalsOf, roundTo } from "./decimals.ts";

fc.configureGlobal({ seed: 1 });

test("decimals of columns as files write them", () => {
  expect(decimalsOf(Float64Array.of(3, -17, 0, 2 ** 53, 1e300))).toBe(0);
  expect(decimalsOf(Float64Array.of(19.99, 5, 0.1))).toBe(2);
  expect(decimalsOf(Float64Array.of(0.1 + 0.2))).toBeUndefined();
  expect(decimalsOf(Float64Array.of(1e-300))).toBeUndefined();
  expect(decimalsOf(Float32Array.of(19.99, 0.1))).toBe(2);
});

test("a number written in a few decimals is its own rounding, and the nearest to what lies around it", () => {
  const written = fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 6 }));
  fc.assert(
    fc.property(written, fc.double({ min: -0.499, max: 0.499, noNaN: true }), ([digits, decimals], off) => {
      const value = Number(`${digits}e-${decimals}`);
      expect(roundTo(value, decimals)).toBe(value);
      expect(roundTo(value + off * 10 ** -decimals, decimals)).toBe(value);
      expect(decimalsOf(Float64Array.of(value))).toBeLessThanOrEqual(decimals);
    }),
  );
});

test("0 has no sign, and numbers without decimals stay as they are", () => {
  expect(Object.is(roundTo(-0.2, 0), 0)).toBe(true);
  for (const value of [2 ** 53 + 2, -(2 ** 60), 1e300]) expect(roundTo(value, 2)).toBe(value);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { decimalsOf, quickMark } from "./quick-number.ts";

fc.configureGlobal({ seed: 1 });

test("plain numbers and their marks", () => {
  expect(["12", "-7", "3.14", "-3.5", "3,14", "-0,5"].map(quickMark)).toEqual([0, 0, 2, 3, -2, -3]);
  for (const text of ["", "-", ".5", "5.", "1e5", "1.2.3", "1,2.3", " 1", "1 ", "+1", "a", "--1", "١"])
    expect(quickMark(text), text).toBeUndefined();
});

test("decimals are those of the shortest text", () => {
  expect([3, 0.5, 1.25, 1e-7, 1.5e-7, 1e21, 123.456].map((x) => decimalsOf(x, 0))).toEqual([0, 1, 2, 7, 8, 0, 3]);
  fc.assert(
    fc.property(
      fc.integer({ min: -1e9, max: 1e9 }),
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 0, max: 8 }),
      (n, k, known) => {
        const value = n / 10 ** k;
        const written = (`${value}`.split("e")[0]!.split(".")[1] ?? "").length;
        if (!`${value}`.includes("e")) expect(Math.max(known, decimalsOf(value, known))).toBe(Math.max(known, written));
      },
    ),
  );
});

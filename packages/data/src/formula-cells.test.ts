import fc from "fast-check";
import { expect, test } from "vitest";
import { guardFormula, withoutGuard } from "./formula-cells.ts";

fc.configureGlobal({ seed: 1 });

test("what a spreadsheet runs gets an apostrophe, other text none", () => {
  for (const text of ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'=1"])
    expect(guardFormula(text)).toBe(`'${text}`);
  for (const text of ["", "a=1", "raf", "'tis", "''", "1-2", "–1"]) expect(guardFormula(text)).toBe(text);
});

test("every text comes back", () => {
  const text = fc
    .array(fc.constantFrom("'", "=", "-", "@", "\t", "a", " "), { maxLength: 6 })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.oneof(text, fc.string()), (text) => {
      expect(withoutGuard(guardFormula(text))).toBe(text);
    }),
  );
});

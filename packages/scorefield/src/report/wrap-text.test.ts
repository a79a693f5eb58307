import fc from "fast-check";
import { expect, test } from "vitest";
import { wrapText } from "./wrap-text.ts";

test("lines break at spaces, then after a joint, then anywhere", () => {
  expect(wrapText("a loss of training", 9)).toEqual(["a loss of", "training"]);
  expect(wrapText("mean_of_temperature", 8)).toEqual(["mean_of_", "temperat", "ure"]);
  expect(wrapText("short", 9)).toEqual(["short"]);
  expect(wrapText("", 9)).toEqual([""]);
});

test("no line is longer than the width, and nothing but spaces is lost", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", " ", "_", "-", "."), maxLength: 60 });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 20 }), (text, width) => {
      const lines = wrapText(text, width);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    }),
  );
});

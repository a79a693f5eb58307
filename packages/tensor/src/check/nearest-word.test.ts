import { expect, test } from "vitest";
import { nearestWord } from "./nearest-word.ts";

test.each([
  ["huen", "heun"],
  ["stpes", "steps"],
  ["Steps", "steps"],
  ["step", "steps"],
  ["xyz", undefined],
  ["", undefined],
  // A distance takes the product of two lengths: no word is this long.
  ["s".repeat(100_000), undefined],
])("%s", (word, meant) => {
  expect(nearestWord(word, ["heun", "euler", "steps"])).toBe(meant);
});

test("words of one letter are near longer ones alone", () => {
  expect(nearestWord("0", ["3", "8"])).toBeUndefined();
  expect(nearestWord("", ["3"])).toBeUndefined();
  expect(nearestWord("x", ["x1"])).toBe("x1");
});

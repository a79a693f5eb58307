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

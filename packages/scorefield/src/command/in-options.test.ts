import { expect, test } from "vitest";
import { inOptions } from "./in-options.ts";

test.each([
  [
    'Fill it in, leave rows like this out with missing: "drop", or leave the column out with exclude: ["age"].',
    "Fill it in, leave rows like this out with --missing drop, or leave the column out with --exclude age.",
  ],
  [
    'Leave columns that are not numbers out with exclude: ["name", "the town"], or name the ones to read with columns.',
    "Leave columns that are not numbers out with --exclude 'name,the town', or name the ones to learn with --columns.",
  ],
  ['name it among missingWords: ["k. A."], if', "say --missing-words 'k. A.', if"],
  ['exclude: ["a\\"b]", "it\'s"]', "--exclude 'a\"b],it'\\''s'"],
  ['ask for them with rules: ["found"]', "ask for them with --rule found"],
  ['t.csv: expected missing: "error" with a label array', "t.csv: expected --missing error with a label array"],
  [
    "expected at least one column, found none left by columns and exclude",
    "expected at least one column, found none left by --columns and --exclude",
  ],
  ["t.csv: expected a file to read, found no such file", "t.csv: expected a file to read, found no such file"],
])("%s", (message, expected) => {
  expect(inOptions(message)).toBe(expected);
});

test("a list of names that was cut short names the option alone", () => {
  const names = Array.from({ length: 40 }, (_, i) => `"c${i}"`).join(", ");
  expect(inOptions(`out with exclude: [${names}, ... (60 in all)], or`)).toBe("out with --exclude, or");
});

test("a setting of data is named as the option that was given", () => {
  const message = 'data.only.0: expected a number, found "north"';
  expect(inOptions(message, ["train", "t.csv", "--only", "north"])).toBe('--only: expected a number, found "north"');
  expect(inOptions(message, ["train", "t.csv", "--only=north"])).toBe('--only: expected a number, found "north"');
  expect(inOptions(message, ["train", "t.csv", "--set", 'data.only=["north"]'])).toBe(message);
});

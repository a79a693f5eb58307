import { expect, test } from "vitest";
import { classNamed, labelText } from "./class-named.ts";

test("a class is named by its text, or by its position where texts are no numbers", () => {
  const classes = ["cat", "dog", "2 owls"];
  expect(["cat", " dog", "2 owls", 0, "2", 1].map((label) => classNamed(label, classes))).toEqual([0, 1, 2, 0, 2, 1]);
  for (const label of ["cow", "", 3, -1, 0.5, "Cat"]) expect(classNamed(label, classes), `${label}`).toBe(-1);
});

test("classes that are numbers are named by their numbers alone", () => {
  expect(["3", 5, "5.0", "03"].map((label) => classNamed(label, ["3", "5"]))).toEqual([0, 1, 1, 0]);
  expect([0, 1, "4"].map((label) => classNamed(label, ["3", "5"]))).toEqual([-1, -1, -1]);
  expect(classNamed(0, ["cat", "7"])).toBe(-1);
  expect(classNamed("true", ["0", "1"])).toBe(1);
});

test("numbers have one text", () => {
  expect(["1.0", 1, "true", "False", "-0.50", " a ", ""].map(labelText)).toEqual(["1", "1", "1", "0", "-0.5", "a", ""]);
});

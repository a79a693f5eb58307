import { expect, test } from "vitest";
import { RecipeError } from "../errors.ts";
import { recipeFromText } from "./recipe-text.ts";

const parts = { sort: "lens", kinds: ["wide", "long"] };

test.each([
  ["wide", { kind: "wide" }],
  ["wide:angle=90", { kind: "wide", angle: 90 }],
  [
    'long:name=zoom,range=[70,200],filter={"kind":"red"}',
    { kind: "long", name: "zoom", range: [70, 200], filter: { kind: "red" } },
  ],
  ["wide:24", { kind: "wide", length: 24 }],
  ["wide:24,angle=90", { kind: "wide", length: 24, angle: 90 }],
  ['{"kind":"wide","angle":3}', { kind: "wide", angle: 3 }],
])("%s", (text, recipe) => {
  expect(recipeFromText(parts, text, { lone: () => "length" })).toEqual(recipe);
});

test.each([
  ["wid", /^lens wid: unknown lens; did you mean wide/],
  ["telescope", /known are wide, long/],
  ["wide:", /expected name=value/],
  ["wide:angle", /expected name=value/],
  ["wide:angle=", /expected name=value/],
  ["wide:kind=long", /expected name=value/],
  ["wide:a=1,a=2", /expected each setting once, found a twice/],
  ["{", /expected a recipe as JSON/],
  [3, /expected a text such as "wide", found 3/],
])("%s is refused", (text, message) => {
  expect(() => recipeFromText(parts, text as string)).toThrow(RecipeError);
  expect(() => recipeFromText(parts, text as string)).toThrow(message);
});

test("values of a form of their own, and another owner of errors", () => {
  const options = { owner: "--lens", value: (_: string, text: string) => (text === "all" ? [1, 2] : undefined) };
  expect(recipeFromText(parts, "wide:at=all,in=some", options)).toEqual({ kind: "wide", at: [1, 2], in: "some" });
  expect(() => recipeFromText(parts, "wide:at", options)).toThrow(/^--lens wide:at: expected name=value/);
});

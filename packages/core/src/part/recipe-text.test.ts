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
  expect(recipeFromText(parts, text, () => "length")).toEqual(recipe);
});

test.each([
  ["wid", /expected a kind among wide, long; found wid; did you mean wide/],
  ["wide:", /expected name=value/],
  ["wide:angle", /expected name=value/],
  ["wide:angle=", /expected name=value/],
  ["wide:kind=long", /expected name=value/],
  ["wide:a=1,a=2", /expected each setting once, found a twice/],
  ["{", /expected JSON of a recipe/],
  [3, /expected a text such as "wide", found 3/],
])("%s is refused", (text, message) => {
  expect(() => recipeFromText(parts, text as string)).toThrow(RecipeError);
  expect(() => recipeFromText(parts, text as string)).toThrow(message);
});

import { expect, test } from "vitest";
import { findDelimiter } from "./csv-delimiter.ts";
import { looksLikeHeader } from "./csv-header.ts";

const split = (text: string): string[][] => text.split("\n").map((line) => line.split(","));

test.each([
  "age,town\n31,Ulm",
  "town,band\nUlm,red\nKöln,blue\nBonn,red",
  "id,2019\n1,5",
  "a,b\n,x\n3,y",
  "when,who\n2020-01-02,Ann\n2020-01-03,Bob",
  "name\nann\nbob",
  "a,b",
])("%j has names", (text) => {
  expect(looksLikeHeader(split(text))).toBe(true);
});

test.each([
  "1,2\n3,4",
  "28.8,16.0,g\n31.6,11.7,h",
  "p,x,s\ne,x,s\np,y,s\ne,x,w",
  "yes,yes\nno,maybe\nno,no",
  "2020-01-02,Ann\n2020-01-03,Bob",
])("%j has none", (text) => {
  expect(looksLikeHeader(split(text))).toBe(false);
});

test("numbers with decimal commas are no names", () => {
  expect(
    looksLikeHeader([
      ["1,5", "2,5"],
      ["3,5", "4,5"],
    ]),
  ).toBe(false);
});

test.each([
  ["a,b,c\n1,2,3\n", ","],
  ["a;b\n1,5;2,5\n", ";"],
  ["1,5;2,5\n3,5;4,5\n", ";"],
  ["a\tb\nx, y\tz\n", "\t"],
  ["a|b|c\n1|2|3\n", "|"],
  ["id,tags\n1,x;y\n2,u\n", ","],
  ['"a;b",c\n1,2\n', ","],
  ["name, first;age\nMeier, A;3\n", ";"],
  ["only\none\n", ","],
  ["only\n1,5\n2,25\n", ";"],
  ["", ","],
])("%j", (text, delimiter) => {
  expect(findDelimiter(text)).toBe(delimiter);
});

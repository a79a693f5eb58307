import { expect, test } from "vitest";
import { delimitedText } from "./delimited-text.ts";

const written = (columns: readonly string[], rows: readonly (readonly string[])[], delimiter?: string): string =>
  [...delimitedText(columns, rows.length, (row, column) => rows[row]![column]!, delimiter)].join("");

test("texts with delimiters, quotes and line ends are quoted, others are as they are", () => {
  expect(
    written(
      ["a", "b"],
      [
        ["x, y", 'say "no"'],
        ["1", ""],
        ["two\nlines", "plain text"],
      ],
    ),
  ).toBe('a,b\n"x, y","say ""no"""\n1,\n"two\nlines",plain text\n');
  expect(written(["a", "b"], [["3,5", "x;y"]], ";")).toBe('a;b\n3,5;"x;y"\n');
  expect(written(["a", "b"], [["3,5", "x"]])).toBe('a,b\n"3,5",x\n');
});

test("no text is a formula, and negative numbers stay numbers", () => {
  expect(written(["=a"], [["=1+1"], ["-5"], ["-"], ["+0.5e3"]])).toBe("'=a\n'=1+1\n-5\n'-\n+0.5e3\n");
});

test("an empty cell of a single column is a row all the same", () => {
  expect(written(["a"], [["1"], [""], ["3"]])).toBe('a\n1\n""\n3\n');
});

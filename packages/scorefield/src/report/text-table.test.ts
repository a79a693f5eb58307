import { expect, test } from "vitest";
import { shortNumber } from "./number-text.ts";
import { textTable } from "./text-table.ts";

test("columns align, without limit where there is no terminal", () => {
  expect(
    textTable([
      ["name", "n"],
      ["a", "12"],
      ["long", "3"],
    ]),
  ).toBe("name   n\n----  --\na     12\nlong   3");
  const long = "x".repeat(300);
  expect(textTable([["name"], [long]]).split("\n")[0]).toHaveLength(300);
});

const rows = [
  ["measure", "good is", "samples", "95 % interval", "real"],
  ["nearer to training", "near real", "0.573", "−0.465 to 0.69", "0.5"],
  ["mean_of_a_column_with_a_long_name", "small", "12,345,678", "0.1 to 0.2", "0.25"],
];

test.each([40, 80, 200])("a table fits %d columns; every number is whole, every name there", (width) => {
  const text = textTable(rows, { width });
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(width);
  for (const cell of rows.flatMap((row) => row.slice(1)).filter((cell) => /\d/.test(cell) && !cell.includes("%")))
    expect(text).toContain(cell);
  // Broken names read on in the lines below.
  const names = text.split("\n\n").map((block) =>
    block
      .split("\n")
      .map((line) =>
        line
          .slice(
            0,
            block
              .split("\n")
              .find((l) => l.startsWith("---"))!
              .indexOf(" "),
          )
          .trim(),
      )
      .join(""),
  );
  for (const name of names) expect(name).toContain("mean_of_a_column_with_a_long_name");
});

test("at 80 columns the heads are broken before the table is", () => {
  expect(textTable(rows, { width: 80 }).split("\n\n")).toHaveLength(1);
  expect(textTable(rows, { width: 40 }).split("\n\n").length).toBeGreaterThan(1);
});

test("numbers are short, with the minus sign of people", () => {
  expect([0, 0.04123, 12.345, 1234.5, 1.2e-7, -0.5, 2e7, Number.NEGATIVE_INFINITY].map(shortNumber)).toEqual([
    "0",
    "0.0412",
    "12.3",
    "1230",
    "1.2e\u22127",
    "\u22120.5",
    "2.0e+7",
    "\u2212Infinity",
  ]);
});

test("a hundred thousand rows are a table too", () => {
  const many = [["n"], ...Array.from({ length: 200_000 }, (_, i) => [`${i}`])];
  expect(textTable(many).endsWith("199999")).toBe(true);
});

import { ArgumentError } from "@scorefield/core";
import { DataError } from "@scorefield/data";
import { expect, test } from "vitest";
import { cellsOf } from "./cells.case.ts";
import { findColumns } from "./find-columns.ts";

const rows = 600;
/** Cells that go round a list. */
const cycle = (...cells: readonly string[]) => Array.from({ length: rows }, (_, i) => cells[i % cells.length]!);
const each = (cell: (i: number) => string) => Array.from({ length: rows }, (_, i) => cell(i));
/** Not in the order of rows. */
const mixed = (i: number): number => (i * 7919) % 601;

const kindOf = (cells: readonly string[], name = "a", kinds: readonly string[] = []) => {
  const other = cells.map((_, i) => `${(i * 0.37) % 5.1}`);
  const found = findColumns(cellsOf({ [name]: cells, other }), { kinds });
  const column = found.columns.find((column) => column.name === name);
  return column?.kind ?? `left out: ${found.leftOut[0]!.why}`;
};

test.each([
  ["measurements, all different", each((i) => `${(mixed(i) / 7).toFixed(4)}`), "number"],
  ["prices", each((i) => `${(mixed(i) / 4).toFixed(2)}`), "number"],
  ["tolls of few amounts that are on no grid", cycle("0.0", "5.76", "2.64", "12.11"), "number"],
  ["counts", each((i) => `${mixed(i) % 60}`), "whole"],
  ["years", each((i) => `${1950 + (mixed(i) % 70)}`), "whole"],
  ["grades", cycle("1", "2", "3", "4", "5"), "ordered"],
  ["sizes in halves", cycle("6.5", "7", "7.5", "8"), "ordered"],
  ["words of a scale", cycle("low", "high", "medium"), "ordered"],
  ["clothes", cycle("S", "M", "XL", "L"), "ordered"],
  ["schooling, whose order is not known", cycle("HS-grad", "Masters", "Bachelors"), "category"],
  ["cities", cycle("Paris", "Rome", "Oslo"), "category"],
  ["codes with zeros before them", cycle("01234", "10115", "00501"), "category"],
  ["numbers and letters", cycle("1", "2", "A"), "category"],
  ["200 categories of 3 rows each", each((i) => `c${i % 200}`), "category"],
  ["yes and no", cycle("yes", "no", "yes"), "yes-no"],
  ["answers in several ways", cycle("Yes", "NO", "no", "yes"), "yes-no"],
  ["true and false", cycle("True", "False"), "yes-no"],
  ["0 and 1", cycle("0", "1", "1"), "yes-no"],
  ["letters", cycle("y", "n"), "yes-no"],
  ["m and f", cycle("m", "f"), "category"],
  ["1 and 2", cycle("1", "2"), "ordered"],
  ["days", each((i) => `2024-${`${1 + (i % 12)}`.padStart(2, "0")}-1${i % 10}`), "date"],
  ["days that begin with the day", each((i) => `${1 + (i % 28)}/0${1 + (i % 9)}/2024`), "date"],
  ["times", each((i) => `2024-01-02 03:0${i % 10}:05`), "date"],
  ["days without marks", each((i) => `2024${`${1 + (i % 12)}`.padStart(2, "0")}1${i % 10}`), "date"],
  ["one number", cycle("7"), "constant"],
  ["one text", cycle("here"), "constant"],
  ["one text, or nothing", cycle("x", ""), "category"],
  ["a running number", each((i) => `${1 + ((i * 7) % 600)}`), "left out: a running number, 1 to 600"],
  ["a running number from elsewhere", each((i) => `${10_001 + i}`), "left out: a running number, 10,001 to 10,600"],
  [
    "codes of rows",
    each((i) => `0${1000 + ((i * 7) % 601)}`),
    "left out: codes that name the row, another in every row",
  ],
  ["codes of half of the rows", each((i) => `0${100 + (i % 400)}`), "left out: codes, 400 different in 600 rows"],
  ["names", each((i) => `name ${i}`), "left out: texts that name the row, another in every row"],
  ["remarks", each((i) => `text ${i % 400}`), "left out: free text, 400 different in 600 rows"],
  [
    "identifiers of computers, some twice",
    each((i) => `6fa459ea-ee8a-3ca4-894e-db77e1${`${100_000 + (i % 90)}`}`),
    "left out: identifiers that computers made",
  ],
  ["nothing", cycle("", "NA", "?"), "left out: no cell has a value"],
])("%s", (_, cells, kind) => {
  expect(kindOf(cells)).toBe(kind);
});

test("what a column is called tells numbers apart that look alike", () => {
  const numbers = each((i) => `${3 * mixed(i) + 5}`);
  expect(kindOf(numbers, "customer_id")).toMatch(/names the row/);
  expect(kindOf(numbers, "weight")).toBe("whole");
  expect(
    kindOf(
      each((i) => `${(3 * mixed(i)) / 7}`),
      "id",
    ),
  ).toBe("number");
  expect(kindOf(cycle("1", "2", "3"), "cluster")).toBe("category");
  expect(kindOf(cycle("10115", "20095", "80331"), "zip")).toBe("category");
  expect(
    kindOf(
      Array.from({ length: 31 }, (_, i) => `${1990 + i}`),
      "year",
    ),
  ).toBe("whole");
});

test("whole numbers of few rows are no levels", () => {
  expect(kindOf(["1", "2", "3", "4", "2", "1", "4", "3"])).toBe("whole");
});

test("a person's word goes", () => {
  const grades = cycle("1", "2", "3");
  expect(kindOf(grades, "a", ["a=whole"])).toBe("whole");
  expect(kindOf(grades, "a", ["a=number"])).toBe("number");
  expect(kindOf(grades, "a", ["a=category"])).toBe("category");
  expect(kindOf(grades, "a", ["a=leave-out"])).toBe("left out: as you said");
  const words = findColumns(cellsOf({ a: cycle("soft", "hard", "") }), { kinds: { a: "ordered:soft<hard" } });
  expect(words.columns).toEqual([{ name: "a", kind: "ordered", levels: ["soft", "hard"], missing: true }]);
  expect(() => kindOf(grades, "a", ["a=hole"])).toThrow(ArgumentError);
  expect(() => kindOf(grades, "a", ["a=hole"])).toThrow(
    /expected one of number, whole, .* found hole; did you mean whole\?/,
  );
  expect(() => kindOf(grades, "a", ["b=whole"])).toThrow(DataError);
  expect(() => kindOf(grades, "a", ["whole"])).toThrow(/as in age=whole, found "whole"/);
  expect(() => kindOf(cycle("1.5", "2"), "a", ["a=whole"])).toThrow(
    /row 2, column "a": expected a whole number, found "1.5"/,
  );
  expect(() => kindOf(cycle("soft", "hard"), "a", ["a=ordered"])).toThrow(/levels whose order is known.*a=ordered:/);
  expect(() => kindOf(cycle("soft", "hrd"), "a", ["a=ordered:soft<hard"])).toThrow(/row 3.*did you mean hard/);
  expect(() => kindOf(cycle("x", "y"), "a", ["a=date"])).toThrow(/expected dates/);
});

test("rows are numbers, codes, milliseconds, and NaN where a cell is missing", () => {
  const { columns, rows, report } = findColumns(
    cellsOf({
      size: ["small", "large", "", "small"],
      day: ["2024-01-02", "2024-01-01", "2024-01-03", "?"],
      price: ["1.50", "", "3.25", "2.00"],
      both: ["b", "a", "b", "b"],
    }),
  );
  expect(columns).toEqual([
    { name: "size", kind: "ordered", levels: ["small", "large"], missing: true },
    { name: "day", kind: "date", missing: true, time: false, format: "YYYY-MM-DD", unit: 86_400_000 },
    { name: "price", kind: "number", decimals: 2, leastDecimals: 2, missing: true },
    { name: "both", kind: "category", levels: ["a", "b"], missing: false },
  ]);
  const day = Date.UTC(2024, 0, 1);
  const { NaN: none } = Number;
  expect(rows.shape).toEqual([4, 4]);
  expect([...rows.data]).toEqual([
    0,
    day + 86_400_000,
    1.5,
    1,
    1,
    day,
    none,
    0,
    none,
    day + 2 * 86_400_000,
    3.25,
    1,
    0,
    none,
    2,
    1,
  ]);
  expect(report.columns[0]).toMatchObject({ kind: "ordered", missing: 0.25, levels: 2, least: "small", most: "large" });
  expect(report.columns[1]).toMatchObject({ least: "2024-01-01", most: "2024-01-03" });
  expect(report.columns[3]).toMatchObject({
    common: [
      { level: "b", share: 0.75 },
      { level: "a", share: 0.25 },
    ],
  });
});

test("what cannot be modelled is refused, saying what to do", () => {
  const many = Array.from({ length: 4000 }, (_, i) => `k${i % 1500}`);
  expect(() => findColumns(cellsOf({ many }))).toThrow(
    /column "many": expected a category of at most 1,000 levels, found 1,500 different ones\. Group them/,
  );
  const dirty = Array.from({ length: 400 }, (_, i) => (i === 7 ? "n.d." : `${i * i}`));
  expect(() => findColumns(cellsOf({ dirty }))).toThrow(
    /row 9, column "dirty": expected a number, as in 399 cells of the column, found the text "n\.d\."\. Correct it/,
  );
  expect(() => findColumns(cellsOf({ a: ["", "?"] }))).toThrow(/at least one column to model, found a: no cell/);
  expect(() => findColumns(cellsOf({ a: [] }))).toThrow(/at least one row/);
});

test("200 yes-no columns, and categories alone", () => {
  const names = Array.from({ length: 200 }, (_, j) => `q${j}`);
  const { columns } = findColumns(
    cellsOf(Object.fromEntries(names.map((name, j) => [name, each((i) => (mixed(i + j) % 2 === 0 ? "yes" : "no"))]))),
  );
  expect(columns).toHaveLength(200);
  expect(columns.every(({ kind, levels }) => kind === "yes-no" && levels!.join() === "no,yes")).toBe(true);
});

test("an order of day and month that nothing tells is said, and can be told", () => {
  const cells = cellsOf({ when: ["01/02/2024", "03/04/2024", "05/05/2024"] });
  const found = findColumns(cells);
  expect(found.rows.data[0]).toBe(Date.UTC(2024, 1, 1));
  expect(found.remarks).toEqual([
    'when: no date tells whether the day or the month comes first; the day was taken to, as 01/02/2024 is 1 February 2024. If it does not, say so with kinds: ["when=month-first"]',
  ]);
  const told = findColumns(cells, { kinds: ["when=month-first"] });
  expect([told.rows.data[0], told.remarks, told.columns[0]!.format]).toEqual([Date.UTC(2024, 0, 2), [], "MM/DD/YYYY"]);
});

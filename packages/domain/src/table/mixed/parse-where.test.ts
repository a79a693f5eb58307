import { ArgumentError } from "@scorefield/core";
import { describe, expect, test } from "vitest";
import type { TableColumn } from "../table-column.ts";
import { parseWhere } from "./parse-where.ts";

const columns: readonly TableColumn[] = [
  { name: "age", kind: "whole", missing: false },
  { name: "age >= 18", kind: "yes-no", levels: ["no", "yes"], missing: false },
  { name: "city", kind: "category", levels: ["Paris", "Rome", "Washington, DC", "L'Aquila"], missing: true },
  { name: "grade", kind: "ordered", levels: ["low", "medium", "high"], missing: false },
  { name: "doors", kind: "ordered", levels: ["2", "4", "5"], numbers: [2, 4, 5], missing: false },
  { name: "capital-gain", kind: "number", missing: true },
  { name: "visit", kind: "date", missing: false, time: true },
  { name: "born", kind: "date", missing: false, time: false },
];

const codeOf = ({ name, kind, levels }: TableColumn, text: string): number => {
  const value = levels ? levels.indexOf(text) : kind === "date" ? Date.parse(`${text}Z`) : Number(text);
  if (Number.isNaN(value) || (levels && value < 0)) throw new ArgumentError(`column ${name}: found ${text}`);
  return value;
};
const parse = (text: string) => parseWhere(text, columns, codeOf);
const day = 86_400_000;

describe("conditions as people write them", () => {
  test.each([
    ["age>=30", { column: "age", low: 30, lowOpen: false }],
    ["age < 30.5", { column: "age", high: 30.5, highOpen: true }],
    ["age == 30", { column: "age", is: 30 }],
    ["age >= 18 = yes", { column: "age >= 18", is: 1 }],
    ["city=Paris", { column: "city", is: 0 }],
    ["city = Paris | Rome", { column: "city", is: [0, 1] }],
    ['"city" = "Washington, DC"|Rome', { column: "city", is: [2, 1] }],
    ["city = L'Aquila", { column: "city", is: 3 }],
    ["city != Paris", { column: "city", is: [1, 2, 3] }],
    ["city = missing", { column: "city", missing: true }],
    ["capital-gain != missing", { column: "capital-gain", missing: false }],
    ["capital-gain>-5e3", { column: "capital-gain", low: -5000, lowOpen: true }],
    ["grade ≥ medium", { column: "grade", low: 1, lowOpen: false }],
    ["doors >= 3", { column: "doors", low: 1 }],
    ["doors < 4", { column: "doors", high: 0 }],
    ["doors > 9", { column: "doors", low: 3 }],
    ["visit = 2020-01-01", { column: "visit", low: Date.UTC(2020), high: Date.UTC(2020) + day, highOpen: true }],
    ["visit <= 2020-01-01", { column: "visit", high: Date.UTC(2020) + day, highOpen: true }],
    ["visit > 2020-01-01", { column: "visit", low: Date.UTC(2020) + day }],
    ["visit >= 2020-01-01T12:00", { column: "visit", low: Date.UTC(2020, 0, 1, 12), lowOpen: false }],
    ["born = 2020-01-01", { column: "born", is: Date.UTC(2020) }],
  ])("%s", (text, condition) => {
    expect(parse(text)).toEqual([condition]);
  });

  test("several are between commas", () => {
    expect(parse('age>=30, age<40,city="Washington, DC"').map(({ column }) => column)).toEqual(["age", "age", "city"]);
  });

  test.each([
    ["cty=Paris", /a column among .*found cty; did you mean city/],
    ["age", /a relation such as/],
    ["age>=1,50", /condition "50": expected a column among .*, found 50\. A value with a comma stands in quotes/],
    ["age>=", /a value after/],
    ["city>Rome", /has no order/],
    ["age!=30", /expected a range/],
    ["age>=30|40", /one bound/],
    ["visit=2020-01-01|2020-01-02", /one day/],
    ["age>=30,", /each side of a comma/],
    ["", /each side of a comma/],
    ["city=Roma", /found Roma/],
  ])("%s is refused", (text, message) => {
    expect(() => parse(text)).toThrow(ArgumentError);
    expect(() => parse(text)).toThrow(message);
  });
});

import { ArgumentError } from "@scorefield/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TableColumn } from "../table-column.ts";
import { parseRule } from "./parse-rule.ts";
import { nameText, sumText } from "./rule-text.ts";

const number = (name: string, decimals?: number): TableColumn => ({
  name,
  kind: "number",
  ...(decimals !== undefined && { decimals }),
  missing: false,
});
const whole = (name: string): TableColumn => ({ name, kind: "whole", missing: false });
const date = (name: string, time = false): TableColumn => ({ name, kind: "date", time, missing: false });

const columns: TableColumn[] = [
  ...["Low", "Open", "High", "profit", "sales", "costs"].map((name) => number(name, 2)),
  ...["a", "b", "total", "Capital gain", "education-num", 'odd "name"', "tick`ed", "n"].map(whole),
  number("measured"),
  date("start"),
  date("end"),
  date("pickup", true),
  date("dropoff", true),
  { name: "city", kind: "category", levels: ["Paris", "Rome"], missing: false },
  { name: "size", kind: "ordered", levels: ["small", "large"], missing: false },
  { name: "stars", kind: "ordered", levels: ["1", "2", "5"], numbers: [1, 2, 5], missing: false },
];
const parsed = (text: string) => parseRule(text, columns).map(({ kind: _, text: __, ...rule }) => rule);

describe("parseRule", () => {
  it("reads orders in both directions", () => {
    expect(parsed("end >= start")).toEqual([{ coefficients: { start: 1, end: -1 }, relation: "<=", constant: 0 }]);
    expect(parsed("Low <= Open")).toEqual([{ coefficients: { Low: 1, Open: -1 }, relation: "<=", constant: 0 }]);
    expect(parsed("Low ≤ Open")).toEqual(parsed("Open ≥ Low"));
  });

  it("reads equalities, and gathers columns of both sides", () => {
    const sum = { coefficients: { a: 1, b: 1, total: -1 }, relation: "=", constant: 0 };
    expect(parsed("a + b = total")).toEqual([sum]);
    expect(parsed("a + b == total")).toEqual([sum]);
    expect(parsed("profit = sales - costs")).toEqual([
      { coefficients: { profit: 1, sales: -1, costs: 1 }, relation: "=", constant: 0 },
    ]);
    expect(parsed("a + 3 <= 2 * b + 5 - a")).toEqual([{ coefficients: { a: 2, b: -2 }, relation: "<=", constant: 2 }]);
  });

  it("reads coefficients, brackets, divisions and signs", () => {
    const rule = [{ coefficients: { a: 2, b: -0.5 }, relation: "<=", constant: 10 }];
    expect(parsed("2*a - 0.5*b <= 10")).toEqual(rule);
    expect(parsed("a * 2 - b / 2 <= 1e1")).toEqual(rule);
    expect(parsed("-(b/2 - 2a)".replace("2a", "2*a").concat(" <= 10"))).toEqual(rule);
    expect(parsed("0.1*a + 0.2*a <= .3")).toEqual([{ coefficients: { a: 0.3 }, relation: "<=", constant: 0.3 }]);
  });

  it("reads names with spaces, hyphens and quotes", () => {
    const expected = { relation: "<=", constant: 0 };
    expect(parsed('"Capital gain" <= a')).toEqual([{ coefficients: { a: -1, "Capital gain": 1 }, ...expected }]);
    expect(parsed("`Capital gain` <= a")).toEqual(parsed('"Capital gain" <= a'));
    expect(parsed("Capital gain <= a")).toEqual(parsed('"Capital gain" <= a'));
    expect(parsed("education-num <= a")).toEqual([{ coefficients: { a: -1, "education-num": 1 }, ...expected }]);
    expect(parsed('"odd ""name""" <= a')).toEqual([{ coefficients: { a: -1, 'odd "name"': 1 }, ...expected }]);
    expect(parsed("`tick``ed` <= a")).toEqual([{ coefficients: { a: -1, "tick`ed": 1 }, ...expected }]);
  });

  it("makes one rule of each comparison of a chain", () => {
    const chain = parseRule("Low <= Open <= High", columns);
    expect(chain.map(({ text }) => text)).toEqual(["Low <= Open", "Open <= High"]);
    expect(chain.map(({ coefficients }) => coefficients)).toEqual([
      { Low: 1, Open: -1 },
      { Open: 1, High: -1 },
    ]);
  });

  it("reads < with one step of the columns between", () => {
    expect(parsed("a < b")).toEqual([{ coefficients: { a: 1, b: -1 }, relation: "<=", constant: -1 }]);
    expect(parsed("High > Low")).toEqual([{ coefficients: { Low: 1, High: -1 }, relation: "<=", constant: -0.01 }]);
    expect(parsed("a + 0.5*b < 3")).toEqual([{ coefficients: { a: 1, b: 0.5 }, relation: "<=", constant: 2.5 }]);
    expect(parsed("start < end")).toEqual([{ coefficients: { start: 1, end: -1 }, relation: "<=", constant: -864e5 }]);
    expect(() => parseRule("measured < a", columns)).toThrow(/character 10: expected <= in place of </);
  });

  it("reads durations and dates beside dates", () => {
    expect(parsed("end <= start + 2 days")).toEqual([
      { coefficients: { start: -1, end: 1 }, relation: "<=", constant: 2 * 864e5 },
    ]);
    expect(parsed("start >= 2024-01-31")).toEqual([
      { coefficients: { start: -1 }, relation: "<=", constant: -Date.UTC(2024, 0, 31) },
    ]);
    expect(parsed("pickup >= 2024-01-31T10:30")).toEqual([
      { coefficients: { pickup: -1 }, relation: "<=", constant: -Date.UTC(2024, 0, 31, 10, 30) },
    ]);
    expect(parsed("dropoff - pickup <= 2 * 3 hours")[0]!.constant).toBe(6 * 36e5);
    expect(() => parseRule("end <= start + 2", columns)).toThrow(/character 16: expected a duration such as 2 days/);
    expect(() => parseRule("a <= 2 days", columns)).toThrow(
      /character 6: expected a number, as no column here is a date/,
    );
    expect(() => parseRule("start >= 2024-13-31", columns)).toThrow(/expected a date such as 2024-01-31/);
  });

  it("reads what an equality may be off by", () => {
    expect(parsed("total = a + b within 1")).toEqual([
      { coefficients: { a: -1, b: -1, total: 1 }, relation: "=", constant: 0, within: 1 },
    ]);
    expect(() => parseRule("a <= b within 1", columns)).toThrow(/expected within after an equality only/);
  });

  it("takes levels that are numbers", () => {
    expect(parsed("stars <= 3")).toEqual([{ coefficients: { stars: 1 }, relation: "<=", constant: 3 }]);
    expect(() => parseRule("stars < 3", columns)).toThrow(ArgumentError);
  });

  it.each([
    ["end >= strat", /character 8: expected a column among .*; found strat; did you mean start\?/],
    ['"Capital gian" <= a', /character 1: .*did you mean Capital gain\?/],
    ["city <= a", /character 1: expected a column of numbers or dates; city is of kind category/],
    ["size <= a", /size is ordered by levels that are no numbers/],
    ["a * b <= 3", /character 3: found a product of columns/],
    ["a / b <= 3", /character 3: found a quotient of columns/],
    ["a / 0 <= 3", /division by 0/],
    ["a + b", /character 6: expected one of <= >= = < >; found the end/],
    ["a <=", /character 5: expected a column or a number, found the end/],
    ["a <= b b", /character 8: expected \+ - \* \/ or the end, found b/],
    ["a != b", /character 3: .*found !=, which no nearest row keeps/],
    ["a <= a", /expected a column that does not cancel out/],
    ["1 <= 2", /expected a column that does not cancel out/],
    ["(a + b <= 3", /expected \), found <=/],
    ["`a <= 3", /expected a closing `/],
    ["a % b", /character 3: expected a column, a number, .*; found %/],
    ["", /character 1: expected a column or a number, found the end/],
    ["a <= 1e999", /expected a finite number/],
  ])("refuses %j", (text, message) => {
    expect(() => parseRule(text, columns)).toThrow(ArgumentError);
    expect(() => parseRule(text, columns)).toThrow(message);
  });

  it("reads back what rules are written as, whatever the names", () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 4 });
    const size = fc.integer({ min: -99, max: 99 }).map((value) => value / 10);
    fc.assert(
      fc.property(names, fc.array(size, { minLength: 4, maxLength: 4 }), size, (known, sizes, constant) => {
        const table = known.map(whole);
        const terms = known.map((name, k) => [name, sizes[k]! || 1] as const);
        const text = `${sumText(terms.slice(1), constant)} <= ${sumText(terms.slice(0, 1))}`;
        const [rule] = parseRule(text, table);
        const expected = terms.map(([name, by], k) => [name, k === 0 ? -by : by]);
        expect(Object.entries(rule!.coefficients).sort()).toEqual(expected.sort());
        expect(rule!.constant).toBe(-constant + 0);
        expect(nameText("plain")).toBe("plain");
      }),
      { seed: 1 },
    );
  });
});

import { ArgumentError } from "@scorefield/core";
import { describe, expect, it } from "vitest";
import type { TableColumn } from "../table-column.ts";
import { checkRules } from "./check-rules.ts";
import { parseRule } from "./parse-rule.ts";
import type { LinkRule, TableRule } from "./rule.ts";

const whole = (name: string): TableColumn => ({ name, kind: "whole", missing: false });
const columns: TableColumn[] = [
  ...["a", "b", "c"].map(whole),
  { name: "price", kind: "number", decimals: 2, missing: false },
  { name: "measured", kind: "number", missing: false },
  { name: "start", kind: "date", missing: false },
  { name: "end", kind: "date", missing: false },
];
const rulesOf = (...texts: string[]): TableRule[] => texts.flatMap((text) => parseRule(text, columns));
const link = (from: string, to: string): LinkRule => ({
  kind: "determines",
  from,
  to,
  map: [[0, 0]],
  text: `${from} determines ${to}`,
});

describe("checkRules", () => {
  it("takes rules that can hold together", () => {
    checkRules(columns, rulesOf("a <= b <= c", "a + b = c", "price >= 0", "start <= end", "c <= 1000"));
    checkRules(columns, rulesOf("2*a = 2*b + 4", "price = 0.5*a", "a = b within 2"));
    checkRules(columns, rulesOf("start >= 2020-01-01", "end <= 2030-01-01", "end >= start + 1 days"));
    checkRules(columns, [link("a", "b"), link("b", "c")]);
    checkRules(columns, []);
  });

  it("names the fewest rules that contradict each other", () => {
    const check = () => checkRules(columns, rulesOf("a <= c", "a >= b + 1", "price <= 3", "b >= a", "a + c = 7"));
    expect(check).toThrow(ArgumentError);
    expect(check).toThrow(/found "a >= b \+ 1" and "b >= a"; leave one of them out/);
    expect(() => checkRules(columns, rulesOf("a < b < c < a"))).toThrow(/can hold together/);
    expect(() => checkRules(columns, rulesOf("a + b = 3", "2*a + 2*b = 8"))).toThrow(/hold/);
    expect(() => checkRules(columns, rulesOf("a = b within 1", "a >= b + 2"))).toThrow(/can hold together/);
    expect(() => checkRules(columns, rulesOf("start < end", "end <= start"))).toThrow(/can hold together/);
  });

  it("refuses equalities that decimals cannot keep", () => {
    expect(() => checkRules(columns, rulesOf("2*a = 2*b + 1"))).toThrow(/multiple of 2, and 1 is none/);
    expect(() => checkRules(columns, rulesOf("price = 0.005"))).toThrow(/multiple of 0.01/);
    checkRules(columns, rulesOf("measured = 0.005"));
  });

  it("refuses circles, and columns that are determined twice", () => {
    expect(() => checkRules(columns, [link("a", "b"), link("b", "c"), link("c", "a")])).toThrow(/in a circle/);
    expect(() => checkRules(columns, [link("a", "b"), link("c", "b")])).toThrow(/one rule that determines b/);
  });
});

import { expect, test } from "vitest";
import type { TableColumn } from "../table-column.ts";
import { parseRule } from "./parse-rule.ts";
import { differentRules } from "./same-rule.ts";

const columns: TableColumn[] = ["a", "b", "c"].map((name) => ({ name, kind: "number", decimals: 2, missing: false }));
const different = (...texts: readonly string[]) =>
  differentRules(texts.flatMap((text) => parseRule(text, columns))).map(({ text }) => text);

test("rules that say the same up to a factor are one, the first of them", () => {
  expect(different("a <= b", "b >= a", "2*b >= 2*a", "b <= a", "a <= b + 1")).toEqual([
    "a <= b",
    "b <= a",
    "a <= b + 1",
  ]);
  expect(different("c = a + b", "a = c - b", "a + b - c = 0", "-2*a = 2*b - 2*c")).toEqual(["c = a + b"]);
  expect(different("c = a + b within 0.1", "10*c = 10*a + 10*b within 1", "c = a + b")).toEqual([
    "c = a + b within 0.1",
    "c = a + b",
  ]);
  const link = { kind: "determines", from: "a", to: "b", map: [], text: "a determines b" } as const;
  expect(differentRules([link, { ...link, text: "again" }, { ...link, from: "b", to: "a" }])).toHaveLength(2);
});

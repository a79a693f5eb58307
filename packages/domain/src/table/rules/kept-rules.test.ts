import { ArgumentError } from "@scorefield/core";
import { DataError } from "@scorefield/data";
import { fromNested } from "@scorefield/tensor";
import { describe, expect, it } from "vitest";
import type { TableColumn } from "../table-column.ts";
import { checkKeptRules, keepRules, keptRules } from "./kept-rules.ts";

const columns: TableColumn[] = [
  { name: "city", kind: "category", levels: ["Paris", "Rome", "Nice"], missing: false },
  { name: "its country", kind: "category", levels: ["France", "Italy"], missing: false },
  { name: "low", kind: "number", decimals: 1, missing: true },
  { name: "high", kind: "number", decimals: 1, missing: false },
];
const rows = fromNested(
  [
    [0, 0, 1.5, 2.5],
    [1, 1, 0.5, 0.5],
    [2, 0, Number.NaN, 9],
    [0, 0, 3, 4.5],
  ],
  "float64",
);
const texts = ["city determines its country", "low <= high"];

describe("keptRules", () => {
  it("reads links with the pairs of the rows, and scales", () => {
    const { rules, scales } = keptRules(texts, rows, columns);
    expect(rules[0]).toEqual({
      kind: "determines",
      from: "city",
      to: "its country",
      map: [
        [0, 0],
        [1, 1],
        [2, 0],
      ],
      text: "city determines its country",
    });
    expect(scales.ranges).toEqual({ low: [0.5, 3], high: [0.5, 9] });
    expect(keptRules(['city determines "its country"'], rows, columns).rules[0]).toMatchObject({ to: "its country" });
  });

  it("keeps rules, and counts rows that broke them before and after", () => {
    const kept = keptRules(texts, rows, columns);
    const samples = fromNested(
      [
        [0, 1, 2, 1],
        [1, 1, 1, 2],
      ],
      "float64",
    );
    const { rows: moved, before, after } = keepRules(samples, columns, kept);
    expect(before).toMatchObject({ rows: 2, broken: 1, share: 0.5 });
    expect(before.rules).toEqual([
      { text: texts[0], rows: 2, broken: 1, share: 0.5, largest: 0 },
      { text: texts[1], rows: 2, broken: 1, share: 0.5, largest: 1 },
    ]);
    expect(after.broken).toBe(0);
    expect([...moved.data.subarray(4)]).toEqual([1, 1, 1, 2]);
    expect(moved.data[1]).toBe(0);
  });

  it("survives JSON, and refuses what is no rules", () => {
    const kept = keptRules(texts, rows, columns);
    const stored = JSON.parse(JSON.stringify(kept));
    expect(checkKeptRules(stored, columns)).toEqual(kept);
    for (const wrong of [
      undefined,
      [],
      { rules: [] },
      { ...stored, rules: [{ kind: "linear", coefficients: { low: "1" }, relation: "<=", constant: 0, text: "" }] },
      { ...stored, rules: [{ ...stored.rules[1], relation: ">" }] },
      { ...stored, rules: [{ ...stored.rules[1], coefficients: { other: 1 } }] },
      { ...stored, rules: [{ ...stored.rules[0], map: [[0]] }] },
      { ...stored, scales: { ...stored.scales, deviations: { low: 0 } } },
      { ...stored, scales: { ...stored.scales, ranges: { low: [1] } } },
    ])
      expect(() => checkKeptRules(wrong, columns)).toThrow(ArgumentError);
  });

  it.each([
    ["city determines its contry", /character 17: expected a column among .*found its/],
    ["city + low determines high", /character 6: expected one column, found \+/],
    ["city determines city", /expected two columns, found city twice/],
    ["2 determines city", /character 1: expected a column, found 2/],
  ])("refuses %j", (text, message) => {
    expect(() => keptRules([text], rows, columns)).toThrow(ArgumentError);
    expect(() => keptRules([text], rows, columns)).toThrow(message);
  });

  it("refuses a link that the rows do not have, naming the row", () => {
    const check = () => keptRules(["its country determines city"], rows, columns);
    expect(check).toThrow(DataError);
    expect(check).toThrow(
      /row 3, column "city": expected Paris, as in an earlier row where its country is France, found Nice/,
    );
    expect(() => keptRules(["low <= high", "low >= high + 1"], rows, columns)).toThrow(/can hold together/);
  });
});

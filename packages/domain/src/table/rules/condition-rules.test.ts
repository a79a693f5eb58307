import { fromNested } from "@scorefield/tensor";
import { describe, expect, test } from "vitest";
import type { TableColumn } from "../table-column.ts";
import { conditionRules } from "./condition-rules.ts";
import { keepRules, keptRules } from "./kept-rules.ts";

const day = 864e5;
const columns: TableColumn[] = [
  { name: "count", kind: "whole", missing: false },
  { name: "price", kind: "number", decimals: 2, missing: false },
  { name: "weight", kind: "number", missing: false },
  { name: "start", kind: "date", missing: false },
  { name: "size", kind: "ordered", levels: ["1", "2"], numbers: [1, 2], missing: false },
  { name: "city", kind: "category", levels: ["Paris", "Rome"], missing: true },
];

describe("conditions as rules", () => {
  test("bounds of numbers and dates are rules, in the steps of their columns where they are open", () => {
    const { bounds, staying } = conditionRules(
      [
        { column: "count", low: 3, lowOpen: true },
        { column: "price", high: 2, highOpen: true },
        { column: "weight", low: 1, high: 4 },
        { column: "start", high: 19_000 * day },
      ],
      columns,
    );
    expect(bounds.map(({ text }) => text)).toEqual([
      "count >= 4",
      "price <= 1.99",
      "weight >= 1",
      "weight <= 4",
      "start <= 2022-01-08",
    ]);
    expect(bounds.map(({ constant }) => constant)).toEqual([-4, 1.99, -1, 4, 19_000 * day]);
    expect(staying).toEqual([]);
  });

  test("columns of values, levels and missing cells stay, and those above a number without decimals", () => {
    const { bounds, staying } = conditionRules(
      [
        { column: "weight", low: 1, lowOpen: true },
        { column: "count", is: 3 },
        { column: "size", low: 1 },
        { column: "city", missing: true },
      ],
      columns,
    );
    expect(bounds).toEqual([]);
    expect(staying).toEqual([2, 0, 4, 5]);
  });

  test("rows that are moved keep conditions", () => {
    const rows = fromNested([[4, 2, 1, 0, 0, 0]], "float64");
    const kept = keptRules(["count <= price"], rows, columns);
    const moved = (conditions: Parameters<typeof conditionRules>[0]) =>
      keepRules(rows, columns, kept, { conditions }).rows.data.slice(0, 2);
    expect(moved([])).toEqual(Float64Array.of(3, 3));
    expect(moved([{ column: "count", is: 4 }])).toEqual(Float64Array.of(4, 4));
    expect(moved([{ column: "count", low: 4 }])).toEqual(Float64Array.of(4, 4));
    expect(moved([{ column: "price", high: 2 }])).toEqual(Float64Array.of(2, 2));
    // As it was drawn, it is outside of this bound, and stays so.
    expect(moved([{ column: "count", low: 5 }])).toEqual(Float64Array.of(3, 3));
  });
});

import type { ColumnReport } from "@scorefield/domain";
import { expect, test } from "vitest";
import { columnsAdvice, columnsText } from "./columns-text.ts";

const report: ColumnReport = {
  rows: 1200,
  columns: [
    { name: "age", kind: "whole", missing: 0.2, least: "17", most: "90" },
    {
      name: "city",
      kind: "category",
      missing: 0.0004,
      levels: 7,
      common: [
        { level: "Paris", share: 0.5 },
        { level: "Rome", share: 0.034 },
      ],
      rarest: 3,
    },
    {
      name: "member",
      kind: "yes-no",
      missing: 0,
      levels: 2,
      common: [
        { level: "no", share: 0.75 },
        { level: "yes", share: 0.25 },
      ],
    },
    { name: "origin", kind: "constant", missing: 0, least: "7", most: "7" },
  ],
  leftOut: [{ name: "id", why: "a running number, 1 to 1,200" }],
};

test("a line for each column, and what is left out", () => {
  expect(columnsText(report, { width: 100 }).split("\n")).toEqual([
    "column  kind             missing  what is in it",
    "------  ---------------  -------  ---------------------------------------",
    "age     whole number        20 %  17 to 90",
    "city    category         < 0.1 %  7 levels; Paris (50 %), Rome (3.4 %), …",
    "member  yes or no                 no (75 %), yes (25 %)",
    "origin  always the same           7",
    "left out: id (a running number, 1 to 1,200)",
  ]);
});

test("lines fit a narrow terminal", () => {
  const lines = columnsText(report, { width: 60 }).split("\n");
  for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThanOrEqual(60);
});

test("how a kind is changed, by a column of the table", () => {
  expect(columnsAdvice(report)).toMatch(
    /^1,200 rows\. If a kind is wrong, say so: --kinds "age=category" \(number, whole,/,
  );
});

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { normal } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { describe, expect, it } from "vitest";
import { countViolations } from "./count-violations.ts";
import { findRules } from "./find-rules.ts";
import { projectOnRules } from "./project-on-rules.ts";
import { realTable } from "./real-table.case.ts";
import { ruleScales } from "./rule-scales.ts";

const data = process.env.SCOREFIELD_DATA ?? fileURLToPath(new URL("../../../../../../shared/data", import.meta.url));
const missing = !existsSync(`${data}/tables`);

// What a person would agree to, and nothing beside it.
const expected: Readonly<Record<string, readonly string[]>> = {
  "finance/google-daily.csv": ["Adj_Close = Close", "Close <= High", "Low <= Close", "Low <= Open", "Open <= High"],
  "finance/sp500-daily.csv": [],
  "tables/adult.csv.gz": ['education determines "education-num"'],
  "tables/credit_default.csv.gz": [],
  "tables/diamonds.csv.gz": [],
  "tables/german_credit.csv": [],
  "tables/mpg.csv": [],
  "tables/penguins.csv": [],
  "tables/taxis.csv.gz": [
    "dropoff_zone determines dropoff_borough",
    "fare <= total",
    "pickup <= dropoff",
    "pickup_zone determines pickup_borough",
  ],
  "tables/titanic.csv": [
    "alive determines survived",
    "class determines pclass",
    "embarked determines embark_town",
    "who determines adult_male",
  ],
};

describe.skipIf(missing)(`rules of tables${missing ? `: skipped, no folder ${data}; set SCOREFIELD_DATA` : ""}`, () => {
  it.each(Object.keys(expected))("finds the rules of %s", async (file) => {
    const { rows, columns } = realTable(`${data}/${file}`);
    const rules = await findRules(rows, columns);
    expect(rules.map(({ text }) => text).sort()).toEqual(expected[file]);
    expect(countViolations(rows, columns, rules).broken).toBe(0);
  });

  it("finds that a telescope's images are longer than wide", async () => {
    const { rows, columns } = realTable(`${data}/tables/magic04.data.gz`, false);
    // Width and length. That one pixel is at most as bright as two is a rule as well, but no row comes near to breaking it.
    expect((await findRules(rows, columns)).map(({ text }) => text)).toEqual(["x2 <= x1"]);
  });

  it("keeps the rules of prices in rows that broke them", async () => {
    const { rows, columns } = realTable(`${data}/finance/google-daily.csv`);
    const rules = await findRules(rows, columns);
    const [n = 0, d = 0] = rows.shape;
    const noise = normal([n * d], { seed: 0, dtype: "float64" }).data;
    // As samples are: near the data, with orders broken.
    const near = ndarray(
      rows.data.map((value, k) => (k % d === 5 ? value : Number((value * (1 + 0.01 * noise[k]!)).toFixed(6)))),
      [n, d],
    );
    expect(countViolations(near, columns, rules).share).toBeGreaterThan(0.9);
    const kept = projectOnRules(near, columns, rules, { scales: ruleScales(rows, columns) });
    expect(countViolations(kept, columns, rules).broken).toBe(0);
    for (let i = 0; i < n; i++) {
      const [open, high, low, close, adjusted] = kept.data.subarray(i * d, i * d + 5) as unknown as number[];
      expect(low! <= open! && open! <= high! && low! <= close! && close! <= high! && close === adjusted).toBe(true);
    }
    // Moves are as large as what the rows were off by.
    const moved = kept.data.reduce((sum, value, k) => sum + (k % d < 5 ? Math.abs(value / near.data[k]! - 1) : 0), 0);
    expect(moved / (5 * n)).toBeLessThan(0.01);
  });
});

import { ndarray } from "@scorefield/tensor";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TableColumn } from "../table-column.ts";
import { countViolations } from "./count-violations.ts";
import { mirroredRow } from "./mirrored-row.ts";
import { parseRule } from "./parse-rule.ts";
import { projectOnRules } from "./project-on-rules.ts";
import { rowRules } from "./row-rules.ts";

const names = ["a", "b", "c", "d", "e"];
const columns: TableColumn[] = names.map((name) => ({ name, kind: "number", missing: false }));
const rulesOf = (...texts: readonly string[]) => texts.flatMap((text) => parseRule(text, columns));

interface About {
  readonly scales?: readonly number[];
  readonly fixed?: readonly number[];
  readonly ranges?: readonly (readonly [number, number])[];
}

const mirrored = (texts: readonly string[], values: readonly number[], about: About = {}) => {
  const { scales = [1, 1, 1, 1, 1], fixed = [], ranges } = about;
  const { sums, grids } = rowRules(columns, rulesOf(...texts));
  const problem = { sums, columns: [...new Set(sums.flatMap(({ at }) => at))], grids, ranges };
  const all = Float64Array.from(names, (_, j) => values[j] ?? 0);
  const row = mirroredRow({ ...problem, scales: Float64Array.from(scales) }, all, new Set(fixed));
  return row && [...row].slice(0, values.length).map((value) => Number(value.toFixed(9)) + 0);
};

describe("a mirrored row", () => {
  test("has two columns of one scale exchanged, and others as far apart on the other side", () => {
    expect(mirrored(["a <= b"], [3, 1])).toEqual([1, 3]);
    // Moves are in standard deviations: b takes four fifths of them.
    expect(mirrored(["a <= b"], [3, 1], { scales: [1, 2, 1, 1, 1] })).toEqual([2.2, 4.2]);
    expect(mirrored(["a <= b"], [3, 1], { fixed: [1] })).toEqual([-1, 1]);
    expect(mirrored(["a + b <= 4"], [4, 2])).toEqual([2, 0]);
  });

  test("keeps equalities", () => {
    expect(mirrored(["b = c", "a <= b"], [3, 1, 1])).toEqual(
      [3 - 8 / 3, 3 - 8 / 3 + 2, 3 - 8 / 3 + 2].map((value) => Number(value.toFixed(9))),
    );
    // First the nearest values that are equal: 2 and 2.
    expect(mirrored(["b = c", "a <= b"], [2, 1, 3])).toBeUndefined();
    expect(mirrored(["b = c", "a <= b"], [5, 1, 3], { fixed: [1, 2] })).toBeUndefined();
  });

  test("is none where no inequality is broken, and where it would leave the ranges of its columns", () => {
    expect(mirrored(["a <= b"], [1, 3])).toBeUndefined();
    const ranges = (most: number) =>
      [
        [0, 9],
        [0, most],
        [0, 9],
        [0, 9],
        [0, 9],
      ] as const;
    expect(mirrored(["a <= b"], [3, 1], { ranges: ranges(3) })).toEqual([1, 3]);
    expect(mirrored(["a <= b"], [3, 1], { ranges: ranges(2) })).toBeUndefined();
    expect(mirrored(["a <= b"], [3, 1], { fixed: [0, 1] })).toBeUndefined();
  });

  test("of orders alone has the values of the row in another order", () => {
    const values = fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 5, maxLength: 5 });
    const pairs = fc.uniqueArray(
      fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 4 })).filter(([i, j]) => i < j),
      { minLength: 1, maxLength: 6, selector: ([i, j]) => `${i} ${j}` },
    );
    fc.assert(
      fc.property(values, pairs, (row, orders) => {
        const texts = orders.map(([i, j]) => `${names[i]} <= ${names[j]}`);
        const broken = orders.some(([i, j]) => row[i]! > row[j]!);
        const result = mirrored(texts, row);
        if (!broken) {
          expect(result).toBeUndefined();
          return;
        }
        expect([...result!].sort((a, b) => a - b)).toEqual([...row].sort((a, b) => a - b));
        for (const [i, j] of orders) expect(result![i]).toBeLessThanOrEqual(result![j]! + 1e-8);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test("is moved on to keep all rules, on the values of its columns", () => {
    const priced: TableColumn[] = names.map((name) => ({ name, kind: "number", decimals: 2, missing: false }));
    const rules = ["a <= b", "b <= c", "d = b + c"].flatMap((text) => parseRule(text, priced));
    const rows = ndarray(
      Float64Array.from({ length: 500 }, (_, k) => ((k * 7919) % 1_009) / 100),
      [100, 5],
    );
    const moved = projectOnRules(rows, priced, rules, { mirror: true });
    expect(countViolations(rows, priced, rules).share).toBeGreaterThan(0.9);
    expect(countViolations(moved, priced, rules).broken).toBe(0);
    for (const value of moved.data) expect(Number(value.toFixed(2))).toBe(value);
    const ties = (of: Float64Array) =>
      of.reduce((sum, value, k) => sum + (k % 5 === 1 && value === of[k - 1] ? 1 : 0), 0);
    expect(ties(moved.data)).toBeLessThan(ties(projectOnRules(rows, priced, rules).data) / 2);
  });
});

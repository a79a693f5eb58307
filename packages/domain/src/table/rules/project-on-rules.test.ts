import { ArgumentError, uniform } from "@scorefield/core";
import { DataError } from "@scorefield/data";
import { fromNested, type NdArray, ndarray } from "@scorefield/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TableColumn } from "../table-column.ts";
import { countViolations } from "./count-violations.ts";
import { parseRule } from "./parse-rule.ts";
import { projectOnRules } from "./project-on-rules.ts";
import type { LinkRule, TableRule } from "./rule.ts";
import { type RuleScales, ruleScales } from "./rule-scales.ts";

const number = (name: string, decimals?: number): TableColumn => ({
  name,
  kind: "number",
  ...(decimals !== undefined && { decimals }),
  missing: true,
});
const whole = (name: string): TableColumn => ({ name, kind: "whole", missing: true });
const float64 = (rows: number[][]): NdArray<"float64"> => fromNested(rows, "float64");
const rulesOf = (columns: TableColumn[], ...texts: string[]): TableRule[] =>
  texts.flatMap((text) => parseRule(text, columns));
const scalesOf = (deviations: Record<string, number>, rest: Partial<RuleScales> = {}): RuleScales => ({
  deviations,
  ranges: {},
  spikes: {},
  ...rest,
});

describe("projectOnRules", () => {
  it("is the orthogonal projection in standard deviations for one equality", () => {
    const columns = [number("a"), number("b"), number("total")];
    const rules = rulesOf(columns, "a + b = total");
    const deviations = { a: 1, b: 2, total: 3 };
    const moved = projectOnRules(float64([[1, 2, 10]]), columns, rules, { scales: scalesOf(deviations) });
    // x - S n (n . x) / (n . S n) with S the variances and n = (1, 1, -1)
    const [off, size] = [1 + 2 - 10, 1 + 4 + 9];
    const expected = [1 - off / size, 2 - (4 * off) / size, 10 + (9 * off) / size];
    for (const [j, value] of expected.entries()) expect(moved.data[j]).toBeCloseTo(value, 12);
  });

  it("keeps decimals and whole numbers, and equalities exactly", () => {
    const columns = [number("fare", 2), number("tip", 2), number("total", 2), whole("cents")];
    const rules = rulesOf(columns, "total = fare + tip", "cents = 100*total");
    const rows = float64([[7.13, 2.02, 11.5, 999]]);
    const moved = projectOnRules(rows, columns, rules, { scales: scalesOf({ fare: 5, tip: 1, total: 6, cents: 600 }) });
    const [fare, tip, total, cents] = moved.data as unknown as [number, number, number, number];
    for (const value of [fare, tip, total]) expect(Number(value.toFixed(2))).toBe(value);
    expect(Math.round(100 * fare) + Math.round(100 * tip)).toBe(Math.round(100 * total));
    expect(cents).toBe(Math.round(100 * total));
  });

  it("leaves cells at a spike where others can make up for it", () => {
    const columns = [number("fare", 2), number("tip", 2), number("total", 2)];
    const rules = rulesOf(columns, "total = fare + tip");
    const scales = scalesOf({ fare: 1, tip: 1, total: 1 }, { spikes: { tip: [0] } });
    expect([...projectOnRules(float64([[7, 0, 8]]), columns, rules, { scales }).data]).toEqual([7.5, 0, 7.5]);
    // Both others are at a spike as well: then all may move.
    const all = scalesOf({ fare: 1, tip: 1, total: 1 }, { spikes: { tip: [0], fare: [7], total: [8] } });
    const moved = projectOnRules(float64([[7, 0, 8]]), columns, rules, { scales: all });
    expect(countViolations(moved, columns, rules).broken).toBe(0);
  });

  it("stays in the ranges of the training rows where the rules allow it", () => {
    const columns = [number("fare", 2), number("tip", 2), number("total", 2)];
    const rules = rulesOf(columns, "total = fare + tip");
    const scales = scalesOf(
      { fare: 1, tip: 1, total: 1 },
      { ranges: { fare: [0, 100], tip: [0, 50], total: [0, 100] } },
    );
    const moved = projectOnRules(float64([[9, 0.1, 6]]), columns, rules, { scales });
    expect(moved.data[1]).toBe(0);
    expect(countViolations(moved, columns, rules).broken).toBe(0);
    const narrow = scalesOf({ fare: 1, tip: 1, total: 1 }, { ranges: { fare: [0, 1], tip: [0, 1], total: [9, 10] } });
    const beyond = projectOnRules(float64([[1, 1, 9]]), columns, rules, { scales: narrow });
    expect(countViolations(beyond, columns, rules).broken).toBe(0);
  });

  it("sets what follows from another column, also before sums", () => {
    const columns: TableColumn[] = [
      { name: "city", kind: "category", levels: ["Paris", "Rome", "Nice"], missing: true },
      { name: "country", kind: "category", levels: ["France", "Italy"], missing: true },
      whole("zone"),
      whole("more"),
    ];
    const link = (from: string, to: string, map: [number, number][]): LinkRule => ({
      kind: "determines",
      from,
      to,
      map,
      text: `${from} determines ${to}`,
    });
    const rules: TableRule[] = [
      link("country", "zone", [
        [0, 3],
        [1, 5],
      ]),
      link("city", "country", [
        [0, 0],
        [1, 1],
        [2, 0],
      ]),
      ...rulesOf(columns, "zone <= more"),
    ];
    const rows = float64([
      [1, 0, 9, 2],
      [2, Number.NaN, 1, 7],
      [0, 0, 3, 3],
    ]);
    const moved = projectOnRules(rows, columns, rules);
    expect([...moved.data]).toEqual([1, 1, 5, 5, 2, Number.NaN, 1, 7, 0, 0, 3, 3]);
    const { rules: counts } = countViolations(rows, columns, rules);
    expect(counts.map(({ rows: n, broken }) => [n, broken])).toEqual([
      [2, 1],
      [2, 1],
      [3, 1],
    ]);
    expect(countViolations(moved, columns, rules).broken).toBe(0);
  });

  it("keeps levels that are numbers, and days", () => {
    const columns: TableColumn[] = [
      { name: "stars", kind: "ordered", levels: ["1", "2", "5"], numbers: [1, 2, 5], missing: false },
      number("score"),
      { name: "start", kind: "date", missing: false },
      { name: "end", kind: "date", missing: false },
    ];
    const rules = rulesOf(columns, "stars <= score", "start < end");
    const day = 864e5;
    const moved = projectOnRules(float64([[1, 1.2, 20 * day, 11 * day]]), columns, rules, {
      scales: scalesOf({ stars: 1, score: 1, start: day, end: day }),
    });
    expect(moved.data[0]).toBe(1);
    expect(moved.data[1]).toBe(2);
    expect(moved.data[2]! % day).toBe(0);
    expect(moved.data[3]! - moved.data[2]!).toBe(day);
  });

  it("leaves out rules of cells that are missing", () => {
    const columns = [whole("a"), whole("b"), whole("c")];
    const rules = rulesOf(columns, "a <= b", "b <= c");
    const moved = projectOnRules(float64([[9, Number.NaN, 2]]), columns, rules);
    expect([...moved.data]).toEqual([9, Number.NaN, 2]);
  });

  it("leaves known cells as they are, and rows that these leave no way", () => {
    const columns = [whole("a"), whole("b"), whole("total")];
    const link: LinkRule = { kind: "determines", from: "a", to: "b", map: [[9, 1]], text: "a determines b" };
    const rules = [...rulesOf(columns, "total = a + b")];
    const rows = float64([
      [1, 2, 9],
      [1, 2, 9],
    ]);
    const known = Uint8Array.of(1, 0, 1, 1, 1, 1);
    expect([...projectOnRules(rows, columns, rules, { known }).data]).toEqual([1, 8, 9, 1, 2, 9]);
    expect([...projectOnRules(float64([[9, 2, 3]]), columns, [link], { known: known.subarray(3) }).data]).toEqual([
      9, 2, 3,
    ]);
    expect(() => projectOnRules(rows, columns, rules, { known: known.subarray(1) })).toThrow(
      /expected 6 marks, found 5/,
    );
  });

  it("refuses rows that nothing can repair, naming the row", () => {
    const columns = [whole("a"), whole("b")];
    const rules = rulesOf(columns, "a <= b", "b <= a - 1");
    expect(() => projectOnRules(float64([[1, 2]]), columns, rules)).toThrow(DataError);
    expect(() => projectOnRules(float64([[1, 2]]), columns, rules)).toThrow(
      /row 1: expected values that keep "a <= b"/,
    );
    expect(() => projectOnRules(float64([[1, 2, 3]]), columns, [])).toThrow(ArgumentError);
    expect(() => projectOnRules(float64([[1]]), [whole("a")], rules)).toThrow(/expected columns of the table, found b/);
  });

  it("stops when told to", () => {
    const signal = AbortSignal.abort();
    expect(() => projectOnRules(float64([[1]]), [whole("a")], [], { signal })).toThrow(/abort/i);
  });

  // Tables of several kinds of columns, with rules that some row keeps.
  const kinds = fc.constantFrom("measured", "cents", "tenths", "whole", "levels");
  const columnOf = (kind: string, j: number): TableColumn =>
    kind === "whole"
      ? whole(`c${j}`)
      : kind === "levels"
        ? { name: `c${j}`, kind: "ordered", levels: ["-3", "0", "1", "7"], numbers: [-3, 0, 1, 7], missing: false }
        : number(`c${j}`, kind === "cents" ? 2 : kind === "tenths" ? 1 : undefined);
  const cell = (kind: string, u: number): number =>
    kind === "levels"
      ? Math.floor(u * 4)
      : Number((20 * u - 8).toFixed(kind === "whole" ? 0 : kind === "tenths" ? 1 : kind === "cents" ? 2 : 12));
  const table = fc.array(kinds, { minLength: 4, maxLength: 6 }).chain((list) =>
    fc.record({
      list: fc.constant(list),
      cells: fc.array(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), {
          minLength: list.length,
          maxLength: list.length,
        }),
        { minLength: 3, maxLength: 8 },
      ),
    }),
  );
  const holds = (columns: TableColumn[], rules: TableRule[], rows: NdArray<"float64">, scales?: RuleScales): void => {
    const moved = projectOnRules(rows, columns, rules, { scales });
    expect(countViolations(moved, columns, rules).broken).toBe(0);
    const again = projectOnRules(moved, columns, rules, { scales });
    expect(again.data).toEqual(moved.data);
    const d = columns.length;
    for (let i = 0; i < rows.shape[0]!; i++) {
      const row = ndarray(rows.data.slice(i * d, i * d + d), [1, d]);
      if (countViolations(row, columns, rules).broken > 0) continue;
      expect(moved.data.slice(i * d, i * d + d)).toEqual(row.data);
    }
  };

  it("keeps chains of orders in all kinds of columns, leaves rows that keep them, and repeats itself", () => {
    fc.assert(
      fc.property(table, fc.boolean(), ({ list, cells }, trained) => {
        const columns = list.map(columnOf);
        const rules = rulesOf(columns, "c0 <= c1 <= c2", "c0 <= c3", "c3 <= c2 + 1");
        const rows = float64(cells.map((row) => row.map((u, j) => cell(list[j]!, u))));
        holds(columns, rules, rows, trained ? ruleScales(rows, columns) : undefined);
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  it("keeps sums of whole numbers and decimals beside orders", () => {
    fc.assert(
      fc.property(table, fc.boolean(), ({ list, cells }, trained) => {
        // The total has the decimals of the finest; levels are no terms of sums here.
        const kindsUsed = list.map((kind, j) =>
          j === 2 ? "cents" : kind === "levels" || kind === "measured" ? "tenths" : kind,
        );
        const columns = kindsUsed.map(columnOf);
        const rules = rulesOf(columns, "c2 = c0 + 2*c1 - c3", "c0 <= c1", "c3 >= -2");
        const rows = float64(cells.map((row) => row.map((u, j) => cell(kindsUsed[j]!, u))));
        holds(columns, rules, rows, trained ? ruleScales(rows, columns) : undefined);
      }),
      { seed: 4, numRuns: 100 },
    );
  });

  it("is near to the nearest row of whole numbers, found by looking at all of them", () => {
    const columns = ["a", "b", "c"].map(whole);
    const deviations = { a: 1, b: 1.7, c: 0.6 };
    const off = (x: ArrayLike<number>, y: ArrayLike<number>): number =>
      Math.hypot(...Object.values(deviations).map((deviation, j) => (x[j]! - y[j]!) / deviation));
    for (const texts of [["a + b = c"], ["a + 2*b <= c"], ["c = a + b", "a <= b"], ["3*a = 2*b", "c >= a"]]) {
      const rules = rulesOf(columns, ...texts);
      const allowed: number[][] = [];
      for (let a = -12; a <= 12; a++)
        for (let b = -12; b <= 12; b++)
          for (let c = -12; c <= 12; c++) {
            const keeps = [a + b === c, a + 2 * b <= c, c === a + b && a <= b, 3 * a === 2 * b && c >= a];
            const which = ["a + b = c", "a + 2*b <= c", "c = a + b", "3*a = 2*b"].indexOf(texts[0]!);
            if (keeps[which]) allowed.push([a, b, c]);
          }
      const rows = uniform([40, 3], { seed: 6, dtype: "float64" });
      const given = ndarray(
        rows.data.map((u) => Math.floor(11 * u) - 5),
        [40, 3],
      );
      const moved = projectOnRules(given, columns, rules, { scales: scalesOf(deviations) });
      let more = 0;
      for (let i = 0; i < 40; i++) {
        const [x, y] = [given, moved].map(({ data }) => data.subarray(3 * i, 3 * i + 3)) as [
          Float64Array,
          Float64Array,
        ];
        const nearest = allowed.reduce((least, z) => Math.min(least, off(x, z)), Infinity);
        expect(off(x, y) - nearest).toBeGreaterThan(-1e-9);
        more += off(x, y) - nearest;
      }
      // In standard deviations, on average.
      expect(more / 40, texts.join("; ")).toBeLessThan(0.05);
    }
  });

  it("keeps sums that leave each column few values", () => {
    const columns = [whole("c0"), whole("c1"), whole("c2")];
    const rules = rulesOf(columns, "2*c0 = 3*c1", "c2 = 100*c1", "c0 + c2 <= 5000");
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -60, max: 60 }), { minLength: 3, maxLength: 3 }), (row) => {
        holds(columns, rules, float64([row]));
      }),
      { seed: 5, numRuns: 100 },
    );
  });
});

/** How many rows break rules. */
import type { NdArray } from "@scorefield/tensor";
import type { RuleEffect } from "../../rules.ts";
import type { TableColumn } from "../table-column.ts";
import { checkRows } from "./project-on-rules.ts";
import { excessOf, isBroken, rowRules, valuesOfRow } from "./row-rules.ts";
import type { LinearRule, TableRule } from "./rule.ts";

/** One rule in a set of rows. Plain JSON. */
export interface RuleViolations {
  readonly text: string;
  /** Rows that have all its cells. */
  readonly rows: number;
  readonly broken: number;
  /** `broken` of `rows`; 0 where there are none. */
  readonly share: number;
  /** The most that the rule's sum is beyond what is allowed, in units of the columns. Of links: 0. */
  readonly largest: number;
}

/** Rules in a set of rows. Plain JSON. */
export interface Violations {
  readonly rows: number;
  /** Rows that break one rule at least. */
  readonly broken: number;
  readonly share: number;
  /** In the order of the rules. */
  readonly rules: readonly RuleViolations[];
}

const shareOf = (broken: number, rows: number): number => (rows > 0 ? broken / rows : 0);

/** Which rows break a linear rule, 1 for each that does. @param rows [n, columns] */
export const rowsBreaking = (
  rows: NdArray,
  columns: readonly TableColumn[],
  rules: readonly LinearRule[],
): Uint8Array => {
  const { sums, grids } = rowRules(columns, rules);
  const [n = 0, d = 0] = rows.shape;
  const [row, values] = [new Float64Array(d), new Float64Array(d)];
  return Uint8Array.from({ length: n }, (_, i) => {
    for (let j = 0; j < d; j++) row[j] = Number(rows.data[i * d + j]);
    valuesOfRow(grids, row, values);
    return sums.some((sum) => isBroken(sum, values)) ? 1 : 0;
  });
};

/**
 * Counts the rows that break each rule, and any of them.
 * @param rows [n, columns]
 * @throws ArgumentError for rules of other columns
 */
export const countViolations = (
  rows: NdArray,
  columns: readonly TableColumn[],
  rules: readonly TableRule[],
): Violations => {
  checkRows("countViolations", rows, columns);
  const { sums, links, grids } = rowRules(columns, rules);
  const [n = 0, d = 0] = rows.shape;
  const counts = new Map(rules.map((rule) => [rule, { rows: 0, broken: 0, largest: 0 }]));
  const [row, values] = [new Float64Array(d), new Float64Array(d)];
  let any = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) row[j] = Number(rows.data[i * d + j]);
    valuesOfRow(grids, row, values);
    let broken = false;
    for (const sum of sums) {
      const excess = excessOf(sum, values);
      if (Number.isNaN(excess)) continue;
      const count = counts.get(sum.rule)!;
      count.rows++;
      if (!isBroken(sum, values)) continue;
      broken = true;
      count.broken++;
      count.largest = Math.max(count.largest, excess);
    }
    for (const { rule, from, to, map } of links) {
      const cell = map.get(row[from]!);
      if (cell === undefined || Number.isNaN(row[to]!)) continue;
      const count = counts.get(rule)!;
      count.rows++;
      if (row[to] === cell) continue;
      broken = true;
      count.broken++;
    }
    if (broken) any++;
  }
  return {
    rows: n,
    broken: any,
    share: shareOf(any, n),
    rules: rules.map((rule) => {
      const { rows: held, broken, largest } = counts.get(rule)!;
      return { text: rule.text, rows: held, broken, share: shareOf(broken, held), largest };
    }),
  };
};

/** The violations of the same rules in two sets of rows together. */
const sumOfViolations = (a: Violations, b: Violations): Violations => {
  const [rows, broken] = [a.rows + b.rows, a.broken + b.broken];
  return {
    rows,
    broken,
    share: shareOf(broken, rows),
    rules: a.rules.map(({ text, ...one }, k) => {
      const other = b.rules[k]!;
      const [rows, broken] = [one.rows + other.rows, one.broken + other.broken];
      return { text, rows, broken, share: shareOf(broken, rows), largest: Math.max(one.largest, other.largest) };
    }),
  };
};

/** What rules changed in two sets of rows together, of which one may be none. */
export const bothEffects = (a: RuleEffect | undefined, b: RuleEffect | undefined): RuleEffect | undefined =>
  a && b ? { before: sumOfViolations(a.before, b.before), after: sumOfViolations(a.after, b.after) } : (a ?? b);

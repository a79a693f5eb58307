/** Rules that contradict each other. */
import { ArgumentError } from "@scorefield/core";
import type { TableColumn } from "../table-column.ts";
import { type LinearLimit, nearestPoint } from "./nearest-point.ts";
import { type RowSum, rowRules } from "./row-rules.ts";
import type { TableRule } from "./rule.ts";
import { finestStep } from "./rule-steps.ts";

/** Can numbers keep all sums? Columns are in units in which the sums' coefficients are of size 1. */
const possible = (sums: readonly RowSum[], d: number): boolean => {
  const limits: LinearLimit[] = sums.flatMap(({ at, by, equal, constant, within }) => {
    const normal = new Float64Array(d);
    for (const [k, j] of at.entries()) normal[j]! += by[k]!;
    const sum = { normal, limit: constant + within, equal: equal && within === 0 };
    return equal && within > 0
      ? [sum, { normal: normal.map((value) => -value), limit: within - constant, equal: false }]
      : [sum];
  });
  return nearestPoint(d, limits) !== undefined;
};

/**
 * Refuses rules that no row can keep: those that contradict each other for any numbers, and equalities that the decimals of
 * their columns cannot keep, such as `2*a = 2*b + 1` of whole numbers. Contradictions of other rules with decimals are found
 * where rows are moved.
 * @throws ArgumentError naming the fewest rules that cannot hold together; and for columns that the table lacks, for rules
 *   that determine one column twice or in a circle
 */
export const checkRules = (columns: readonly TableColumn[], rules: readonly TableRule[]): void => {
  const { sums, groups } = rowRules(columns, rules);
  for (const { rule, equal, within, constant } of sums) {
    if (!equal || within > 0) continue;
    const step = finestStep(rule.coefficients, columns);
    if (step === undefined) continue;
    const steps = constant / step;
    if (Math.abs(steps - Math.round(steps)) > 1e-6)
      throw new ArgumentError(
        `rule ${rule.text}: expected an equality that columns with these decimals can keep; the sum of its columns is a multiple of ${step}, and ${constant} is none`,
      );
  }
  for (const group of groups) {
    if (possible(group.sums, columns.length)) continue;
    let needed = [...group.sums];
    for (const sum of group.sums) {
      const others = needed.filter((other) => other !== sum);
      if (!possible(others, columns.length)) needed = others;
    }
    throw new ArgumentError(
      `rules: expected rules that can hold together, found ${needed.map(({ rule }) => `"${rule.text}"`).join(" and ")}; leave one of them out`,
    );
  }
};

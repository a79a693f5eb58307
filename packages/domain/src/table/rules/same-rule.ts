/** Whether rules say the same. */
import type { TableRule } from "./rule.ts";
import { tidy } from "./rule-steps.ts";

/** A text that is the same for rules that say the same up to a factor: `a <= b` and `2*b >= 2*a`. */
const keyOf = (rule: TableRule): string => {
  if (rule.kind === "determines") return JSON.stringify([rule.from, rule.to]);
  const terms = Object.entries(rule.coefficients).sort(([a], [b]) => (a < b ? -1 : 1));
  const first = terms[0]?.[1] ?? 1;
  // An inequality keeps its direction.
  const factor = 1 / (rule.relation === "=" ? first : Math.abs(first));
  return JSON.stringify([
    rule.relation,
    terms.map(([name, by]) => [name, tidy(by * factor)]),
    tidy(rule.constant * factor) + 0,
    tidy((rule.within ?? 0) * Math.abs(factor)),
  ]);
};

/** Rules without those that say what an earlier one says. */
export const differentRules = (rules: readonly TableRule[]): TableRule[] => {
  const seen = new Set<string>();
  return rules.filter((rule) => {
    const key = keyOf(rule);
    return !seen.has(key) && seen.add(key);
  });
};

/** Columns of which one is never above the other. */
import { expectedAbove, expectedBeyond, neededBreaks } from "./chance.ts";
import type { LinearRule } from "./rule.ts";
import { nameText } from "./rule-text.ts";
import { pause, spreadRows, type ValueColumn } from "./table-values.ts";

interface Order {
  readonly lower: ValueColumn;
  readonly upper: ValueColumn;
  /** Rows that would break it if the columns had nothing to do with each other. */
  readonly evidence: number;
}

// Rows of which the evidence is taken; the order itself is checked in all.
const mostRows = 20_000;

const holds = (lower: Float64Array, upper: Float64Array): boolean => {
  for (let i = 0; i < lower.length; i++) if (lower[i]! > upper[i]!) return false;
  return true;
};

/** The evidence of an order that holds in all rows: undefined where it may well be chance, or says nothing. */
const evidenceOf = (lower: ValueColumn, upper: ValueColumn, needed: number): number | undefined => {
  const rows = spreadRows(lower.values.length, mostRows).filter((i) => {
    const [a, b] = [lower.values[i]!, upper.values[i]!];
    // Where both are least, such as 0 of what a row does not have, the order is that of what the columns begin with.
    return !Number.isNaN(a) && !Number.isNaN(b) && !(a === b && a === lower.least && b === upper.least);
  });
  const a = Float64Array.from(rows, (i) => lower.values[i]!);
  const b = Float64Array.from(rows, (i) => upper.values[i]!);
  const above = expectedAbove(a, b);
  if (above < needed) return undefined;
  const step = Math.max(lower.grid.step ?? 0, upper.grid.step ?? 0);
  const differences = b.map((value, k) => value - a[k]!);
  if (expectedBeyond(differences, step) < needed) return undefined;
  // Of two columns that are both small in some rows, the difference is small there without a rule. Their ratio is not.
  const positive = lower.least >= 0 && upper.least >= 0 && lower.column.kind !== "date";
  const ratios = positive ? b.map((value, k) => Math.log(value / a[k]!)) : undefined;
  return ratios && expectedBeyond(ratios) < needed ? undefined : above;
};

/** Orders that do not follow from two others. Of equal columns only one is looked at, so there are no circles. */
const withoutImplied = (orders: readonly Order[]): Order[] => {
  const has = (a: ValueColumn, b: ValueColumn): boolean =>
    orders.some(({ lower, upper }) => lower === a && upper === b);
  return orders.filter(
    ({ lower, upper }) =>
      !orders.some((other) => other.lower === lower && other.upper !== upper && has(other.upper, upper)),
  );
};

/**
 * Orders `a <= b` that hold in all rows with both cells, and are more than chance: rows drawn from the columns one by one
 * would break them often, and the difference of the columns is cut off at 0, as is the logarithm of the ratio of positive ones.
 * Columns whose ranges do not overlap are never
 * offered, nor what follows from two other orders.
 * @param columns no two of them equal in all rows
 * @returns the strongest evidence first
 */
export const findOrders = async (columns: readonly ValueColumn[], signal?: AbortSignal): Promise<LinearRule[]> => {
  const needed = neededBreaks(columns.length ** 2);
  const orders: Order[] = [];
  for (const lower of columns) {
    await pause(signal);
    for (const upper of columns) {
      if (lower === upper || (lower.column.kind === "date") !== (upper.column.kind === "date")) continue;
      if (lower.greatest <= upper.least || !holds(lower.values, upper.values)) continue;
      const evidence = evidenceOf(lower, upper, needed);
      if (evidence !== undefined) orders.push({ lower, upper, evidence });
    }
  }
  return withoutImplied(orders)
    .sort((a, b) => b.evidence - a.evidence)
    .map(({ lower: { column: a }, upper: { column: b } }) => ({
      kind: "linear",
      coefficients: Object.fromEntries([
        [a.name, 1],
        [b.name, -1],
      ]),
      relation: "<=",
      constant: 0,
      text: `${nameText(a.name)} <= ${nameText(b.name)}`,
    }));
};

/** Rules that hold in every row of a table. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import { DataError, takeRows } from "@scorefield/data";
import type { NdArray } from "@scorefield/tensor";
import type { TableColumn } from "../table-column.ts";
import { countViolations } from "./count-violations.ts";
import { findEqualities } from "./find-equalities.ts";
import { findLinks } from "./find-links.ts";
import { findOrders } from "./find-orders.ts";
import { linkRule } from "./link-rule.ts";
import { checkRows } from "./project-on-rules.ts";
import type { LinearRule, TableRule } from "./rule.ts";
import { spreadRows, type ValueColumn, valueColumns } from "./table-values.ts";

// Of more rows, these are looked at, and the rules are then checked in all.
const mostRows = 200_000;

/** Options of {@link findRules}. */
export interface FindRulesOptions {
  /** Rules at most; 100 by default. Equalities come first, then links, then orders. */
  readonly most?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const options = { most: true, signal: true } satisfies Known<FindRulesOptions>;

/** Does `lower <= upper` follow from an equality, where its other columns stay in their ranges? */
const follows = (order: LinearRule, equalities: readonly LinearRule[], columns: readonly ValueColumn[]): boolean => {
  const [lower, upper] = Object.entries(order.coefficients)
    .sort((a, b) => b[1] - a[1])
    .map(([name]) => name) as [string, string];
  const ranges = new Map(columns.map(({ column, least, greatest }) => [column.name, [least, greatest] as const]));
  return equalities.some(({ coefficients, constant, within = 0 }) => {
    const [a, b] = [coefficients[lower], coefficients[upper]];
    if (a === undefined || b === undefined || a !== -b) return false;
    // b (upper - lower) = constant - others; the least that upper - lower can be.
    let least = (b > 0 ? constant : -constant) / Math.abs(b) - within / Math.abs(b);
    for (const [name, by] of Object.entries(coefficients)) {
      if (name === lower || name === upper) continue;
      const share = -by / b;
      const [low, high] = ranges.get(name)!;
      least += Math.min(share * low, share * high);
    }
    return least >= -1e-9 * Math.max(...(ranges.get(upper) ?? [1]).map(Math.abs));
  });
};

const rulesIn = async (
  rows: NdArray,
  columns: readonly TableColumn[],
  signal: AbortSignal | undefined,
): Promise<TableRule[]> => {
  const values = valueColumns(rows, columns);
  const equalities = await findEqualities(values, signal);
  // A column that is a multiple of another follows from it by that.
  const multiples = equalities.filter(({ coefficients }) => Object.keys(coefficients).length === 2);
  const links = (await findLinks(rows, columns, signal)).filter(
    ({ from, to }) => !multiples.some(({ coefficients }) => from in coefficients && to in coefficients),
  );
  // Of columns that are equal up to a factor, one is compared with others.
  const doubled = new Set<string>();
  for (const { coefficients } of multiples) {
    const second = Object.keys(coefficients).findLast((name) => !doubled.has(name));
    if (second !== undefined) doubled.add(second);
  }
  const orders = (
    await findOrders(
      values.filter(({ column }) => !doubled.has(column.name)),
      signal,
    )
  ).filter((order) => !follows(order, equalities, values));
  return [...equalities, ...links, ...orders];
};

/** A link with the pairs of all rows; nothing where they do not have it. */
const linkIn = (text: string, rows: NdArray, columns: readonly TableColumn[]): TableRule[] => {
  try {
    return [linkRule(text, rows, columns)];
  } catch (error) {
    if (error instanceof DataError) return [];
    throw error;
  }
};

/** Those of the rules that hold in all rows. */
const holding = (rules: readonly TableRule[], rows: NdArray, columns: readonly TableColumn[]): TableRule[] => {
  const linear = rules.filter(({ kind }) => kind === "linear");
  const { rules: counts } = countViolations(rows, columns, linear);
  const held = new Set(linear.filter((_, k) => counts[k]!.broken === 0));
  return rules.flatMap((rule) =>
    rule.kind === "linear" ? (held.has(rule) ? [rule] : []) : linkIn(rule.text, rows, columns),
  );
};

/**
 * Rules that hold in every row with all of their cells, and are more than chance: equalities (`total = a + b`), links (a city
 * determines its country) and orders (`start <= end`). Fewer rows show fewer rules: a rule is offered where rows drawn from
 * the columns one by one would break it so often that holding by chance has a probability below one in a thousand, over
 * all rules that were looked at. Bounds of single columns are not looked for; a table's codec keeps them. Of more than 200,000
 * rows so many are looked at, evenly spread, and what is found is checked in all.
 * @param rows [n, columns], the training rows
 * @throws ArgumentError for rows of other columns; the signal's reason when aborted
 */
export const findRules = async (
  rows: NdArray,
  columns: readonly TableColumn[],
  given: FindRulesOptions = {},
): Promise<TableRule[]> => {
  checkOptions("findRules", given, options);
  checkRows("findRules", rows, columns);
  const { most = 100, signal } = given;
  checkWhole("findRules most", most);
  if (new Set(columns.map(({ name }) => name)).size < columns.length)
    throw new ArgumentError("findRules columns: expected columns of different names");
  const n = rows.shape[0] ?? 0;
  const found =
    n > mostRows
      ? holding(await rulesIn(takeRows(rows, spreadRows(n, mostRows)), columns, signal), rows, columns)
      : await rulesIn(rows, columns, signal);
  return found.slice(0, most);
};

/** Rules that hold in every row of a table. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import type { NdArray } from "@scorefield/tensor";
import type { TableColumn } from "../table-column.ts";
import { findEqualities } from "./find-equalities.ts";
import { findLinks } from "./find-links.ts";
import { findOrders } from "./find-orders.ts";
import { checkRows } from "./project-on-rules.ts";
import type { LinearRule, TableRule } from "./rule.ts";
import { type ValueColumn, valueColumns } from "./table-values.ts";

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

/**
 * Rules that hold in every row with all of their cells, and are more than chance: equalities (`total = a + b`), links (a city
 * determines its country) and orders (`start <= end`). Fewer rows show fewer rules: a rule is offered where rows drawn from
 * the columns one by one would break it so often that holding by chance has a probability below one in a thousand, over
 * all rules that were looked at. Bounds of single columns are not looked for; a table's codec keeps them.
 * @param rows [n, columns], the training rows
 * @throws ArgumentError for rows of other columns
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
  return [...equalities, ...links, ...orders].slice(0, most);
};

/** Rules as sums over the columns of one row, in groups that share no column. */
import { ArgumentError, didYouMean } from "@scorefield/core";
import type { TableColumn } from "../table-column.ts";
import { type Grid, gridOf } from "./grid.ts";
import { columnsOfRule, type LinearRule, type LinkRule, type TableRule } from "./rule.ts";

/** A linear rule over numbered columns. */
export interface RowSum {
  readonly rule: LinearRule;
  /** Numbers of columns, and their coefficients. */
  readonly at: readonly number[];
  readonly by: readonly number[];
  readonly equal: boolean;
  readonly constant: number;
  readonly within: number;
  /** Of a comparison of two columns, or of one with a number: it is exact in floating point. */
  readonly exact: boolean;
  /** What rounding may leave, as a share of the terms. */
  readonly rounding: number;
}

/** A link over numbered columns. */
interface RowLink {
  readonly rule: LinkRule;
  readonly from: number;
  readonly to: number;
  readonly map: ReadonlyMap<number, number>;
}

/** How far the sum is beyond what the rule allows, 0 or less where it is kept; NaN where a cell is missing. */
export const excessOf = ({ at, by, equal, constant, within }: RowSum, values: ArrayLike<number>): number => {
  let sum = -constant;
  for (let k = 0; k < at.length; k++) sum += by[k]! * values[at[k]!]!;
  return (equal ? Math.abs(sum) : sum) - within;
};

/** Is the rule broken, by more than floating point rounds? False where a cell is missing. */
export const isBroken = (sum: RowSum, values: ArrayLike<number>): boolean => {
  const excess = excessOf(sum, values);
  if (!(excess > 0)) return false;
  if (sum.exact) return true;
  let size = Math.abs(sum.constant) + sum.within;
  for (let k = 0; k < sum.at.length; k++) size += Math.abs(sum.by[k]! * values[sum.at[k]!]!);
  return excess > sum.rounding * size;
};

/** Rules of one table. */
export interface RowRules {
  readonly sums: readonly RowSum[];
  readonly links: readonly RowLink[];
  /** Sums that share columns, directly or through others. */
  readonly groups: readonly { readonly columns: readonly number[]; readonly sums: readonly RowSum[] }[];
  /** By number of column: undefined where its cells are no numbers. */
  readonly grids: readonly (Grid | undefined)[];
}

const sumOf = (
  rule: LinearRule,
  numberOf: ReadonlyMap<string, number>,
  grids: readonly (Grid | undefined)[],
): RowSum => {
  const entries = Object.entries(rule.coefficients).filter(([, value]) => value !== 0);
  const at = entries.map(([name]) => numberOf.get(name)!);
  const by = entries.map(([, value]) => value);
  const ones = by.every((value) => Math.abs(value) === 1);
  const compares = at.length === 1 || (at.length === 2 && rule.constant === 0 && by[0] === -by[1]!);
  const measured = at.some((j) => grids[j]!.step === undefined && grids[j]!.numbers === undefined);
  return {
    rule,
    at,
    by,
    equal: rule.relation === "=",
    constant: rule.constant,
    within: rule.within ?? 0,
    exact: ones && compares && !rule.within,
    // Measured numbers may have been stored in single precision.
    rounding: measured ? 1e-6 : 1e-12,
  };
};

const groupsOf = (sums: readonly RowSum[]): RowRules["groups"] => {
  let groups: { columns: Set<number>; sums: RowSum[] }[] = [];
  for (const sum of sums) {
    const touched = groups.filter(({ columns }) => sum.at.some((j) => columns.has(j)));
    const columns = new Set([...touched.flatMap((group) => [...group.columns]), ...sum.at]);
    groups = groups.filter((group) => !touched.includes(group));
    groups.push({ columns, sums: [...touched.flatMap((group) => group.sums), sum] });
  }
  return groups.map((group) => ({ columns: [...group.columns].sort((a, b) => a - b), sums: group.sums }));
};

/** Links in the order in which they are set: what determines others comes before them. @throws ArgumentError for a circle */
const orderedLinks = (links: readonly RowLink[]): RowLink[] => {
  const ordered: RowLink[] = [];
  const left = new Set(links);
  while (left.size > 0) {
    const next = [...left].find(({ from }) => ![...left].some(({ to }) => to === from));
    if (!next) {
      const texts = [...left].map(({ rule }) => rule.text).join("; ");
      throw new ArgumentError(`rules: expected columns that do not determine each other in a circle, found ${texts}`);
    }
    ordered.push(next);
    left.delete(next);
  }
  return ordered;
};

/**
 * Rules over numbered columns.
 * @throws ArgumentError for columns that the table lacks or that are no numbers, and for two links that determine one column
 */
export const rowRules = (columns: readonly TableColumn[], rules: readonly TableRule[]): RowRules => {
  const numberOf = new Map(columns.map(({ name }, j) => [name, j]));
  const grids = columns.map(gridOf);
  const names = [...numberOf.keys()];
  for (const rule of rules)
    for (const name of columnsOfRule(rule)) {
      const j = numberOf.get(name);
      if (j === undefined)
        throw new ArgumentError(
          `rule ${rule.text}: expected columns of the table, found ${name}${didYouMean(name, names)}`,
        );
      if (rule.kind === "linear" && !grids[j])
        throw new ArgumentError(
          `rule ${rule.text}: expected columns of numbers or dates, found ${name} of kind ${columns[j]!.kind}`,
        );
    }
  const sums = rules.flatMap((rule) => (rule.kind === "linear" ? [sumOf(rule, numberOf, grids)] : []));
  const links = rules.flatMap((rule): RowLink[] =>
    rule.kind === "determines"
      ? [{ rule, from: numberOf.get(rule.from)!, to: numberOf.get(rule.to)!, map: new Map(rule.map) }]
      : [],
  );
  const twice = links.find(({ to }, k) => links.findIndex((link) => link.to === to) < k);
  if (twice)
    throw new ArgumentError(`rules: expected one rule that determines ${twice.rule.to}, found ${twice.rule.text} too`);
  return { sums, links: orderedLinks(links), groups: groupsOf(sums), grids };
};

/** The numbers that the cells of a row stand for in sums. @param values is filled, [columns] */
export const valuesOfRow = (grids: RowRules["grids"], row: ArrayLike<number>, values: Float64Array): Float64Array => {
  for (let j = 0; j < grids.length; j++) values[j] = grids[j]?.valueOf(row[j]!) ?? Number.NaN;
  return values;
};

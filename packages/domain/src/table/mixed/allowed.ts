/** Knowledge of a column, as the regions of slots in which it holds. */
import { ArgumentError } from "@scorefield/core";
import type { QuantileMap } from "../quantile.ts";

/** What is known of a column of a row that is to be drawn. Codes stand for levels, milliseconds since 1970 UTC for dates. */
export interface ColumnCondition {
  /** The name of the column. */
  readonly column: string;
  /** The value, or one of several. */
  readonly is?: number | readonly number[];
  /** Bounds; of ordered levels, codes. */
  readonly low?: number;
  readonly high?: number;
  /** Whether the bound itself is left out; default false. */
  readonly lowOpen?: boolean;
  readonly highOpen?: boolean;
  /** Whether the cell is missing. A condition with a value or a bound says that it is not. */
  readonly missing?: boolean;
}

/** All that is known of one column. */
export interface MergedCondition {
  readonly missing?: boolean;
  /** Left out where no list of values is known. */
  readonly values?: readonly number[];
  readonly low: number;
  readonly high: number;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
}

/** What a slot may be: a number in [low, high], nothing known where left out; or a category that is none of the excluded. */
export type Allowed = { readonly low?: number; readonly high?: number } | { readonly excluded: readonly boolean[] };

/** Whether a value, not a missing cell, is within a condition. */
export const holds = ({ values, low, high, lowOpen, highOpen }: MergedCondition, value: number): boolean =>
  (lowOpen ? value > low : value >= low) &&
  (highOpen ? value < high : value <= high) &&
  (values === undefined || values.includes(value));

/** Whether a condition says more than whether the cell is missing. */
export const isBounded = ({ values, low, high }: MergedCondition): boolean =>
  values !== undefined || low > -Infinity || high < Infinity;

/** Conditions of one column as one. @throws ArgumentError for conditions that exclude each other */
export const mergeConditions = (conditions: readonly ColumnCondition[]): MergedCondition => {
  const merged: { -readonly [key in keyof MergedCondition]: MergedCondition[key] } = {
    low: -Infinity,
    high: Infinity,
    lowOpen: false,
    highOpen: false,
  };
  const never = (column: string): never => {
    throw new ArgumentError(
      `condition on ${column}: expected conditions that hold together, found some that exclude each other`,
    );
  };
  for (const { column, is, low, high, lowOpen = false, highOpen = false, missing } of conditions) {
    const values = is === undefined ? undefined : typeof is === "number" ? [is] : is;
    for (const number of [...(values ?? []), low ?? 0, high ?? 0])
      if (typeof number !== "number" || Number.isNaN(number))
        throw new ArgumentError(
          `condition on ${column}: expected numbers, found ${number}; write missing: true for a missing cell`,
        );
    if (values) merged.values = merged.values ? merged.values.filter((value) => values.includes(value)) : values;
    if (low !== undefined && (low > merged.low || (low === merged.low && lowOpen)))
      Object.assign(merged, { low, lowOpen });
    if (high !== undefined && (high < merged.high || (high === merged.high && highOpen)))
      Object.assign(merged, { high, highOpen });
    const said = missing ?? (isBounded(merged) ? false : undefined);
    if (said !== undefined) {
      if (merged.missing !== undefined && merged.missing !== said) never(column);
      merged.missing = said;
    }
  }
  if (isBounded(merged)) {
    if (merged.missing) never(conditions[0]!.column);
    merged.missing = false;
    if (merged.values) {
      const { values, ...bounds } = merged;
      merged.values = values.filter((value) => holds(bounds, value));
      if (merged.values.length === 0) never(conditions[0]!.column);
    } else if (merged.low > merged.high || (merged.low === merged.high && (merged.lowOpen || merged.highOpen)))
      never(conditions[0]!.column);
  }
  return merged;
};

// Scores of conditions are multiples of this: float32 holds 16 plus or minus one exactly.
const grid = 2 ** -19;
const most = 15.5 / grid;

/** The nearest score that a condition can name exactly. */
export const snapScore = (score: number): number => Math.round(Math.min(most, Math.max(-most, score / grid))) * grid;

/** The least whole number in [from, to + 1] from which on a condition holds that holds from some point on. */
const firstWhere = (from: number, to: number, test: (k: number) => boolean): number => {
  let [low, high] = [from, to + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
};

/**
 * The scores whose values are within a condition, as an interval; of several values, the least interval around them.
 * All scores inside give values inside. Scores that `encode` gives for values inside are inside, to 2e-6.
 * Undefined where no score gives such a value.
 */
export const allowedScores = (
  { toValue, toScore }: QuantileMap,
  { values, ...bounds }: MergedCondition,
): { readonly low?: number; readonly high?: number } | undefined => {
  if (values) {
    const each = values.map((value) => ({ ...bounds, low: value, high: value, lowOpen: false, highOpen: false }));
    const found = each.map((one) => {
      const cell = allowedScores({ toValue, toScore } as QuantileMap, one);
      if (cell) return cell as { low: number; high: number };
      const score = snapScore(toScore(one.low, 0.5));
      return { low: score, high: score };
    });
    return { low: Math.min(...found.map(({ low }) => low)), high: Math.max(...found.map(({ high }) => high)) };
  }
  const { low, high, lowOpen, highOpen } = bounds;
  const above = (k: number) => (lowOpen ? toValue(k * grid) > low : toValue(k * grid) >= low);
  const beyond = (k: number) => (highOpen ? toValue(k * grid) >= high : toValue(k * grid) > high);
  const first = low === -Infinity ? -most : firstWhere(-most, most, above);
  const last = high === Infinity ? most : firstWhere(-most, most, beyond) - 1;
  if (first > last) return undefined;
  return {
    ...(first > -most || low === high ? { low: first * grid } : {}),
    ...(last < most || low === high ? { high: last * grid } : {}),
  };
};

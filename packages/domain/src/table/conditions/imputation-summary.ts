/** How certain filled cells are, from several draws of each. */
import { roundTo } from "../decimals.ts";
import type { TableColumn } from "../table-column.ts";

/** What draws say of a filled cell. */
export interface CellSummary {
  /**
   * One best guess: of numbers and dates the mean of the draws, as the column writes its numbers; of levels the most
   * frequent one, the first of several.
   */
  readonly best: number;
  /**
   * Of numbers and dates: mean and deviation of the draws, 0 of one draw, and the quantiles at 5 and 95 % of further draws; of fewer
   * than 19 draws the least and the largest.
   */
  readonly mean?: number;
  readonly deviation?: number;
  readonly low?: number;
  readonly high?: number;
  /** Of levels: the share of draws that each has, [levels]. */
  readonly shares?: Float64Array;
}

/**
 * The quantile of sorted values at the place q (n + 1) among them, from 1 (Weibull 1939; type 6 of Hyndman & Fan 1996). A further draw
 * is below it with a probability of q, for q from 1 / (n + 1) to n / (n + 1). So 90 of 100 true values lie between those of 5 and
 * 95 %, from 19 draws on. Quantiles of the draws themselves hold 84 of 30 draws.
 * @param q in [0, 1]
 */
const quantile = (sorted: Float64Array, q: number): number => {
  const at = Math.min(Math.max(q * (sorted.length + 1) - 1, 0), sorted.length - 1);
  const below = Math.floor(at);
  const part = at - below;
  // Equal neighbours give their value exactly, without rounding.
  return part === 0 ? sorted[below]! : sorted[below]! + part * (sorted[below + 1]! - sorted[below]!);
};

/** @param draws of one cell, at least one */
export const summariseCell = ({ kind, levels, decimals, unit = 1 }: TableColumn, draws: Float64Array): CellSummary => {
  const n = draws.length;
  if (levels) {
    const shares = new Float64Array(levels.length);
    for (const code of draws) shares[code]!++;
    for (let k = 0; k < shares.length; k++) shares[k]! /= n;
    return { best: shares.indexOf(shares.reduce((a, b) => Math.max(a, b))), shares };
  }
  const mean = draws.reduce((sum, value) => sum + value / n, 0);
  const squares = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const sorted = draws.slice().sort();
  const best =
    kind === "date" ? Math.round(mean / unit) * unit : decimals === undefined ? mean : roundTo(mean, decimals);
  return {
    best: n === 1 ? draws[0]! : best,
    mean,
    deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : 0,
    low: quantile(sorted, 0.05),
    high: quantile(sorted, 0.95),
  };
};

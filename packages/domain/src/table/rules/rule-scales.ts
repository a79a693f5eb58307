/** What training rows say of how rows are moved to keep rules. */
import { checkArray } from "@scorefield/core/internal";
import type { NdArray } from "@scorefield/tensor";
import type { TableColumn } from "../table-column.ts";
import { gridOf } from "./grid.ts";

/** Of training rows, by name of column, of columns of numbers and dates. Plain JSON. */
export interface RuleScales {
  /** Standard deviations: moves are measured in them. 1 for a column without spread. */
  readonly deviations: Readonly<Record<string, number>>;
  /** Least and greatest values: they are kept where the rules allow it. */
  readonly ranges: Readonly<Record<string, readonly [number, number]>>;
  /** Values that many rows share, such as 0: such cells stay where others can make up for it. */
  readonly spikes: Readonly<Record<string, readonly number[]>>;
}

// A spike is in a tenth of the rows, and in three times as many as if all values were equally frequent.
const spikeShare = 0.1;
const timesEven = 3;

/** Scales of rows. @param rows [n, columns]; missing cells are left out */
export const ruleScales = (rows: NdArray, columns: readonly TableColumn[]): RuleScales => {
  checkArray("ruleScales rows", rows);
  const [n = 0, d = 0] = rows.shape;
  const deviations: [string, number][] = [];
  const ranges: [string, readonly [number, number]][] = [];
  const spikes: [string, readonly number[]][] = [];
  for (const [j, column] of columns.entries()) {
    const grid = gridOf(column);
    if (!grid) continue;
    const counts = new Map<number, number>();
    let [count, mean, squares, low, high] = [0, 0, 0, Infinity, -Infinity];
    for (let i = 0; i < n; i++) {
      const value = grid.valueOf(Number(rows.data[i * d + j]));
      if (Number.isNaN(value)) continue;
      count++;
      const off = value - mean;
      mean += off / count;
      squares += off * (value - mean);
      [low, high] = [Math.min(low, value), Math.max(high, value)];
      // A value in a tenth of the rows is among the first thousands.
      if (counts.size < 10_000 || counts.has(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    if (count === 0) continue;
    const deviation = Math.sqrt(squares / count);
    deviations.push([column.name, deviation > 0 ? deviation : 1]);
    ranges.push([column.name, [low, high]]);
    const least = Math.max(spikeShare, timesEven / counts.size) * count;
    const often = [...counts].filter(([, times]) => times >= least).map(([value]) => value);
    if (often.length > 0) spikes.push([column.name, often]);
  }
  return {
    deviations: Object.fromEntries(deviations),
    ranges: Object.fromEntries(ranges),
    spikes: Object.fromEntries(spikes),
  };
};

/** The values that a cell of a column can have, as rules see them. */
import { roundTo } from "../decimals.ts";
import type { TableColumn } from "../table-column.ts";

const day = 86_400_000;
const second = 1_000;

/** What the cells of a column stand for in sums, and which values there are. */
export interface Grid {
  /** The difference of neighbouring values: undefined for measured numbers, and for levels. */
  readonly step?: number;
  /** The values of levels, ascending. */
  readonly numbers?: readonly number[];
  /** The values nearest to a number, the nearest first, at most `most`; the number itself where all numbers are values. */
  near(value: number, most: number): number[];
  /** The number that a cell stands for; NaN where it is missing. */
  valueOf(cell: number): number;
  /** The cell of a value. */
  cellOf(value: number): number;
}

const same = (value: number): number => value;

/** Values at equal distances. */
const even = (step: number, rounded: (value: number) => number): Grid => ({
  step,
  near: (value, most) => {
    const first = rounded(value);
    const side = value < first ? -1 : 1;
    // First, then in turn one on the near side and one on the far side.
    return Array.from({ length: most }, (_, k) =>
      k === 0 ? first : rounded(first + (k % 2 === 1 ? side : -side) * Math.ceil(k / 2) * step),
    );
  },
  valueOf: same,
  cellOf: same,
});

/** Values of levels. */
const levelled = (numbers: readonly number[]): Grid => ({
  numbers,
  near: (value, most) => [...numbers].sort((a, b) => Math.abs(a - value) - Math.abs(b - value)).slice(0, most),
  valueOf: (cell) => numbers[cell] ?? Number.NaN,
  cellOf: (value) => numbers.indexOf(value),
});

const measured: Grid = { near: (value) => [value], valueOf: same, cellOf: same };

/**
 * The values of a column. Undefined for columns whose cells are no numbers: categories, yes/no, and levels without numbers.
 * A date has steps of its unit, else of a day, or of a second where it has a time of day.
 */
export const gridOf = ({ kind, decimals, numbers, levels, time, unit }: TableColumn): Grid | undefined => {
  if (kind === "category" || kind === "yes-no") return undefined;
  if (kind === "ordered") return numbers && levelled(numbers);
  if (kind === "date") {
    const step = unit ?? (time ? second : day);
    return even(step, (value) => Math.round(value / step) * step + 0);
  }
  if (kind === "whole") return even(1, (value) => roundTo(value, 0));
  if (kind === "constant" && levels) return undefined;
  return decimals === undefined ? measured : even(10 ** -decimals, (value) => roundTo(value, decimals));
};

/** Where the values of a column stand along an axis: numbers as they are, levels side by side, dates by their day. */
import { minus } from "./minus.ts";

/** An axis of a column. */
export interface ColumnAxis {
  readonly domain: [low: number, high: number];
  /** Bars that count values: between x1 and x2. */
  bars(values: readonly number[]): { readonly count: number; readonly x1: number; readonly x2: number }[];
  /** Where a value is drawn as a point: those of a level are spread over its place by the number of their row. */
  place(value: number, row: number, direction: "across" | "up"): number;
  readonly tickFormat: (value: number) => string;
  /** How many ticks, or where they are. */
  ticks(most: number): number | readonly number[];
}

const bins = 32;

/** Lowest and highest value with a little room; a constant column is given room of the size of its value. */
const domainOf = (values: readonly number[]): [number, number] => {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const v of values) [low, high] = [Math.min(low, v), Math.max(high, v)];
  if (low > high) return [0, 1];
  const room = (high - low) * 0.04 || Math.abs(low) / 2 || 1;
  return [low - room, high + room];
};

/** A tick in few characters: 60k, 2e−4, −3 (with a true minus). */
export const numberTick = (v: number): string => {
  const size = Math.abs(v);
  const text =
    size >= 1e6 || (size > 0 && size < 1e-3)
      ? v.toExponential().replace(/^(-?\d\.?\d?)\d*e\+?/, "$1e")
      : size >= 1e4
        ? `${Number((v / 1000).toPrecision(4))}k`
        : `${Number(v.toPrecision(4))}`;
  return minus(text);
};

const histogram = (values: readonly number[], [low, high]: [number, number]) => {
  const counts = new Array<number>(bins).fill(0);
  for (const v of values) counts[Math.min(bins - 1, Math.floor(((v - low) / (high - low)) * bins))]! += 1;
  const width = (high - low) / bins;
  return counts.map((count, i) => ({ count, x1: low + i * width, x2: low + (i + 1) * width }));
};

const day = 86_400_000;

/** A date as far as it tells ticks of a range apart. */
const dateTick =
  ([low, high]: [number, number]) =>
  (value: number): string => {
    const date = new Date(value);
    if (Number.isNaN(date.getTime())) return "";
    const text = date.toISOString();
    return high - low > 1500 * day
      ? text.slice(0, 7)
      : high - low > 3 * day
        ? text.slice(2, 10)
        : text.slice(5, 16).replace("T", " ");
  };

const numbers = (values: readonly number[], isDate: boolean): ColumnAxis => {
  const domain = domainOf(values);
  return {
    domain,
    bars: (values) => histogram(values, domain),
    place: (value) => value,
    tickFormat: isDate ? dateTick(domain) : numberTick,
    ticks: (most) => (isDate ? Math.min(most, 3) : most),
  };
};

// Multiples of these fill a square evenly (powers of the inverse of the plastic number: Roberts 2018, "R2").
const spread = { across: 0.754_877_666_246_693, up: 0.569_840_290_998_053 };
const longestLevel = 8;
const mostNamed = 6;

const ofLevels = (levels: readonly string[]): ColumnAxis => ({
  domain: [-0.6, levels.length - 0.4],
  bars: (values) => {
    const counts = new Array<number>(levels.length).fill(0);
    for (const value of values) counts[value]! += 1;
    return counts.map((count, k) => ({ count, x1: k - 0.4, x2: k + 0.4 }));
  },
  place: (value, row, direction) => value + 0.6 * (((row * spread[direction]) % 1) - 0.5),
  tickFormat: (value) => {
    const level = levels[value] ?? "";
    return level.length > longestLevel ? `${level.slice(0, longestLevel - 1)}…` : level;
  },
  ticks: (most) => {
    const named = Math.min(levels.length, most < mostNamed ? mostNamed - 2 : 2 * mostNamed);
    return Array.from({ length: named }, (_, i) => Math.round((i * (levels.length - 1)) / Math.max(1, named - 1)));
  },
});

/** @param values without missing ones */
export const columnAxis = (
  values: readonly number[],
  {
    levels,
    isDate = false,
  }: { readonly levels?: readonly string[] | undefined; readonly isDate?: boolean | undefined },
): ColumnAxis => (levels ? ofLevels(levels) : numbers(values, isDate));

/** What columns of all kinds come back as, from a model without a fault: scores that are exact standard normal draws. */
import { normal, normalQuantile, uniform } from "@scorefield/core";
import { describe, expect, test } from "vitest";
import { decimalsOf } from "./decimals.ts";
import { fitDistribution, quantileMap } from "./quantile.ts";

/** Draws of a column from uniform ones u and v in (0, 1). */
type Draw = (u: number, v: number) => number;

/** Student's t by its polar form (Bailey 1994). */
const student =
  (freedom: number): Draw =>
  (u, v) =>
    Math.sqrt(freedom * (u ** (-2 / freedom) - 1)) * Math.cos(2 * Math.PI * v);
const logNormal: Draw = (u) => Math.exp(2 * normalQuantile(u));
const pareto: Draw = (u) => u ** (-1 / 1.2);

/**
 * Columns; the decimals they are written in, where these are to be kept; and the element type of scores that every value
 * comes back from exactly.
 */
interface Column {
  readonly draw: Draw;
  readonly decimals?: number;
  readonly exact?: "float32" | "float64";
}

const columns: Record<string, Column> = {
  "Student-t(1.5)": { draw: student(1.5) },
  "log-normal": { draw: logNormal },
  Pareto: { draw: pareto },
  "zero-inflated counts": {
    draw: (u, v) => (v < 0.6 ? 0 : Math.floor(5 * pareto(u, v))),
    decimals: 0,
    exact: "float32",
  },
  "zero-inflated amounts": { draw: (u, v) => (v < 0.6 ? 0 : 7 + pareto(u, v)) },
  prices: { draw: (u) => Number(Math.exp(3 + 1.2 * normalQuantile(u)).toFixed(2)), decimals: 2, exact: "float32" },
  // Past 10,000 the scores of cents lie closer than float32 tells.
  "prices at 99 cents": {
    draw: (u, v) => (v < 0.5 ? 19.99 : Number((Math.ceil(30 * logNormal(u, v)) - 0.01).toFixed(2))),
    decimals: 2,
    exact: "float64",
  },
  "whole numbers past 2^53": { draw: (u) => 2 ** 53 + 2 * Math.round(2 ** 40 * u), decimals: 0 },
  "a constant": { draw: () => 0.1 + 0.2, exact: "float32" },
  "two values": { draw: (u) => (u < 0.01 ? 1 / 3 : 2 / 3), exact: "float32" },
  "scale 1e-300": { draw: (u, v) => 1e-300 * student(1.5)(u, v) },
  "scale 1e300": { draw: (u) => 1e300 * normalQuantile(u), decimals: 0 },
};

const deviationOf = (column: Float64Array): number => {
  const largest = column.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const mean = column.reduce((sum, value) => sum + value / largest, 0) / column.length;
  return largest * Math.sqrt(column.reduce((sum, value) => sum + (value / largest - mean) ** 2, 0) / column.length);
};

/** How many of an ascending list are below x, or at most x. */
const countBelow = (sorted: Float64Array, x: number, orEqual: boolean): number => {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < x || (orEqual && sorted[middle] === x)) low = middle + 1;
    else high = middle;
  }
  return low;
};

const draws = normal([100_000], { seed: 11, dtype: "float64" }).data;
const shares = [1e-4, 1e-3, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999];

describe.each([500, 5000, 200_000])("%i rows", (n) => {
  test.each(Object.entries(columns))("%s", (_, { draw, decimals, exact }) => {
    const u = uniform([2 * n], { seed: 7, dtype: "float64" }).data;
    const column = Float64Array.from({ length: n }, (_, i) => draw(u[2 * i]! + 2 ** -54, u[2 * i + 1]!));
    const distribution = fitDistribution(column);
    const map = quantileMap(JSON.parse(JSON.stringify(distribution)));
    const sorted = column.slice().sort();
    const back = Float64Array.from(draws, map.toValue).sort();

    // Quantiles are the column's quantiles within five standard errors of a share.
    for (const p of shares) {
      const value = back[Math.floor(p * back.length)]!;
      const room = 5 * Math.sqrt((p * (1 - p)) / back.length) + 1 / back.length + 1 / n;
      expect(countBelow(sorted, value, false) / n, `${p} quantile ${value}`).toBeLessThan(p + room);
      expect(countBelow(sorted, value, true) / n, `${p} quantile ${value}`).toBeGreaterThan(p - room);
    }
    expect(back[0]).toBeGreaterThanOrEqual(sorted[0]!);
    expect(back.at(-1)).toBeLessThanOrEqual(sorted.at(-1)!);
    expect(distribution.decimals).toBe(n === 500 && decimals === undefined ? distribution.decimals : decimals);
    if (decimals !== undefined) expect(decimalsOf(back)).toBeLessThanOrEqual(decimals);

    // Scores without chance: the standard deviation is the column's, for any tails.
    const even = Float64Array.from({ length: n }, (_, i) => map.toValue(normalQuantile((i + 0.5) / n)));
    const deviation = deviationOf(column);
    expect(Math.abs(deviationOf(even) - deviation)).toBeLessThanOrEqual(0.01 * deviation);

    // There and back, by way of the model's float32: near, or exactly; at least by way of float64.
    const place = uniform([n], { seed: 8, dtype: "float64" }).data;
    const scores = column.map((value, i) => map.toScore(value, place[i]! + 2 ** -54));
    const near = sorted[Math.floor(0.75 * n)]! / 1e5 - sorted[Math.floor(0.25 * n)]! / 1e5;
    const changed = (through: (score: number) => number, room: (value: number) => number) =>
      [...column].flatMap((value, i) => {
        const found = map.toValue(through(scores[i]!));
        return Math.abs(found - value) <= room(value) ? [] : [[value, found]];
      });
    expect(changed(Math.fround, (value) => (exact === "float32" ? 0 : 1e-5 * Math.abs(value) + near))).toEqual([]);
    if (exact === "float64") expect(changed(Number, () => 0)).toEqual([]);
  });
});

test.each([500, 5000, 200_000])("%i rows: a spike has its share of draws", (n) => {
  const u = uniform([2 * n], { seed: 9, dtype: "float64" }).data;
  for (const name of ["zero-inflated counts", "zero-inflated amounts"]) {
    const { draw } = columns[name]!;
    const column = Float64Array.from({ length: n }, (_, i) => draw(u[2 * i]! + 2 ** -54, u[2 * i + 1]!));
    const zeros = (values: Float64Array) => values.filter((value) => value === 0).length / values.length;
    const back = draws.map(quantileMap(fitDistribution(column)).toValue);
    const standardError = Math.sqrt((0.6 * 0.4) / draws.length);
    expect(Math.abs(zeros(back) - zeros(column))).toBeLessThan(4 * standardError);
  }
});

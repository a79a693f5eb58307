import { normal, normalQuantile, uniform } from "@scorefield/core";
import { describe, expect, test } from "vitest";
import { type Distribution, fitDistribution, quantileMap } from "./quantile.ts";

const mapOf = (column: readonly number[]) => quantileMap(fitDistribution(Float64Array.from(column)));

describe("quantileMap", () => {
  test("gives every value back, repeated ones at any place in their range", () => {
    const column = [3, 1, 1, 1, 7.5, 2, 2, 100];
    const map = mapOf(column);
    for (const value of column)
      for (const u of [1e-9, 0.3, 1 - 1e-9]) expect(map.toValue(map.toScore(value, u))).toBe(value);
  });

  test("normal scores become the column's own frequencies, tails and repeats included", () => {
    const column = [0, 0, 0, 0, 0, 0, 1, 2, 2, 50];
    const map = mapOf(column);
    const n = 20_000;
    const drawn = Array.from(normal([n], { seed: 1, dtype: "float64" }).data, map.toValue);
    const share = (test: (value: number) => boolean) => drawn.filter(test).length / n;
    // Five standard errors of a share are at most 5 sqrt(0.25 / n) = 0.018.
    expect(Math.abs(share((v) => v === 0) - 0.6)).toBeLessThan(0.018);
    expect(Math.abs(share((v) => v === 2) - 0.2)).toBeLessThan(0.018);
    expect(Math.min(...drawn)).toBe(0);
    expect(Math.max(...drawn)).toBe(50);
  });

  test("the scores of a column that rarely repeats are standard normal, and in the order of the values", () => {
    const column = Array.from(normal([800], { seed: 2, dtype: "float64" }).data, (z) => Math.round(100 * Math.exp(z)));
    const map = mapOf(column);
    const { data: u } = uniform([800], { seed: 3, dtype: "float64" });
    const scores = column.map((value, i) => map.toScore(value, u[i]!));
    const mean = scores.reduce((sum, z) => sum + z, 0) / 800;
    const variance = scores.reduce((sum, z) => sum + (z - mean) ** 2, 0) / 800;
    // Ranks leave no chance in the mean and little in the variance; the ends' scores are finite, which costs some.
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1)).toBeLessThan(0.02);
    const sorted = column.map((value, i) => [value, scores[i]!] as const).sort((a, b) => a[1] - b[1]);
    for (let i = 1; i < 800; i++) expect(sorted[i]![0]).toBeGreaterThanOrEqual(sorted[i - 1]![0]);
  });

  test("rows that share a value keep to the middle of its range, apart from the next value", () => {
    const map = mapOf([...Array(50).fill(0), ...Array(50).fill(1)]);
    expect(map.toScore(0, 1 - 1e-9)).toBeCloseTo(-0.253, 3); // the standard normal quantile of 0.4
    expect(map.toScore(1, 1e-9)).toBeCloseTo(0.253, 3);
  });

  test("values never seen lie between their neighbours; beyond the ends scores go on, and samples stay within", () => {
    const map = mapOf([1, 2, 4, 8.5]);
    expect(map.toScore(3, 0.5)).toBeGreaterThan(map.toScore(2, 0.5));
    expect(map.toScore(3, 0.5)).toBeLessThan(map.toScore(4, 0.5));
    expect(map.toValue(map.toScore(3, 0.5))).toBeCloseTo(3, 9);
    for (const value of [-1e308, -1e9, -5, 0.5, 9, 10, 1e9, 1e308]) {
      const score = map.toScore(value, 0.5);
      expect(map.toValue(score)).toBe(value < 1 ? 1 : 8.5);
      expect(Math.abs(score)).toBeGreaterThan(map.toScore(8.5, 0.5));
      expect(Math.abs(score)).toBeLessThan(15_000);
      expect(Math.abs(map.toValueBeyond(score) / value - 1)).toBeLessThan(1e-6);
    }
    expect(map.toValue(-30)).toBe(1);
    expect(map.toValue(30)).toBe(8.5);
  });

  test("values in the gap beside a repeated value stand apart, in order", () => {
    const map = mapOf([0, 0, 0, 0, 0, 5, 5.5, 7, 8, 8, 8].map((value) => value + 1 / 3));
    const values = [-1, 0, 0.1, 2, 4.9, 5, 6, 7.2, 7.9, 8, 8.1].map((value) => value + 1 / 3);
    const scores = values.map((value) => map.toScore(value, 0.5));
    for (const [i, score] of scores.entries()) if (i > 0) expect(score).toBeGreaterThan(scores[i - 1]!);
  });

  test("a constant column is 0 and itself", () => {
    const map = mapOf([5, 5, 5]);
    expect(map.toScore(5, 0.2)).toBe(0);
    expect(map.toValue(1.3)).toBe(5);
  });

  test("of a long column it keeps both ends, every order statistic near them, and few of the middle", () => {
    const kept = (n: number) => fitDistribution(Float64Array.from({ length: n }, (_, i) => i * i));
    const { values, counts, below } = kept(200_000);
    expect(counts.every((count) => count === 1)).toBe(true);
    expect(below!.slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(below!.slice(-50)).toEqual(Array.from({ length: 50 }, (_, i) => 199_950 + i));
    expect(values).toEqual(below!.map((rank) => rank ** 2));
    const wide = below!.filter((rank, i) => {
      const end = Math.min(rank, 199_999 - rank);
      return rank - (below![i - 1] ?? 0) > Math.max(1, Math.min(200, end / 24));
    });
    expect(wide).toEqual([]);
    // What a run keeps of a column grows with the logarithm of its rows.
    expect(values.length).toBeLessThan(1400);
    expect(kept(1_000_000).values.length).toBeLessThan(1500);
  });

  test("nothing is drawn from between a value that repeats and its neighbours", () => {
    // Two values of many digits, one of them held by a single row.
    const two = mapOf([...Array(499).fill(1 / 3), 2 / 3]);
    // Zeros, and positive values far from 0, many more than are kept.
    const spike = mapOf([...Array(6000).fill(0), ...Array.from({ length: 4000 }, (_, i) => 5 + Math.sqrt(i))]);
    const draws = [...normal([50_000], { seed: 3, dtype: "float64" }).data];
    expect(new Set(draws.map(two.toValue))).toEqual(new Set([1 / 3, 2 / 3]));
    expect(draws.map(spike.toValue).filter((value) => value > 0 && value < 5)).toEqual([]);
    expect(two.toValue(4)).toBe(2 / 3);
  });

  test("values that were not kept have their own share, as those that were", () => {
    // Each of 2,000 whole numbers 30 times: about half of them are not kept.
    const column = Float64Array.from({ length: 60_000 }, (_, i) => Math.floor(i / 30));
    const distribution = fitDistribution(column);
    const map = quantileMap(distribution);
    const counts = new Map<number, number>();
    const n = 600_000;
    for (let i = 0; i < n; i++) {
      const value = map.toValue(normalQuantile((i + 0.5) / n));
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect(distribution.values.length).toBeLessThan(1500);
    expect(counts.size).toBe(2000);
    // A mean of 300; within a gap the function is linear in the score, not in the rank.
    expect(Math.max(...counts.values())).toBeLessThan(330);
    expect(Math.min(...counts.values())).toBeGreaterThan(270);
  });

  test("the distribution of a run from before ranks and decimals were kept", () => {
    const old: Distribution = { values: [0, 1, 2.5, 4], counts: [600, 1, 398, 1] };
    const map = quantileMap(JSON.parse(JSON.stringify(old)));
    for (const value of old.values) expect(map.toValue(map.toScore(value, 0.3))).toBe(value);
    expect(map.toScore(2.5, 0.5)).toBeCloseTo(normalQuantile(0.8), 6);
    const halfway = quantileMap({ values: [0, 1, 3], counts: [1, 1, 1] });
    expect(halfway.toValue(normalQuantile(2 / 3))).toBeCloseTo(
      1 + (2 * normalQuantile(2 / 3)) / normalQuantile(5 / 6),
      6,
    );
  });
});

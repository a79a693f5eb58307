import { expect, test } from "vitest";
import { rankHistogram } from "./rank-histogram.ts";

test("a bar for each bin, and a band of what chance makes", () => {
  const ranks = Array.from({ length: 100 }, (_, i) => i % 20);
  const svg = rankHistogram("direction 1", ranks, 19);
  expect(svg.match(/<rect/g)).toHaveLength(20);
  const heights = Array.from(svg.matchAll(/height="([\d.]+)" fill="var\(--sample\)"/g), ([, height]) => height);
  expect(new Set(heights).size).toBe(1);
  expect(svg).toContain("direction 1: ranks of the truth among 19 draws");
});

test("ranks that cannot be are refused", () => {
  expect(() => rankHistogram("a", [], 9)).toThrow(/found 0 ranks/);
  expect(() => rankHistogram("a", [10], 9)).toThrow(/expected ranks 0 to 9, found 10/);
  expect(() => rankHistogram("a", [1], 9, 11)).toThrow(/1 to 10 bins/);
});

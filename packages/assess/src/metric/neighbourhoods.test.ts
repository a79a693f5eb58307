import { ArgumentError, normal } from "@scorefield/core";
import { fromNested, ShapeError } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { densityCoverage, precisionRecall } from "./neighbourhoods.ts";

test("precision and recall by hand", () => {
  const real = fromNested([[0], [1], [10]]);
  const samples = fromNested([[0.5], [-3], [30]]);
  // Real balls of k = 1: [-1, 1], [0, 2], [1, 19]; balls of samples: [-3, 4], [-6.5, 0.5], [0.5, 59.5].
  expect(precisionRecall(real, samples, { k: 1 })).toEqual({ precision: 1 / 3, recall: 1 });
  expect(precisionRecall(samples, real, { k: 1 })).toEqual({ precision: 1, recall: 1 / 3 });
});

test("density and coverage by hand", () => {
  const real = fromNested([[0], [1], [10]]);
  const samples = fromNested([[0.5], [-3]]);
  // 0.5 lies in two real balls of k = 1 out of three, -3 in none.
  expect(densityCoverage(real, samples, { k: 1 })).toEqual({ density: 1, coverage: 2 / 3 });
  expect(densityCoverage(real, fromNested([[50], [60]]), { k: 1 })).toEqual({ density: 0, coverage: 0 });
});

test("a set against itself", () => {
  const a = normal([50, 3], { seed: 1 });
  expect(precisionRecall(a, a)).toEqual({ precision: 1, recall: 1 });
  expect(densityCoverage(a, a).coverage).toBe(1);
});

test("equal distributions: density 1 and the known coverage, in any dimension, within five standard errors", () => {
  const [n, m, k, repeats] = [60, 40, 4, 60];
  let expected = 1;
  for (let i = 1; i <= k; i++) expected *= (n - i) / (n + m - i);
  for (const d of [1, 7]) {
    const found = Array.from({ length: repeats }, (_, step) =>
      densityCoverage(normal([n, d], { seed: 1, step }), normal([m, d], { seed: 2, step }), { k }),
    );
    for (const [name, value] of [
      ["density", 1],
      ["coverage", 1 - expected],
    ] as const) {
      const mean = found.reduce((sum, x) => sum + x[name], 0) / repeats;
      const error = Math.sqrt(found.reduce((sum, x) => sum + (x[name] - mean) ** 2, 0)) / repeats;
      expect(Math.abs(mean - value)).toBeLessThan(5 * error);
      expect(error).toBeLessThan(0.05);
    }
  }
});

test("half of the modes: precision stays, recall halves", () => {
  const real = normal([200, 2], { seed: 1 });
  const samples = normal([200, 2], { seed: 2 });
  for (let i = 0; i < 200; i++) real.data[2 * i]! += i % 2 ? 20 : 0;
  const { precision, recall } = precisionRecall(real, samples);
  expect(precision).toBeGreaterThan(0.8);
  expect(Math.abs(recall - 0.5)).toBeLessThan(0.1);
  expect(densityCoverage(real, samples).coverage).toBeLessThan(0.55);
});

test("too few rows for k are named", () => {
  const a = normal([5, 2], { seed: 1 });
  expect(() => precisionRecall(a, a, { k: 5 })).toThrow(ShapeError);
  expect(() => densityCoverage(a, a, { k: 0 })).toThrow(ArgumentError);
});

import { ArgumentError } from "@scorefield/core";
import { ndarray, ShapeError } from "@scorefield/tensor";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { auroc, averagePrecision } from "./ranking.ts";

const arrays = (scores: readonly number[], labels: readonly number[]) =>
  [ndarray(Float64Array.from(scores)), ndarray(Int32Array.from(labels))] as const;

describe("counted by hand", () => {
  test.each([
    { scores: [0.1, 0.4, 0.35, 0.8], labels: [0, 0, 1, 1], area: 3 / 4, precision: (1 + 2 / 3) / 2 },
    { scores: [1, 2, 3, 4], labels: [0, 0, 1, 1], area: 1, precision: 1 },
    { scores: [4, 3, 2, 1], labels: [0, 0, 1, 1], area: 0, precision: (1 / 3 + 2 / 4) / 2 },
    { scores: [7, 7, 7, 7], labels: [0, 1, 0, 0], area: 1 / 2, precision: 1 / 4 },
    // Pairs: (3 over 2, 2, 1), (2 ties 2, 2, over 1) of 6; thresholds 3, 2, 1: 1/2 * 1 + 1/2 * 2/4.
    { scores: [2, 3, 2, 1, 2], labels: [0, 1, 1, 0, 0], area: 5 / 6, precision: 3 / 4 },
    { scores: [Infinity, 0, -Infinity, Infinity], labels: [1, 1, 0, 0], area: 5 / 8, precision: 1 / 4 + 1 / 3 },
  ])("$scores with labels $labels", ({ scores, labels, area, precision }) => {
    expect(auroc(...arrays(scores, labels))).toBeCloseTo(area, 14);
    expect(averagePrecision(...arrays(scores, labels))).toBeCloseTo(precision, 14);
  });
});

const cases = fc
  .array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 0, max: 1 })), { minLength: 2, maxLength: 40 })
  .filter((rows) => new Set(rows.map(([, label]) => label)).size === 2)
  .map((rows) => [rows.map(([score]) => score), rows.map(([, label]) => label)] as const);

test("AUROC is the share of pairs in order, ties one half; turned over, the rest", () => {
  fc.assert(
    fc.property(cases, ([scores, labels]) => {
      let [won, pairs] = [0, 0];
      for (const [i, a] of scores.entries())
        for (const [j, b] of scores.entries())
          if (labels[i] === 1 && labels[j] === 0) {
            pairs += 1;
            won += a > b ? 1 : a === b ? 0.5 : 0;
          }
      const area = auroc(...arrays(scores, labels));
      expect(area).toBeCloseTo(won / pairs, 12);
      expect(
        auroc(
          ...arrays(
            scores.map((s) => -s),
            labels,
          ),
        ),
      ).toBeCloseTo(1 - area, 12);
    }),
  );
});

test("only the order of scores counts, not the order of rows", () => {
  fc.assert(
    fc.property(cases, ([scores, labels]) => {
      for (const metric of [auroc, averagePrecision]) {
        const found = metric(...arrays(scores, labels));
        expect(
          metric(
            ...arrays(
              scores.map((s) => Math.exp(s) + 3),
              labels,
            ),
          ),
        ).toBeCloseTo(found, 12);
        expect(metric(...arrays([...scores].reverse(), [...labels].reverse()))).toBeCloseTo(found, 12);
      }
    }),
  );
});

test("average precision by its definition over thresholds", () => {
  fc.assert(
    fc.property(cases, ([scores, labels]) => {
      const thresholds = [...new Set(scores)].sort((a, b) => b - a);
      const positives = labels.filter((label) => label === 1).length;
      let [sum, before] = [0, 0];
      for (const threshold of thresholds) {
        const taken = labels.filter((_, i) => scores[i]! >= threshold);
        const hits = taken.filter((label) => label === 1).length;
        sum += (hits / positives - before) * (hits / taken.length);
        before = hits / positives;
      }
      expect(averagePrecision(...arrays(scores, labels))).toBeCloseTo(sum, 12);
    }),
  );
});

test("what is refused", () => {
  expect(() => auroc(ndarray(new Float64Array(2)), ndarray(new Int32Array(3)))).toThrow(ShapeError);
  expect(() => auroc(...arrays([1, 2], [1, 1]))).toThrow(/both labels/);
  expect(() => averagePrecision(...arrays([1, 2], [0, 0]))).toThrow(/found none/);
  expect(() => auroc(...arrays([1, Number.NaN], [0, 1]))).toThrow(ArgumentError);
  expect(() => auroc(...arrays([1, 2], [0, 2]))).toThrow(/labels 0 and 1, found 2 at 1/);
});

import { ArgumentError, normal, uniform } from "@scorefield/core";
import { ndarray, ShapeError } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { binned } from "./bins.ts";
import { boostedTrees } from "./boosted-trees.ts";

const rows = (values: readonly (readonly number[])[]) =>
  ndarray(Float64Array.from(values.flat()), [values.length, values[0]!.length]);

test("bins: between all values where they are few, a value that fills many shares apart, edges as trees use them", () => {
  const few = binned({ n: 5, d: 1, data: Float64Array.of(3, 1, 2, 2, 7) }, 8);
  expect([...few.edges[0]!]).toEqual([1.5, 2.5, 5]);
  expect([...few.codes]).toEqual([2, 0, 1, 1, 3]);
  // Half of the values are 0, the others spread out: 0 alone is in its bin.
  const data = Float64Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? 0 : i - 500));
  const { codes, edges } = binned({ n: 1000, d: 1, data }, 16);
  const zero = codes[0]!;
  expect(
    data.every((value, i) => (codes[i] === zero) === (value > edges[0]![zero - 1]! && value <= edges[0]![zero]!)),
  ).toBe(true);
  expect(Array.from(codes).filter((code, i) => code === zero && data[i] !== 0).length).toBeLessThan(70);
  // Neighbouring doubles, which have none between them.
  const next = 1 + Number.EPSILON;
  const near = binned({ n: 2, d: 1, data: Float64Array.of(1, next) }, 4);
  expect([...near.codes]).toEqual([0, 1]);
});

test("one split, one round: the Newton step of both leaves", () => {
  // Labels 0 0 0 1 below 0.5, and 1 1 above. The start is log(3.5 / 3.5) = 0, so p = 1/2: gradients +-1/2, curvatures 1/4.
  const x = rows([[0], [0], [0], [0], [1], [1]]);
  const { trees, logits } = boostedTrees(x, [0, 0, 0, 1, 1, 1], {
    rounds: 1,
    learningRate: 1,
    depth: 1,
    smallestLeaf: 1,
    l2: 0,
  });
  expect(trees).toHaveLength(1);
  const { data } = logits(rows([[-5], [0.4], [0.6], [9]]));
  // -sum of gradients over sum of curvatures: -(3/2 - 1/2) / 1 and (2/2) / (2/4).
  expect(data[0]).toBeCloseTo(-1, 12);
  expect(data[1]).toBeCloseTo(-1, 12);
  expect(data[2]).toBeCloseTo(2, 12);
  expect(data[3]).toBeCloseTo(2, 12);
});

test("log-odds of a shift between normal distributions, and of exclusive or, which no single column shows", () => {
  const n = 8000;
  const z = normal([n, 2], { seed: 1, dtype: "float64" }).data;
  const labels = Array.from({ length: n }, (_, i) => i % 2);
  const shifted = z.map((value, k) => (k % 2 === 0 ? value + labels[k >> 1]! : value));
  const line = boostedTrees(ndarray(shifted, [n, 2]), labels);
  for (const at of [-0.5, 0.5, 1.5]) {
    // log N(x; 1, 1) / N(x; 0, 1) = x - 1/2, on average over a window, as trees follow the rows that they were shown.
    const window = Array.from({ length: 21 * 21 }, (_, k) => [
      at + ((k % 21) - 10) / 20,
      (Math.floor(k / 21) - 10) / 10,
    ]);
    const found = line.logits(rows(window)).data.reduce((sum, value) => sum + value, 0) / window.length;
    expect(Math.abs(found - (at - 0.5))).toBeLessThan(0.15);
  }
  const u = uniform([n, 2], { seed: 2, dtype: "float64" }).data;
  const either = Array.from({ length: n }, (_, i) => (u[2 * i]! > 0.5 !== u[2 * i + 1]! > 0.5 ? 1 : 0));
  const { data } = boostedTrees(ndarray(u, [n, 2]), either).logits(ndarray(u, [n, 2]));
  expect(data.filter((logit, i) => logit > 0 === (either[i] === 1)).length / n).toBeGreaterThan(0.98);
});

test("the same seed gives the same trees; shares of columns differ by seed", () => {
  const x = normal([200, 6], { seed: 3 });
  const labels = Array.from({ length: 200 }, (_, i) => (x.data[6 * i]! > 0 ? 1 : 0));
  const of = (seed: number) => boostedTrees(x, labels, { rounds: 10, columnsPerTree: 2, seed }).trees;
  expect(of(1)).toEqual(of(1));
  expect(of(1)).not.toEqual(of(2));
});

test("one class, constant columns, and what is refused", () => {
  const one = boostedTrees(rows([[1], [2], [3]]), [1, 1, 1], { rounds: 5 });
  expect(one.logits(rows([[2]])).data[0]).toBeGreaterThan(1);
  expect(boostedTrees(rows([[1], [1]]), [0, 1]).logits(rows([[1]])).data[0]).toBeCloseTo(0, 12);
  const x = rows([[1], [2]]);
  expect(() => boostedTrees(x, [0, 2])).toThrow(ArgumentError);
  expect(() => boostedTrees(x, [0])).toThrow(ArgumentError);
  expect(() => boostedTrees(x, [0, 1], { bins: 300 })).toThrow(ArgumentError);
  expect(() => boostedTrees(x, [0, 1], { round: 3 } as object)).toThrow(/round.*rounds/s);
  expect(() => boostedTrees(rows([[Number.NaN], [1]]), [0, 1])).toThrow(ArgumentError);
  expect(() => boostedTrees(x, [0, 1]).logits(rows([[1, 2]]))).toThrow(ShapeError);
});

import { ArgumentError, normal, uniform } from "@scorefield/core";
import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { boostedTrees } from "./boosted-trees.ts";
import { restoreVectorTrees, vectorTrees } from "./vector-trees.ts";

const rows = (values: readonly (readonly number[])[]) =>
  ndarray(Float64Array.from(values.flat()), [values.length, values[0]!.length]);

test("one split: the means of both sides, of the split that gains most for both outputs in their deviations", () => {
  // Column 0 halves the rows as the first output does, column 1 as the second and, weakly, the first.
  const x = rows([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
    [0, 0],
    [1, 1],
  ]);
  const targets = rows([
    [0, 5000],
    [0, 7000],
    [1, 5000],
    [1, 7000],
    [0, 5000],
    [1, 7000],
  ]);
  const trees = vectorTrees(x, targets, { rounds: 1, learningRate: 1, depth: 1 });
  const { column, roots } = trees.trees;
  expect(column[roots[0]!]).toBe(0);
  const { data, shape } = trees.predict(
    rows([
      [0, 9],
      [1, -9],
    ]),
  );
  expect(shape).toEqual([2, 2]);
  for (const [i, value] of [0, 17000 / 3, 1, 19000 / 3].entries()) expect(data[i]).toBeCloseTo(value, 9);
});

test("of one output the same as boostedTrees", () => {
  const x = normal([300, 3], { seed: 1, dtype: "float64" });
  const y = Float64Array.from({ length: 300 }, (_, i) => Math.sin(x.data[3 * i]!) + x.data[3 * i + 1]! ** 2);
  const options = { rounds: 20, learningRate: 0.3, depth: 4, l2: 1 };
  const one = boostedTrees(x, y, { ...options, objective: "squares" }).predict(x).data;
  const vectors = vectorTrees(x, ndarray(y, [300, 1]), options).predict(x).data;
  for (const [i, value] of vectors.entries()) expect(value).toBeCloseTo(one[i]!, 9);
});

test("the posterior mean of a mixture of two points: x0 = tanh(x / sigma^2) of noisy rows", () => {
  const [n, sigma] = [20_000, 0.7];
  const sign = uniform([n], { seed: 2, dtype: "float64" }).data.map((u) => (u < 0.5 ? -1 : 1));
  const noise = normal([n, 2], { seed: 3, dtype: "float64" }).data;
  const clean = ndarray(
    noise.map((_, i) => sign[i >> 1]! * (i % 2 === 0 ? 1 : 0.5)),
    [n, 2],
  );
  const noisy = ndarray(
    clean.data.map((value, i) => value + sigma * noise[i]!),
    [n, 2],
  );
  const { predict } = vectorTrees(noisy, clean, { rounds: 50, learningRate: 0.1, depth: 5, smallestLeaf: 50 });
  const { data } = predict(noisy);
  let squares = 0;
  for (let i = 0; i < n; i++) {
    // (1, 1/2) is the direction: tanh(<x, m> / sigma^2) m. Both outputs are one number, so every leaf keeps their ratio.
    const share = Math.tanh((noisy.data[2 * i]! + noisy.data[2 * i + 1]! / 2) / sigma ** 2);
    squares += (data[2 * i]! - share) ** 2 / n;
    expect(data[2 * i + 1]!).toBeCloseTo(data[2 * i]! / 2, 9);
  }
  // A leaf of 50 rows has a standard error of at most 0.14, where the posterior is most uncertain; most have less.
  expect(Math.sqrt(squares)).toBeLessThan(0.07);
});

test("validation rows stop it; shares of rows; JSON; the same seed gives the same trees; what is refused", () => {
  const n = 400;
  const z = normal([2 * n, 4], { seed: 4, dtype: "float64" }).data;
  const part = (from: number) => ({
    x: ndarray(
      Float64Array.from({ length: 2 * n }, (_, k) => z[4 * (from + (k >> 1)) + (k % 2)]!),
      [n, 2],
    ),
    targets: ndarray(
      Float64Array.from(
        { length: 2 * n },
        (_, k) => z[4 * (from + (k >> 1)) + (k % 2)]! + z[4 * (from + (k >> 1)) + 2 + (k % 2)]!,
      ),
      [n, 2],
    ),
  });
  const [seen, validation] = [part(0), part(n)];
  for (const rowsPerTree of [1, 0.6]) {
    const of = (seed: number) =>
      vectorTrees(seen.x, seen.targets, { validation, patience: 4, rowsPerTree, seed, rounds: 60 });
    const trees = of(1);
    const losses = trees.losses!;
    const best = losses.indexOf(Math.min(...losses));
    expect(losses).toHaveLength(best + 5);
    expect(trees.trees.roots).toHaveLength(best + 1);
    expect(losses[best]!).toBeLessThan(0.75);
    const text = JSON.stringify(trees);
    expect([...restoreVectorTrees(JSON.parse(text)).predict(seen.x).data]).toEqual([...trees.predict(seen.x).data]);
    expect(JSON.stringify(of(1))).toBe(text);
    if (rowsPerTree < 1) expect(JSON.stringify(of(2))).not.toBe(text);
    expect(() => restoreVectorTrees({ ...trees, leaves: [1, 2] })).toThrow(ArgumentError);
  }
  const refused = (options: object, targets: NdArray = seen.targets) =>
    expect(() => vectorTrees(seen.x, targets, options));
  refused({ round: 1 }).toThrow(/round.*rounds/s);
  refused({ learningRate: 1.5 }).toThrow(ArgumentError);
  refused({ bins: 1 }).toThrow(ArgumentError);
  refused({}, rows([[1], [2]])).toThrow(ShapeError);
  refused({ validation: { x: seen.x, targets: rows([[1], [2]]) } }).toThrow(ShapeError);
  expect(() => vectorTrees(rows([[Number.NaN], [1]]), rows([[1], [2]]))).toThrow(ArgumentError);
});

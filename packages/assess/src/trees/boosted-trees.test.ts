import { ArgumentError, normal, uniform } from "@scorefield/core";
import { ndarray, ShapeError } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { binned } from "./bins.ts";
import { type BoostedTreesOptions, boostedTrees } from "./boosted-trees.ts";
import { restoreTrees } from "./trained-trees.ts";

const rows = (values: readonly (readonly number[])[]) =>
  ndarray(Float64Array.from(values.flat()), [values.length, values[0]!.length]);

/** A tree of one split, without a penalty. */
const stump: BoostedTreesOptions = { rounds: 1, learningRate: 1, depth: 1, l2: 0, leastCurvature: 0 };

test("bins: between all values where they are few, a value that fills many shares apart, edges as trees use them", () => {
  const few = binned({ n: 5, d: 1, data: Float64Array.of(3, 1, 2, 2, 7) }, [0], 8);
  expect([...few.columns[0]!.edges!]).toEqual([1.5, 2.5, 5]);
  expect([...few.codes]).toEqual([2, 0, 1, 1, 3]);
  // Half of the values are 0, the others spread out: 0 alone is in its bin.
  const data = Float64Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? 0 : i - 500));
  const { codes, columns } = binned({ n: 1000, d: 1, data }, [0], 16);
  const edges = columns[0]!.edges!;
  const zero = codes[0]!;
  expect(data.every((value, i) => (codes[i] === zero) === (value > edges[zero - 1]! && value <= edges[zero]!))).toBe(
    true,
  );
  expect(Array.from(codes).filter((code, i) => code === zero && data[i] !== 0).length).toBeLessThan(70);
  // Neighbouring doubles, which have none between them.
  const next = 1 + Number.EPSILON;
  const near = binned({ n: 2, d: 1, data: Float64Array.of(1, next) }, [0], 4);
  expect([...near.codes]).toEqual([0, 1]);
});

test("bins: missing cells behind all values; of more levels than bins the rarest share one", () => {
  const gaps = binned({ n: 4, d: 1, data: Float64Array.of(5, Number.NaN, 4, 5) }, [0], 8);
  expect([...gaps.codes]).toEqual([1, 2, 0, 1]);
  expect([...gaps.starts]).toEqual([0, 3]);
  const levels = binned({ n: 7, d: 1, data: Float64Array.of(3, 3, 3, 0, 0, 1, 2) }, [4], 3);
  expect([...levels.columns[0]!.binOf!]).toEqual([1, 2, 2, 0]);
  const none = binned({ n: 2, d: 1, data: Float64Array.of(Number.NaN, Number.NaN) }, [0], 3);
  expect([...none.codes]).toEqual([1, 1]);
});

test("one split, one round: the Newton step of both leaves", () => {
  // Labels 0 0 0 1 below 0.5, and 1 1 above. The start is log(3.5 / 3.5) = 0, so p = 1/2: gradients +-1/2, curvatures 1/4.
  const x = rows([[0], [0], [0], [0], [1], [1]]);
  const { trees, logits, predict, gains } = boostedTrees(x, [0, 0, 0, 1, 1, 1], stump);
  expect(trees.roots).toHaveLength(1);
  const asked = rows([[-5], [0.4], [0.6], [9]]);
  // -sum of gradients over sum of curvatures: -(3/2 - 1/2) / 1 and (2/2) / (2/4).
  for (const [i, value] of [-1, -1, 2, 2].entries()) {
    expect(logits(asked).data[i]).toBeCloseTo(value, 12);
    expect(predict(asked).data[i]).toBeCloseTo(1 / (1 + Math.exp(-value)), 12);
  }
  // 1^2 / 1 + 1^2 / (1/2) - 0^2 / (3/2)
  expect(gains[0]).toBeCloseTo(3, 12);
});

test("one split of numbers, rows weighted: the weighted means of both sides, in any unit", () => {
  for (const unit of [1, 1e-9, 1e9]) {
    const trees = boostedTrees(
      rows([[0], [0], [1], [1]]),
      [1, 4, 10, 20].map((value) => value * unit),
      { ...stump, objective: "squares", sampleWeights: [2, 1, 1, 3] },
    );
    const { data } = trees.predict(rows([[0], [1]]));
    expect(data[0]! / unit).toBeCloseTo(2, 9);
    expect(data[1]! / unit).toBeCloseTo(17.5, 9);
  }
});

test("a weight of 2 is a row that is there twice; of 0, one that is not", () => {
  const x = normal([60, 2], { seed: 1, dtype: "float64" });
  const y = Array.from({ length: 60 }, (_, i) => (x.data[2 * i]! + x.data[2 * i + 1]! > 0 ? 1 : 0));
  const order = [...Array(60).keys()].flatMap((i) => (i % 3 === 0 ? [] : i % 3 === 1 ? [i] : [i, i]));
  const again = rows(order.map((i) => [x.data[2 * i]!, x.data[2 * i + 1]!]));
  const options = { rounds: 20, leastCurvature: 0.1 };
  // Bins are cut between all values that occur, those that do not count as well: coarse values leave no choice.
  const coarse = (array: typeof x) =>
    ndarray(
      array.data.map((value) => Math.round(value)),
      array.shape,
    );
  const weighted = boostedTrees(coarse(x), y, { ...options, sampleWeights: y.map((_, i) => i % 3) });
  const repeated = boostedTrees(
    coarse(again),
    order.map((i) => y[i]!),
    options,
  );
  const [a, b] = [weighted.logits(coarse(x)).data, repeated.logits(coarse(x)).data];
  for (const i of a.keys()) expect(a[i]).toBeCloseTo(b[i]!, 9);
});

test("missing cells go to the side where they gain most; where training has none, with most rows", () => {
  const no = Number.NaN;
  const x = rows([[0], [0], [0], [1], [1], [no], [no]]);
  const trees = (y: number[]) =>
    boostedTrees(x, y, { ...stump, objective: "squares" }).predict(rows([[no], [0], [1]])).data;
  expect([...trees([0, 0, 0, 9, 9, 9, 9])].map((v) => Math.round(v))).toEqual([9, 0, 9]);
  expect([...trees([0, 0, 0, 9, 9, 0, 0])].map((v) => Math.round(v))).toEqual([0, 0, 9]);
  // Only whether it is missing says something.
  const alone = boostedTrees(x, [1, 1, 1, 1, 1, 5, 5], { ...stump, objective: "squares" });
  for (const [i, value] of [5, 1, 1].entries())
    expect(alone.predict(rows([[no], [0], [1e300]])).data[i]).toBeCloseTo(value, 9);
  const full = boostedTrees(rows([[0], [0], [0], [1]]), [2, 2, 2, 6], { ...stump, objective: "squares" });
  expect(full.predict(rows([[no]])).data[0]).toBeCloseTo(2, 9);
});

test("categories: the best of all partitions in one split; levels not seen go with missing cells", () => {
  // Targets by level: 0, 10, 1, 11, 2, 12: odd levels against even ones, which no order of codes shows.
  const codes = Array.from({ length: 120 }, (_, i) => i % 6);
  const y = codes.map((code) => (code % 2) * 10 + (code >> 1));
  const x = ndarray(Float64Array.from(codes), [120, 1]);
  const options: BoostedTreesOptions = { ...stump, objective: "squares" };
  const { data } = boostedTrees(x, y, { ...options, categories: [8] }).predict(
    rows([[0], [1], [2], [3], [4], [5], [6]]),
  );
  for (const code of [0, 1, 2, 3, 4, 5]) expect(data[code]).toBeCloseTo(code % 2 ? 11 : 1, 9);
  expect([1, 11].some((value) => Math.abs(data[6]! - value) < 1e-9)).toBe(true);
  // Of few levels one against the others.
  const few = ndarray(
    Float64Array.from(codes, (code) => code % 3),
    [120, 1],
  );
  const one = boostedTrees(
    few,
    codes.map((code) => (code % 3 === 1 ? 7 : 0)),
    { ...options, categories: [3] },
  );
  for (const [code, value] of [0, 7, 0].entries()) expect(one.predict(rows([[code]])).data[0]).toBeCloseTo(value, 9);
  // Missing is a level as others.
  const gaps = ndarray(
    Float64Array.from(codes, (code) => (code === 5 ? Number.NaN : code)),
    [120, 1],
  );
  const alone = boostedTrees(
    gaps,
    codes.map((code) => (code === 5 || code === 2 ? 4 : 1)),
    { ...options, categories: [6] },
  );
  for (const [at, value] of [
    [Number.NaN, 4],
    [2, 4],
    [0, 1],
    [4, 1],
  ] as const)
    expect(alone.predict(rows([[at]])).data[0]).toBeCloseTo(value, 9);
});

test("300 levels: the frequent ones have bins of their own", () => {
  const n = 6000;
  const u = uniform([n], { seed: 1, dtype: "float64" }).data;
  const codes = u.map((value) => Math.floor(300 * value * value));
  const y = codes.map((code) => (code % 2 ? 1 : -1));
  const options = { objective: "squares", categories: [300], rounds: 1, learningRate: 1, l2: 0 } as const;
  const { data } = boostedTrees(ndarray(codes, [n, 1]), y, options).predict(ndarray(codes, [n, 1]));
  expect(data.filter((value, i) => value * y[i]! > 0).length / n).toBeGreaterThan(0.95);
});

test("log-odds of a shift between normal distributions, and of exclusive or, which no single column shows", () => {
  const n = 8000;
  const z = normal([n, 2], { seed: 1, dtype: "float64" }).data;
  const labels = Array.from({ length: n }, (_, i) => i % 2);
  const shifted = z.map((value, k) => (k % 2 === 0 ? value + labels[k >> 1]! : value));
  const line = boostedTrees(ndarray(shifted, [n, 2]), labels, { depth: 5, smallestLeaf: 20 });
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

test("several classes: probabilities sum to 1 and follow the classes; columns that say nothing gain little", () => {
  const n = 3000;
  const u = uniform([n, 2], { seed: 4, dtype: "float64" });
  const y = Array.from({ length: n }, (_, i) => Math.floor(3 * u.data[2 * i]!));
  const trees = boostedTrees(u, y, { objective: "classes", rounds: 30, learningRate: 0.3 });
  const { data, shape } = trees.predict(u);
  expect(shape).toEqual([n, 3]);
  let right = 0;
  for (let i = 0; i < n; i++) {
    const p = data.subarray(3 * i, 3 * i + 3);
    expect(p[0]! + p[1]! + p[2]!).toBeCloseTo(1, 12);
    if (p[y[i]!]! > 0.5) right++;
  }
  // Bins hold about 12 rows: those across the two borders cannot be told apart.
  expect(right / n).toBeGreaterThan(0.99);
  expect(trees.gains[0]!).toBeGreaterThan(20 * trees.gains[1]!);
});

test("rows apart stop the training where their loss is least", () => {
  const n = 600;
  const x = normal([2 * n, 3], { seed: 5, dtype: "float64" });
  const noise = normal([2 * n], { seed: 6, dtype: "float64" }).data;
  const y = noise.map((value, i) => x.data[3 * i]! + 2 * value);
  const part = (from: number) => ({
    x: ndarray(x.data.slice(3 * from, 3 * (from + n)), [n, 3]),
    target: y.slice(from, from + n),
  });
  const [seen, validation] = [part(0), part(n)];
  const options = { objective: "squares", learningRate: 0.3, rounds: 200, patience: 5 } as const;
  const trees = boostedTrees(seen.x, seen.target, { ...options, validation });
  const losses = trees.losses!;
  const best = losses.indexOf(Math.min(...losses));
  expect(losses).toHaveLength(best + 6);
  expect(trees.trees.roots).toHaveLength(best + 1);
  const { data } = trees.predict(validation.x);
  const loss = data.reduce((sum, value, i) => sum + (value - validation.target[i]!) ** 2 / n, 0);
  expect(loss).toBeCloseTo(losses[best]!, 9);
  const all = boostedTrees(seen.x, seen.target, options).predict(validation.x).data;
  expect(loss).toBeLessThan(all.reduce((sum, value, i) => sum + (value - validation.target[i]!) ** 2 / n, 0));
});

test("the same seed gives the same trees; shares of columns and rows differ by seed", () => {
  const x = normal([200, 6], { seed: 3 });
  const labels = Array.from({ length: 200 }, (_, i) => (x.data[6 * i]! > 0 ? 1 : 0));
  for (const share of [{ columnsPerTree: 2 }, { rowsPerTree: 0.5 }]) {
    const of = (seed: number) => boostedTrees(x, labels, { rounds: 10, ...share, seed }).trees;
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  }
  // Trees that see half of the rows fit all of them.
  const half = boostedTrees(x, labels, { rowsPerTree: 0.5 }).predict(x).data;
  expect(half.filter((p, i) => p > 0.5 === (labels[i] === 1)).length).toBeGreaterThan(190);
});

test("trees are plain JSON, and predict the same when read again; damaged ones are refused", () => {
  const u = uniform([300, 3], { seed: 7, dtype: "float64" });
  const x = ndarray(
    u.data.map((value, k) => (value < 0.1 ? Number.NaN : k % 3 === 1 ? Math.floor(40 * value) : value)),
    [300, 3],
  );
  const y = Array.from({ length: 300 }, (_, i) => i % 3);
  const options = { objective: "classes", categories: [0, 40, 0], rounds: 5, columnsPerTree: 2 } as const;
  const trees = boostedTrees(x, y, options);
  const text = JSON.stringify(trees);
  const again = restoreTrees(JSON.parse(text));
  expect([...again.predict(x).data]).toEqual([...trees.predict(x).data]);
  expect(JSON.stringify(again)).toBe(text);
  for (const damage of [
    (stored: typeof trees) => Object.assign(stored.trees.left, { 0: 0 }),
    (stored: typeof trees) => Object.assign(stored.trees.column, { 0: 3 }),
    (stored: typeof trees) => Object.assign(stored.trees, { words: [] }),
    (stored: typeof trees) => Object.assign(stored.trees, { threshold: "none" }),
    (stored: typeof trees) => Object.assign(stored, { start: [1] }),
    (stored: typeof trees) => Object.assign(stored, { categories: [0, 0] }),
  ]) {
    const stored = JSON.parse(text);
    damage(stored);
    expect(() => restoreTrees(stored)).toThrow(ArgumentError);
  }
  expect(() => restoreTrees(undefined as never)).toThrow(ArgumentError);
});

test("one class, constant columns, and what is refused", () => {
  const one = boostedTrees(rows([[1], [2], [3]]), [1, 1, 1], { rounds: 5 });
  expect(one.logits(rows([[2]])).data[0]).toBeGreaterThan(1);
  expect(boostedTrees(rows([[1], [1]]), [0, 1]).logits(rows([[1]])).data[0]).toBeCloseTo(0, 12);
  const same = boostedTrees(rows([[1], [2]]), [3, 3], { objective: "squares" });
  expect(same.predict(rows([[7]])).data[0]).toBe(3);
  const x = rows([[1], [2]]);
  const refused = (target: ArrayLike<number>, options: object = {}) => expect(() => boostedTrees(x, target, options));
  refused([0, 2]).toThrow(ArgumentError);
  refused([0]).toThrow(ArgumentError);
  refused([0, 1], { bins: 300 }).toThrow(ArgumentError);
  refused([0, 1], { round: 3 }).toThrow(/round.*rounds/s);
  refused([0, 1], { learningRate: 2 }).toThrow(/learningRate: expected at most 1/);
  refused([0, 1], { objective: "hinge" }).toThrow(/expected one of binary, classes, squares/);
  refused([0, 3], { objective: "classes", classes: 3 }).toThrow(/labels 0 to 2, found 3/);
  refused([0, 1], { classes: 3 }).toThrow(ArgumentError);
  refused([0, Number.NaN], { objective: "squares" }).toThrow(/finite values/);
  refused([0, 1], { sampleWeights: [1] }).toThrow(ArgumentError);
  refused([0, 1], { sampleWeights: [-1, 1] }).toThrow(ArgumentError);
  refused([0, 1], { sampleWeights: [0, 0] }).toThrow(ArgumentError);
  refused([0, 1], { categories: [2, 2] }).toThrow(/each of 1 columns/);
  refused([0, 1], { categories: [2] }).toThrow(/code from 0 to 1.*found 2 in row 1/);
  refused([0, 1], { signal: AbortSignal.abort(new Error("enough")) }).toThrow("enough");
  expect(() => boostedTrees(rows([[Number.POSITIVE_INFINITY], [1]]), [0, 1])).toThrow(/found Infinity in row 0/);
  expect(() => boostedTrees(x, [0, 1]).logits(rows([[1, 2]]))).toThrow(ShapeError);
});

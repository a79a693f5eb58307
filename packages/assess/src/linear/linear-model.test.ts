import { ArgumentError, integers, normal } from "@scorefield/core";
import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { type LinearModel, linearModel, restoreLinearModel } from "./linear-model.ts";

const rows = (values: readonly (readonly number[])[]) =>
  ndarray(Float64Array.from(values.flat()), [values.length, values[0]!.length]);
const no = Number.NaN;

test("ridge of one column: slope = sum x y / (sum x^2 + l2) of the standardised column", () => {
  // x of mean 3 and deviation 2, y of mean 5.
  const x = rows([[1], [5], [1], [5]]);
  const y = [2, 7, 4, 7];
  for (const l2 of [0, 1, 10]) {
    const { data } = linearModel(x, y, { objective: "squares", l2 }).predict(rows([[1], [3], [5]]));
    const slope = 8 / (4 + l2);
    for (const [i, value] of [5 - slope, 5, 5 + slope].entries()) expect(data[i]).toBeCloseTo(value, 9);
  }
});

test("a line is found exactly, and rows by weight", () => {
  const x = normal([50, 3], { seed: 1, dtype: "float64" });
  const line = (i: number) => 1e6 + 2 * x.data[3 * i]! - 5 * x.data[3 * i + 1]! + 0.1 * x.data[3 * i + 2]!;
  const y = Array.from({ length: 50 }, (_, i) => (i === 7 ? 0 : line(i)));
  const sampleWeights = y.map((_, i) => (i === 7 ? 0 : 1 + (i % 3)));
  const { data } = linearModel(x, y, { objective: "squares", l2: 0, sampleWeights }).predict(x);
  for (const [i, value] of data.entries()) expect(value).toBeCloseTo(line(i), 4);
});

test("categories and missing cells alone: the share of each level, without a penalty", () => {
  // Level 0: 1 of 4 has label 1, level 1: 2 of 3, missing: 4 of 5.
  const x = rows([[0], [0], [0], [0], [1], [1], [1], [no], [no], [no], [no], [no]]);
  const y = [1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 1, 0];
  const asked = rows([[0], [1], [no], [2]]);
  const { data } = linearModel(x, y, { categories: [3], l2: 0 }).predict(asked);
  for (const [i, share] of [1 / 4, 2 / 3, 4 / 5].entries()) expect(data[i]).toBeCloseTo(share, 6);
  expect(data[3]).toBeGreaterThan(0);
  // Several classes, and a number that is missing or one value.
  const classes = [0, 0, 1, 2, 1, 1, 2, 2, 0, 0, 0, 0];
  const several = linearModel(x, classes, { objective: "classes", categories: [3], l2: 0 }).predict(asked);
  expect(several.shape).toEqual([4, 3]);
  for (const [k, share] of [1 / 2, 1 / 4, 1 / 4, 0, 2 / 3, 1 / 3, 4 / 5, 0, 1 / 5].entries())
    expect(several.data[k]).toBeCloseTo(share, 4);
  const number = linearModel(rows([[1], [1], [no], [no]]), [0, 4, 10, 20], { objective: "squares", l2: 0 });
  for (const [i, value] of [2, 15].entries()) expect(number.predict(rows([[1], [no]])).data[i]).toBeCloseTo(value, 6);
});

/** Mixed rows, and labels that depend on them. */
const mixed = (n: number) => {
  const z = normal([n, 3], { seed: 5, dtype: "float64" }).data;
  const codes = integers([n], { seed: 6, high: 4 }).data;
  const x = ndarray(
    Float64Array.from({ length: 3 * n }, (_, k) => {
      const i = Math.floor(k / 3);
      return k % 3 === 0 ? 100 + 7 * z[k]! : k % 3 === 1 ? codes[i]! : z[k]! > 1 ? no : 1e-6 * z[k]!;
    }),
    [n, 3],
  );
  const score = (i: number) => z[3 * i]! + (codes[i] === 2 ? 2 : 0) + z[3 * i + 1]!;
  return { x, score, categories: [0, 4, 0] };
};

test("at the optimum, no weight can be moved for the better", () => {
  const n = 200;
  const { x, score, categories } = mixed(n);
  const y = Array.from({ length: n }, (_, i) => (score(i) > 1.5 ? 2 : score(i) > 0 ? 1 : 0));
  const l2 = 0.7;
  const penalised = (model: LinearModel, target: readonly number[]): number => {
    const { data } = model.predict(x);
    const { objective, classes } = model;
    const of = (i: number) =>
      objective === "classes" ? data[i * classes + target[i]!]! : target[i] === 1 ? data[i]! : 1 - data[i]!;
    const squares = model.weights.flatMap((row) => row.slice(0, -1)).reduce((sum, weight) => sum + weight ** 2, 0);
    return target.reduce((sum, _, i) => sum - Math.log(of(i)), (l2 / 2) * squares);
  };
  for (const objective of ["binary", "classes"] as const) {
    const target = objective === "binary" ? y.map((label) => Math.min(label, 1)) : y;
    const model = linearModel(x, target, { objective, categories, l2 });
    const least = penalised(model, target);
    for (const [k, list] of model.weights.entries())
      for (const j of list.keys())
        for (const step of [-1e-3, 1e-3]) {
          const weights = model.weights.map((row) => [...row]);
          weights[k]![j]! += step;
          const moved = penalised(restoreLinearModel({ ...model, weights }), target);
          expect(moved).toBeGreaterThan(least - 1e-9);
          // To first order nothing: the slope is below 1e-6.
          expect(moved - least).toBeLessThan(1e-6 * (n + 1));
        }
  }
});

test("classes that a line separates, constant columns, and a category of 5,000 levels", () => {
  const apart = linearModel(
    rows([
      [1, 9],
      [2, 9],
      [3, 9],
      [4, 9],
    ]),
    [0, 0, 1, 1],
  ).predict(
    rows([
      [0, 9],
      [5, 9],
    ]),
  ).data;
  expect(apart[0]).toBeLessThan(0.2);
  expect(apart[1]).toBeGreaterThan(0.8);
  const n = 10_000;
  const codes = Float64Array.from({ length: n }, (_, i) => i >> 1);
  const labels = Array.from(codes, (code) => code % 2);
  const { data } = linearModel(ndarray(codes, [n, 1]), labels, { categories: [5000] }).predict(ndarray(codes, [n, 1]));
  expect(data.every((p, i) => p > 0.5 === (labels[i] === 1))).toBe(true);
});

test("a model is plain JSON and predicts the same when read again; what is refused", () => {
  const { x, score, categories } = mixed(60);
  const y = Array.from({ length: 60 }, (_, i) => (score(i) > 1 ? 1 : 0));
  const model = linearModel(x, y, { categories });
  const text = JSON.stringify(model);
  expect([...restoreLinearModel(JSON.parse(text)).predict(x).data]).toEqual([...model.predict(x).data]);
  const refused = (options: object, target: ArrayLike<number> = y, of: NdArray = x) =>
    expect(() => linearModel(of, target, options));
  refused({ categories: [0, 3, 0] }).toThrow(/code from 0 to 2/);
  refused({ categories, l2: -1 }).toThrow(ArgumentError);
  refused({ categories, l1: 1 }).toThrow(/l1.*l2/s);
  refused(
    {},
    y.map((label) => label + 1),
  ).toThrow(/labels 0 or 1/);
  refused({}, [1], rows([[1]])).toThrow(ShapeError);
  expect(() => model.predict(rows([[1]]))).toThrow(ShapeError);
  expect(() => restoreLinearModel({ ...model, weights: [[1]] })).toThrow(ArgumentError);
});

import { normal, perceptron } from "@scorefield/core";
import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { binomialTail, classifierTwoSample } from "./classifier-two-sample.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const network = perceptron({ widths: [16] });

test("the tail of fair coins", () => {
  expect(binomialTail(0, 10)).toBe(1);
  expect(binomialTail(10, 10)).toBeCloseTo(2 ** -10, 15);
  expect(binomialTail(6, 10)).toBeCloseTo(386 / 1024, 12);
  // In whole numbers.
  expect(binomialTail(1100, 2000)).toBeCloseTo(4.228544767751963e-6, 15);
});

test("normal distributions a shift apart: Bayes' accuracy", async () => {
  const shift = (array: NdArray<"float32">): NdArray<"float32"> =>
    ndarray(
      array.data.map((value) => value + 1),
      array.shape,
    );
  const n = 4000;
  const a = normal([n, 1], { seed: 1 });
  const b = shift(normal([n, 1], { seed: 2 }));
  const { accuracy, pValue, right } = await classifierTwoSample(a, b, { network, steps: 400, runtime });
  expect(right.length).toBe(n);
  // Phi(1/2) is the best; training on 4,000 rows costs less than a standard error of the count, sqrt(pq / 4000).
  expect(Math.abs(accuracy - 0.6914624612740131)).toBeLessThan(5 * Math.sqrt((0.69 * 0.31) / n));
  expect(pValue).toBeLessThan(1e-50);
});

test("one distribution: about one half, and p-values that are not small too often", async () => {
  const found: number[] = [];
  for (let seed = 0; seed < 12; seed++) {
    const a = normal([200, 2], { seed: 3, step: seed });
    const b = normal([300, 2], { seed: 4, step: seed });
    const { accuracy, pValue, right } = await classifierTwoSample(a, b, { network, steps: 60, seed, runtime });
    expect(right.length).toBe(200);
    expect(Math.abs(accuracy - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / 200));
    found.push(pValue);
  }
  // The chance of more than 4 of 12 p-values below 0.1 is 0.0005.
  expect(found.filter((p) => p < 0.1).length).toBeLessThan(5);
});

test("sets of another shape, or too few rows, are refused", async () => {
  const a = normal([10, 2], { seed: 1 });
  await expect(classifierTwoSample(a, normal([10, 3], { seed: 1 }), { runtime })).rejects.toThrow(ShapeError);
  await expect(classifierTwoSample(a, normal([3, 2], { seed: 1 }), { runtime })).rejects.toThrow(ShapeError);
});

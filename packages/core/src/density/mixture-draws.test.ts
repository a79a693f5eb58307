import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { normal } from "../random/normal.ts";
import { evaluator, threeInFour } from "./mixture.case.ts";
import { gaussianMixture } from "./mixture.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());
const evaluate = evaluator(runtime);

/** How many standard errors the mean of independent values lies from its expectation. */
const standardErrors = (values: readonly number[], expected: number): number => {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return Math.abs(mean - expected) / Math.sqrt(variance / n);
};

const density = gaussianMixture(threeInFour);

test("row i depends on the seed and its number alone", () => {
  const all = density.sample(20, 5).data;
  expect(density.sample(3, 5, 7).data).toEqual(all.subarray(28, 40));
  expect(density.sample(20, 6).data).not.toEqual(all);
});

test("moments are the mixture's", () => {
  const [n, d] = [100_000, 4];
  const { data } = density.sample(n, 1);
  const { weights, means, covariances } = threeInFour;
  const mean = Array.from({ length: d }, (_, i) => weights.reduce((sum, w, k) => sum + w * means[k]![i]!, 0));
  for (let i = 0; i < d; i++)
    for (let j = 0; j <= i; j++) {
      const expected = weights.reduce(
        (sum, w, k) => sum + w * (covariances[k]![i]![j]! + (means[k]![i]! - mean[i]!) * (means[k]![j]! - mean[j]!)),
        0,
      );
      const products = Array.from(
        { length: n },
        (_, row) => (data[row * d + i]! - mean[i]!) * (data[row * d + j]! - mean[j]!),
      );
      expect(standardErrors(products, expected)).toBeLessThan(4.5);
    }
  for (let i = 0; i < d; i++)
    expect(
      standardErrors(
        Array.from({ length: n }, (_, row) => data[row * d + i]!),
        mean[i]!,
      ),
    ).toBeLessThan(4.5);
});

test("components occur as often as their weights say", () => {
  const far = gaussianMixture({ weights: [5, 1, 2, 2], means: [0, 10, 20, 30], covariances: [1, 1, 1, 1] });
  const n = 50_000;
  const { data } = far.sample(n, 3);
  [0.5, 0.1, 0.2, 0.2].forEach((weight, k) => {
    const indicator = Array.from(data, (x) => Number(Math.round(x / 10) === k));
    expect(standardErrors(indicator, weight)).toBeLessThan(4.5);
  });
});

test.each([
  [1, 0.3],
  [0.6, 0.8],
  [0.05, 0.99875],
])(
  "noised samples follow the distribution at alpha %d, sigma %d: E score = 0, E (score_i x_j) = -1 if i = j else 0",
  async (alpha, sigma) => {
    const [n, d] = [20_000, 4];
    const z = normal([n, d], { seed: 9, purpose: "noise" }).data;
    const x = Array.from(density.sample(n, 8).data, (value, i) => alpha * value + sigma * z[i]!);
    const { score } = await evaluate(density, x, new Array(n).fill(alpha), new Array(n).fill(sigma));
    const column = (i: number, f: (row: number) => number) =>
      Array.from({ length: n }, (_, row) => score[row * d + i]! * f(row));
    for (let i = 0; i < d; i++) {
      expect(
        standardErrors(
          column(i, () => 1),
          0,
        ),
      ).toBeLessThan(4.5);
      for (let j = 0; j < d; j++)
        expect(
          standardErrors(
            column(i, (row) => x[row * d + j]!),
            i === j ? -1 : 0,
          ),
        ).toBeLessThan(4.5);
    }
  },
);

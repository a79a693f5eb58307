import { compile, fromNested, grad, ndarray, ShapeError, sum } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { gaussian } from "./gaussian.ts";
import { evaluator, type Matrix, type Parts, randomCovariance, randomRows, threeInFour } from "./mixture.case.ts";
import { gaussianMixture } from "./mixture.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());
const evaluate = evaluator(runtime);

/** Solves A y = b by Cholesky's factorisation, with log det A: an independent way to the Gaussian's formulas. */
const choleskySolve = (a: Matrix, b: readonly number[]): { y: number[]; logDeterminant: number } => {
  const d = b.length;
  const l: Matrix = a.map((row) => row.map(() => 0));
  for (let i = 0; i < d; i++)
    for (let j = 0; j <= i; j++) {
      let rest = a[i]![j]!;
      for (let k = 0; k < j; k++) rest -= l[i]![k]! * l[j]![k]!;
      l[i]![j] = i === j ? Math.sqrt(rest) : rest / l[j]![j]!;
    }
  const y = [...b];
  for (let i = 0; i < d; i++) {
    for (let k = 0; k < i; k++) y[i]! -= l[i]![k]! * y[k]!;
    y[i]! /= l[i]![i]!;
  }
  for (let i = d - 1; i >= 0; i--) {
    for (let k = i + 1; k < d; k++) y[i]! -= l[k]![i]! * y[k]!;
    y[i]! /= l[i]![i]!;
  }
  return { y, logDeterminant: l.reduce((sum, row, i) => sum + 2 * Math.log(row[i]!), 0) };
};

/** Log-density, score and posterior mean of alpha x_0 + sigma z by the textbook formulas with full matrices. */
const onHost = ({ weights, means, covariances }: Parts, x: readonly number[], alpha: number, sigma: number) => {
  const d = x.length;
  const parts = means.map((mean, k) => {
    const c = covariances[k]!;
    const noisy = c.map((row, i) => row.map((value, j) => alpha ** 2 * value + (i === j ? sigma ** 2 : 0)));
    const centred = x.map((value, i) => value - alpha * mean[i]!);
    const { y, logDeterminant } = choleskySolve(noisy, centred);
    const distance = y.reduce((sum, value, i) => sum + value * centred[i]!, 0);
    return {
      log: Math.log(weights[k]!) - 0.5 * (distance + logDeterminant + d * Math.log(2 * Math.PI)),
      score: y.map((value) => -value),
      denoised: mean.map((m, i) => m + alpha * c[i]!.reduce((sum, value, j) => sum + value * y[j]!, 0)),
    };
  });
  const peak = Math.max(...parts.map(({ log }) => log));
  const total = parts.reduce((sum, { log }) => sum + Math.exp(log - peak), 0);
  const average = (part: "score" | "denoised") =>
    x.map((_, i) => parts.reduce((sum, p) => sum + (Math.exp(p.log - peak) / total) * p[part][i]!, 0));
  return { logDensity: peak + Math.log(total), score: average("score"), denoised: average("denoised") };
};

const levels: [alpha: number, sigma: number][] = [
  [1, 0.001],
  [1, 0.05],
  [1, 1],
  [1, 80],
  [0.9, Math.sqrt(0.19)],
  [0.01, 0.9999],
  [0, 1],
];

describe("the distribution under noise", () => {
  test.each([
    ["a mixture of 3 in 4 dimensions", threeInFour],
    ["a Gaussian in 7", { weights: [1], means: randomRows(1, 7, 15), covariances: [randomCovariance(7, 16)] }],
    ["a mixture of 2 in 1", { weights: [0.9, 0.1], means: [[-1], [2]], covariances: [[[0.3]], [[2]]] }],
    [
      "a mixture of 100 in 64",
      {
        weights: new Array(100).fill(0.01),
        means: randomRows(100, 64, 17),
        covariances: Array.from({ length: 100 }, (_, k) => randomCovariance(64, 100 + k)),
      },
    ],
  ] as [string, Parts][])("%s agrees with the formulas in full matrices", async (_, parts) => {
    const density = gaussianMixture(parts);
    const d = parts.means[0]!.length;
    const points = randomRows(levels.length, d, 18, 2);
    const found = await evaluate(
      density,
      points.flat(),
      levels.map(([a]) => a),
      levels.map(([, s]) => s),
    );
    levels.forEach(([alpha, sigma], i) => {
      const x = points[i]!;
      const expected = onHost(parts, x, alpha, sigma);
      expect(Math.abs(found.logDensity[i]! / expected.logDensity - 1)).toBeLessThan(1e-9);
      const size = (values: number[]) => Math.max(...values.map(Math.abs));
      for (const part of ["score", "denoised"] as const)
        for (let j = 0; j < d; j++)
          expect(Math.abs(found[part][i * d + j]! - expected[part][j]!)).toBeLessThan(1e-9 * size(expected[part]));
    });
  });

  test("the score is the gradient of the log-density", async () => {
    const density = gaussianMixture(threeInFour);
    const n = levels.length;
    const spec = { shape: [n], dtype: "float64" } as const;
    const gradient = await compile(
      (x, alpha, sigma) => grad((x: typeof alpha) => sum(density.noisy(x, alpha, sigma).logDensity))(x),
      [{ shape: [n, 4], dtype: "float64" }, spec, spec],
      { runtime },
    );
    const x = Float64Array.from(randomRows(n, 4, 19, 2).flat());
    const [alpha, sigma] = [levels.map(([a]) => a), levels.map(([, s]) => s)];
    const found = await gradient(
      ndarray(x, [n, 4]),
      ndarray(Float64Array.from(alpha)),
      ndarray(Float64Array.from(sigma)),
    );
    const { score } = await evaluate(density, Array.from(x), alpha, sigma);
    score.forEach((value, i) => {
      expect(Math.abs((found.data as Float64Array)[i]! - value)).toBeLessThan(1e-10 * (1 + Math.abs(value)));
    });
  });

  test("identical components are one Gaussian, of any weights", async () => {
    const [mean, covariance] = [randomRows(1, 3, 20)[0]!, randomCovariance(3, 21)];
    const one = gaussian({ mean, covariance });
    const same = gaussianMixture({
      weights: [1, 2, 5],
      means: [mean, mean, mean],
      covariances: [covariance, covariance, covariance],
    });
    const x = randomRows(levels.length, 3, 22).flat();
    const [alpha, sigma] = [levels.map(([a]) => a), levels.map(([, s]) => s)];
    const [a, b] = [await evaluate(one, x, alpha, sigma), await evaluate(same, x, alpha, sigma)];
    for (const part of ["logDensity", "score", "denoised"] as const)
      a[part].forEach((value, i) => {
        expect(Math.abs(b[part][i]! - value)).toBeLessThan(1e-12 * (1 + Math.abs(value)));
      });
  });

  test("the density integrates to 1 over the plane, with and without noise", async () => {
    const density = gaussianMixture({
      weights: [1, 3],
      means: [
        [-1, 0.5],
        [1, -0.5],
      ],
      covariances: [
        [
          [0.3, 0.2],
          [0.2, 0.4],
        ],
        [0.2, 0.5],
      ],
    });
    // The trapezoidal rule converges faster than any power of the spacing; the border lies beyond 8 deviations.
    const side = 121;
    const step = 16 / (side - 1);
    const grid = Array.from({ length: side * side }, (_, i) => [
      -8 + step * Math.floor(i / side),
      -8 + step * (i % side),
    ]).flat();
    for (const [alpha, sigma] of [
      [1, 0],
      [0.8, 0.6],
    ] as const) {
      const count = side * side;
      const { logDensity } = await evaluate(density, grid, new Array(count).fill(alpha), new Array(count).fill(sigma));
      const integral = logDensity.reduce((sum, value) => sum + Math.exp(value), 0) * step ** 2;
      expect(Math.abs(integral - 1)).toBeLessThan(1e-9);
    }
  });

  test("in float32 five digits hold for the score from noise of 1e-3 to 80, where Tweedie's difference has none", async () => {
    const density = gaussianMixture(threeInFour);
    const [n, d] = [200, 4];
    const x = density.sample(n, 23).data;
    const sigma = Array.from({ length: n }, (_, i) => Math.fround(1e-3 * 80_000 ** (i / n)));
    const alpha = new Array<number>(n).fill(1);
    const found = await evaluate(density, x, alpha, sigma, "float32");
    const exact = await evaluate(density, Array.from(x), alpha, sigma);
    let byTweedie = 0;
    for (let i = 0; i < n; i++) {
      const size = Math.hypot(...exact.score.subarray(i * d, (i + 1) * d));
      expect(Math.abs(found.logDensity[i]! - exact.logDensity[i]!)).toBeLessThan(
        1e-5 * (1 + Math.abs(exact.logDensity[i]!)),
      );
      for (let j = i * d; j < (i + 1) * d; j++) {
        expect(Math.abs(found.score[j]! - exact.score[j]!)).toBeLessThan(1e-5 * size + 3e-5);
        expect(Math.abs(found.denoised[j]! - exact.denoised[j]!)).toBeLessThan(1e-5);
        const difference = Math.fround(found.denoised[j]! - x[j]!) / sigma[i]! ** 2;
        byTweedie = Math.max(byTweedie, Math.abs(difference - exact.score[j]!) / size);
      }
    }
    expect(byTweedie).toBeGreaterThan(1e-3);
  });

  test("samples of any shape, a single number included", async () => {
    const covariance = randomCovariance(6, 24);
    const flat = gaussian({ mean: [1, 2, 3, 4, 5, 6], covariance });
    const image = gaussian({
      mean: fromNested([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      covariance: fromNested(covariance, "float64"),
    });
    expect(image.shape).toEqual([2, 3]);
    expect(image.sample(5, 1).shape).toEqual([5, 2, 3]);
    expect(image.sample(5, 1).data).toEqual(flat.sample(5, 1).data);
    const x = randomRows(2, 6, 25).flat();
    expect(await evaluate(image, x, [1, 0.5], [0.1, 1])).toEqual(await evaluate(flat, x, [1, 0.5], [0.1, 1]));

    const number = gaussian({ mean: 3, covariance: 4 });
    expect(number.sample(5, 1).shape).toEqual([5]);
    // N(3, 4) with noise of variance 5: variance 9.
    const { logDensity, score, denoised } = await evaluate(number, [6], [1], [Math.sqrt(5)]);
    expect(logDensity[0]).toBeCloseTo(-0.5 * (1 + Math.log(2 * Math.PI * 9)), 12);
    expect(score[0]).toBeCloseTo(-1 / 3, 12);
    expect(denoised[0]).toBeCloseTo(3 + 4 / 3, 12);
  });

  test("one variance, a variance for each and the matrix mean the same", async () => {
    const [means, x] = [randomRows(2, 3, 26), randomRows(2, 3, 27).flat()];
    const diagonal = (v: number[]) => v.map((value, i) => v.map((_, j) => (i === j ? value : 0)));
    // A tiny tilt keeps the second on the path of rotated bases.
    const tilted = diagonal([2, 2, 2]);
    tilted[0]![1] = tilted[1]![0] = 1e-13;
    const plain = gaussianMixture({ means, covariances: [2, [1, 2, 3]] });
    const full = gaussianMixture({ means, covariances: [tilted, diagonal([1, 2, 3])] });
    expect(full.components[0]!.basis).toBeDefined();
    const [a, b] = [await evaluate(plain, x, [1, 0.5], [0.1, 1]), await evaluate(full, x, [1, 0.5], [0.1, 1])];
    for (const part of ["logDensity", "score", "denoised"] as const)
      a[part].forEach((value, i) => {
        expect(Math.abs(b[part][i]! - value)).toBeLessThan(1e-11);
      });
  });

  test("singular covariances: a point, and a line in space", async () => {
    const point = gaussian({ mean: [1, -2], covariance: 0 });
    const atPoint = await evaluate(point, [3, 3, -1, 0], [0.5, 1], [0.1, 2]);
    expect(Array.from(atPoint.denoised)).toEqual([1, -2, 1, -2]);
    expect(atPoint.score[0]).toBeCloseTo(-(3 - 0.5) / 0.01, 9);
    expect(Array.from(point.sample(2, 1).data)).toEqual([1, -2, 1, -2]);

    const direction = [2 / 3, 1 / 3, 2 / 3];
    const line = gaussian({ mean: [0, 0, 0], covariance: direction.map((a) => direction.map((b) => 9 * a * b)) });
    const samples = line.sample(50, 2).data;
    for (let i = 0; i < 50; i++) {
      const [x, y, z] = samples.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number];
      // The eigenvalue 0 is found to rounding of 9, whose root is 1e-7.
      expect(Math.abs(x - 2 * y)).toBeLessThan(1e-6);
      expect(Math.abs(x - z)).toBeLessThan(1e-6);
    }
    const x = [1, 1, 1];
    const { denoised } = await evaluate(line, x, [1], [0.5]);
    const along = (5 / 3) * (9 / 9.25);
    direction.forEach((value, i) => {
      expect(Math.abs(denoised[i]! - along * value)).toBeLessThan(1e-12);
    });
  });
});

test("weights are proportions", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 20 }),
      (weights) => {
        const { weights: found } = gaussianMixture({ weights, means: weights.map((_, k) => [k]) });
        const total = weights.reduce((a, b) => a + b, 0);
        found.forEach((value, k) => {
          expect(value).toBeCloseTo(weights[k]! / total, 14);
        });
      },
    ),
    { numRuns: 50, seed: 6 },
  );
});

test("bad input is named", () => {
  const means = [
    [0, 0],
    [1, 1],
  ];
  expect(() => gaussianMixture({ means: [] })).toThrow(ShapeError);
  expect(() => gaussianMixture({ means, weights: [1] })).toThrow(/expected 2 weights, one for each mean; found 1/);
  expect(() => gaussianMixture({ means, weights: [1, 0] })).toThrow(ArgumentError);
  expect(() => gaussianMixture({ means, weights: [1, Number.NaN] })).toThrow(ArgumentError);
  expect(() => gaussianMixture({ means, covariances: [1] })).toThrow(ShapeError);
  expect(() => gaussianMixture({ means, covariances: 0.05 as never })).toThrow(
    /covariances to be a list, one for each of 2/,
  );
  expect(() => gaussianMixture({ means, covariances: [1, [1, 2, 3]] })).toThrow(
    /covariance 1: .*2 x 2.*found shape \[3\]/,
  );
  expect(() => gaussianMixture({ means: [[0, Number.NaN]] })).toThrow(ArgumentError);
  expect(() =>
    gaussian({
      mean: [0, 0],
      covariance: [
        [1, 0.5],
        [0.4, 1],
      ],
    }),
  ).toThrow(/symmetric/);
  expect(() =>
    gaussian({
      mean: [0, 0],
      covariance: [
        [1, 2],
        [2, 1],
      ],
    }),
  ).toThrow(/eigenvalue -1/);
  expect(() => gaussian({ mean: [0, 0], covariance: -1 })).toThrow(ArgumentError);
  expect(() => gaussian({ mean: [0, 0], covariance: [1, Number.POSITIVE_INFINITY] })).toThrow(ArgumentError);
  expect(() => gaussian({ mean: [] })).toThrow(ShapeError);
});

import { ArgumentError, normal } from "@scorefield/core";
import { pivotedCholesky, symmetricEigen } from "@scorefield/core/internal";
import { fromNested, type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { frechetDistance } from "./frechet-distance.ts";
import { sampleCovariance, sampleMean } from "./moments.ts";

/** The distance from means and covariances, by eigenvectors: tr (S1^(1/2) S2 S1^(1/2))^(1/2). */
const byRoots = (a: NdArray, b: NdArray): number => {
  const [m1, m2] = [sampleMean(a).data, sampleMean(b).data];
  const [s1, s2] = [sampleCovariance(a).data, sampleCovariance(b).data];
  const d = m1.length;
  const multiply = (x: Float64Array, y: Float64Array) =>
    Float64Array.from({ length: d * d }, (_, at) => {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += x[Math.floor(at / d) * d + k]! * y[k * d + (at % d)]!;
      return sum;
    });
  const { values, vectors } = symmetricEigen(s1, d);
  const scaled = vectors.map((v, at) => v * Math.sqrt(Math.max(0, values[at % d]!)));
  const transposed = Float64Array.from(vectors, (_, at) => vectors[(at % d) * d + Math.floor(at / d)]!);
  const root = multiply(scaled, transposed);
  const inner = symmetricEigen(multiply(multiply(root, s2), root), d).values;
  let sum = 0;
  for (let j = 0; j < d; j++)
    sum += (m1[j]! - m2[j]!) ** 2 + s1[j * d + j]! + s2[j * d + j]! - 2 * Math.sqrt(Math.max(0, inner[j]!));
  return sum;
};

const mixed = (n: number, d: number, seed: number, shift = 0): NdArray<"float64"> => {
  const { data } = normal([n, d], { seed, dtype: "float64" });
  // Neighbouring columns are correlated, and each has its own scale.
  return ndarray(
    data.map((z, i) => shift + (1 + (i % d) / d) * (z + (i % d ? 0.7 * data[i - 1]! : 0))),
    [n, d],
  );
};

test("on the line: the squared differences of means and deviations", () => {
  const [a, b] = [fromNested([[1], [3]]), fromNested([[10], [14], [18]])];
  // Means 2 and 14, deviations sqrt(2) and 4.
  expect(frechetDistance(a, b)).toBeCloseTo(144 + (4 - Math.SQRT2) ** 2, 10);
});

test("the definition, with more rows than columns, fewer, and one set of each", () => {
  for (const [n, m, d] of [
    [200, 150, 6],
    [8, 9, 20],
    [9, 40, 20],
    [40, 9, 20],
  ] as const) {
    const [a, b] = [mixed(n, d, 1), mixed(m, d, 2, 0.5)];
    const expected = byRoots(a, b);
    expect(Math.abs(frechetDistance(a, b) - expected)).toBeLessThan(1e-6 * expected);
    expect(Math.abs(frechetDistance(b, a) - expected)).toBeLessThan(1e-6 * expected);
  }
});

test("the same set is at distance 0, and one moved by v at |v|^2; dead columns do no harm", () => {
  const a = mixed(100, 5, 3);
  for (let i = 0; i < 100; i++) a.data[i * 5 + 2] = 0;
  const moved = ndarray(
    a.data.map((value) => value + 2),
    [100, 5],
  );
  expect(frechetDistance(a, a)).toBeCloseTo(0, 6);
  expect(frechetDistance(a, moved)).toBeCloseTo(20, 6);
});

test("samples of Gaussians: the closed form plus the known bias of finite sets", () => {
  // N(0, 1) in d dimensions against itself: (1/n + 1/m) (3/2 d + d (d - 1) / 4), to leading order in 1/n.
  const [n, m, d, repeats] = [300, 400, 4, 400];
  const mean = (scale: number, shift: number) => {
    const found = Array.from({ length: repeats }, (_, step) => {
      const a = normal([n, d], { seed: 6, step, dtype: "float64" });
      const b = normal([m, d], { seed: 7, step, dtype: "float64" });
      return frechetDistance(
        a,
        ndarray(
          b.data.map((z) => scale * z + shift),
          [m, d],
        ),
      );
    });
    const average = found.reduce((sum, x) => sum + x, 0) / repeats;
    return [average, Math.sqrt(found.reduce((sum, x) => sum + (x - average) ** 2, 0)) / repeats] as const;
  };
  const bias = (1 / n + 1 / m) * ((3 / 2) * d + (d * (d - 1)) / 4);
  const [same, error] = mean(1, 0);
  // Terms of the next order are about d / n of it.
  expect(Math.abs(same - bias)).toBeLessThan(3 * error + (bias * d) / n);
  expect(error).toBeLessThan(bias / 40);
  // N(0, 1) against N(0.5, 1.5^2): d (0.25 + 0.25).
  const [apart, spread] = mean(1.5, 0.5);
  expect(Math.abs(apart - 0.5 * d)).toBeLessThan(5 * spread + 3 * bias);
});

test("Cholesky's factor of a matrix of rank 3", () => {
  const d = 6;
  const c = normal([3, d], { seed: 9, dtype: "float64" }).data;
  const matrix = Float64Array.from({ length: d * d }, (_, at) =>
    [0, 1, 2].reduce((sum, r) => sum + c[r * d + Math.floor(at / d)]! * c[r * d + (at % d)]!, 0),
  );
  const factor = pivotedCholesky(matrix, d);
  expect(factor.n).toBe(3);
  for (const [at, value] of matrix.entries()) {
    const [i, j] = [Math.floor(at / d), at % d];
    expect([0, 1, 2].reduce((sum, r) => sum + factor.data[r * d + i]! * factor.data[r * d + j]!, 0)).toBeCloseTo(
      value,
      12,
    );
  }
});

test("bad sets are named", () => {
  expect(() => frechetDistance(fromNested([[1]]), fromNested([[1], [2]]))).toThrow(ShapeError);
  expect(() => frechetDistance(fromNested([[1, 2]]), fromNested([[1], [2]]))).toThrow(ShapeError);
  expect(() => frechetDistance(fromNested([[Number.NaN], [1]]), fromNested([[1], [2]]))).toThrow(ArgumentError);
});

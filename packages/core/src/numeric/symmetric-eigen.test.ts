import { expect, test } from "vitest";
import { normal } from "../random/normal.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

const product = (vectors: Float64Array, values: Float64Array, d: number): number[] =>
  Array.from({ length: d * d }, (_, ij) => {
    const [i, j] = [Math.floor(ij / d), ij % d];
    return values.reduce((sum, value, k) => sum + vectors[i * d + k]! * value * vectors[j * d + k]!, 0);
  });

test.each([1, 2, 3, 10, 64])("rebuilds random symmetric matrices of size %i from orthonormal vectors", (d) => {
  const g = normal([d, d], { seed: d, dtype: "float64" }).data;
  const matrix = g.map((value, ij) => value + g[(ij % d) * d + Math.floor(ij / d)]!);
  const { values, vectors } = symmetricEigen(matrix, d);
  const size = Math.max(...matrix.map(Math.abs));
  product(vectors, values, d).forEach((value, ij) => {
    expect(Math.abs(value - matrix[ij]!)).toBeLessThan(1e-14 * d * size);
  });
  product(vectors, new Float64Array(d).fill(1), d).forEach((value, ij) => {
    expect(Math.abs(value - (ij % (d + 1) === 0 ? 1 : 0))).toBeLessThan(1e-14 * d);
  });
});

test("known eigenvalues: the path graph's Laplacian has 2 - 2 cos(pi k / d)", () => {
  const d = 12;
  const laplacian = new Float64Array(d * d);
  for (let i = 0; i + 1 < d; i++) {
    laplacian[i * d + i]! += 1;
    laplacian[(i + 1) * d + i + 1]! += 1;
    laplacian[i * d + i + 1] = laplacian[(i + 1) * d + i] = -1;
  }
  const values = symmetricEigen(laplacian, d).values.sort();
  values.forEach((value, k) => {
    expect(Math.abs(value - (2 - 2 * Math.cos((Math.PI * k) / d)))).toBeLessThan(1e-14);
  });
});

test("repeated and tiny eigenvalues: a rank-one matrix of wide range", () => {
  const u = [1e-6, 1, 1e3];
  const matrix = Float64Array.from({ length: 9 }, (_, ij) => u[Math.floor(ij / 3)]! * u[ij % 3]!);
  const values = Array.from(symmetricEigen(matrix, 3).values).sort((a, b) => a - b);
  expect(Math.abs(values[2]! / (1e-12 + 1 + 1e6) - 1)).toBeLessThan(1e-15);
  expect(Math.abs(values[0]!)).toBeLessThan(1e-9);
  expect(Math.abs(values[1]!)).toBeLessThan(1e-9);
});

import { expect, test } from "vitest";
import { normal } from "../random/normal.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";
import { symmetricEigenvalues } from "./symmetric-eigenvalues.ts";

const randomSymmetric = (d: number, seed: number): Float64Array => {
  const { data } = normal([d, d], { seed, dtype: "float64" });
  return data.map((_, k) => data[k]! + data[(k % d) * d + Math.floor(k / d)]!);
};

test.each([1, 2, 3, 10, 60])("agree with Jacobi's rotations, d = %s", (d) => {
  const matrix = randomSymmetric(d, d);
  const expected = symmetricEigen(matrix, d).values.sort().reverse();
  const found = symmetricEigenvalues(matrix, d);
  for (const [i, value] of found.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-12 * d);
});

test("the second difference has 2 - 2 cos(pi k / (d + 1))", () => {
  const d = 50;
  const matrix = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    matrix[i * d + i] = 2;
    if (i > 0) matrix[i * d + i - 1] = matrix[(i - 1) * d + i] = -1;
  }
  const found = symmetricEigenvalues(matrix, d);
  for (const [i, value] of found.entries())
    expect(Math.abs(value - (2 - 2 * Math.cos((Math.PI * (d - i)) / (d + 1))))).toBeLessThan(1e-14);
});

test.each([[[3]], [[2, 2]], [[0, 0, 0]], [[1, -1, 5, 0]]])("of diagonal matrices exactly: %s", (diagonal) => {
  const d = diagonal.length;
  const matrix = new Float64Array(d * d);
  for (const [i, value] of diagonal.entries()) matrix[i * d + i] = value;
  expect([...symmetricEigenvalues(matrix, d)]).toEqual(diagonal.toSorted((a, b) => b - a));
});

test("repeated and zero eigenvalues", () => {
  // A projection on a plane of five dimensions.
  const { data: z } = normal([2, 5], { seed: 1, dtype: "float64" });
  const [a, b] = [z.slice(0, 5), z.slice(5)];
  const unit = a.map((v) => v / Math.hypot(...a));
  const overlap = b.reduce((sum, v, i) => sum + v * unit[i]!, 0);
  const rest = b.map((v, i) => v - overlap * unit[i]!);
  const other = rest.map((v) => v / Math.hypot(...rest));
  const matrix = Float64Array.from({ length: 25 }, (_, k) => {
    const [i, j] = [Math.floor(k / 5), k % 5];
    return unit[i]! * unit[j]! + other[i]! * other[j]!;
  });
  const found = symmetricEigenvalues(matrix, 5);
  for (const [i, value] of found.entries()) expect(Math.abs(value - (i < 2 ? 1 : 0))).toBeLessThan(1e-14);
  expect([...symmetricEigenvalues(new Float64Array(9), 3)].every((value) => Math.abs(value) < 1e-300)).toBe(true);
});

import { expect, test } from "vitest";
import { normal } from "../random/normal.ts";
import { solve } from "./solve.ts";

test.each([1, 2, 5, 16])("A x = b for random matrices of size %i", (d) => {
  const matrix = normal([d, d], { seed: d, dtype: "float64" }).data;
  const x = normal([d], { seed: 100 + d, dtype: "float64" }).data;
  const right = Float64Array.from({ length: d }, (_, i) =>
    x.reduce((sum, value, j) => sum + matrix[i * d + j]! * value, 0),
  );
  const found = solve(matrix, right)!;
  for (const [i, value] of x.entries()) expect(found[i]).toBeCloseTo(value, 10);
});

test("needs pivots where an element of the diagonal is 0, and tells a singular matrix", () => {
  expect(solve(Float64Array.of(0, 1, 2, 0), Float64Array.of(3, 4))).toEqual(Float64Array.of(2, 3));
  expect(solve(Float64Array.of(1, 2, 2, 4), Float64Array.of(1, 1))).toBeUndefined();
});

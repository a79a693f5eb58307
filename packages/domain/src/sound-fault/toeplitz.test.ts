import { expect, test } from "vitest";
import { inverseDiagonal, solveToeplitz } from "./toeplitz.ts";

const column = [4, 1.5, -0.7, 0.3, 0.1];

test("solutions solve the equations", () => {
  const right = [1, -2, 3, 0.5, 0.2];
  const x = solveToeplitz(column, right);
  for (const [i, value] of right.entries())
    expect(x.reduce((sum, xj, j) => sum + column[Math.abs(i - j)]! * xj, 0)).toBeCloseTo(value, 12);
  expect(solveToeplitz([], [])).toEqual(new Float64Array(0));
});

test("the diagonal of the inverse is that of the solutions for unit vectors", () => {
  const diagonal = inverseDiagonal(column);
  for (const i of column.keys()) {
    const unit = column.map((_, j) => (i === j ? 1 : 0));
    expect(diagonal[i]).toBeCloseTo(solveToeplitz(column, unit)[i]!, 12);
  }
});

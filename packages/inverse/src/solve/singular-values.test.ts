import { normal } from "@scorefield/core";
import { expect, test } from "vitest";
import { singularValues } from "./singular-values.ts";

test.each([
  [4, 7],
  [7, 4],
  [3, 3],
  [1, 40],
])("A = U S V^T of %i x %i, with an orthonormal basis", (m, d) => {
  const matrix = normal([m, d], { seed: m, dtype: "float64" }).data;
  // One row depends on another.
  if (m === 4) for (let k = 0; k < d; k++) matrix[3 * d + k] = 2 * matrix[k]!;
  const { values, left, right } = singularValues(matrix, m, d);
  for (let i = 0; i < m; i++)
    for (let k = 0; k < d; k++) {
      let sum = 0;
      for (const [r, s] of values.entries()) sum += s * left[r * m + i]! * right[r * d + k]!;
      expect(sum).toBeCloseTo(matrix[i * d + k]!, 12);
    }
  for (let a = 0; a < d; a++)
    for (let b = 0; b < d; b++) {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += right[a * d + k]! * right[b * d + k]!;
      expect(sum).toBeCloseTo(a === b ? 1 : 0, 12);
    }
  expect(Array.from(values)).toEqual(Array.from(values).sort((a, b) => b - a));
  if (m === 4) expect(values[3]).toBe(0);
});

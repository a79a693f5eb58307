import { normal } from "@scorefield/core";
import { expect, test } from "vitest";
import { steinScore } from "./stein.ts";

test("of normal rows the score falls with the precision", () => {
  const n = 300;
  const z = normal([n, 2], { seed: 3, dtype: "float64" }).data;
  // Variances 1 and 1.25, precision [[1.25, -0.5], [-0.5, 1]] of b = 0.5 a + e.
  const values = z.map((value, k) => (k % 2 ? 0.5 * z[k - 1]! + value : value));
  const { score, jacobianDiagonal } = steinScore({ names: ["a", "b"], values }, { width: 10, ridge: 1e-6 });
  const mean = (column: number): number =>
    jacobianDiagonal.reduce((sum, value, k) => sum + (k % 2 === column ? value : 0), 0) / n;
  expect(Math.abs(mean(0) + 1.25)).toBeLessThan(4 * 1.25 * Math.sqrt(2 / n));
  expect(Math.abs(mean(1) + 1)).toBeLessThan(4 * Math.sqrt(2 / n));
  let error = 0;
  for (let i = 0; i < n; i++) error += (score[2 * i + 1]! + (values[2 * i + 1]! - 0.5 * values[2 * i]!)) ** 2 / n;
  // What the kernel adds to the linear score is noise.
  expect(error).toBeLessThan(0.2);
});

test("what is out of range is refused", () => {
  const rows = { names: ["a"], values: Float64Array.of(1, 2, 3) };
  expect(() => steinScore(rows, { ridge: 0 })).toThrow("steinScore ridge: expected a positive number");
  expect(() => steinScore({ names: ["a"], values: Float64Array.of(1, Number.NaN) })).toThrow("expected finite");
});

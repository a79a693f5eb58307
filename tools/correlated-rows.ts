/** Rows of a table for tests: two correlated columns and a constant. */
import { normal } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";

/** Names of the columns of {@link correlatedRows}. */
export const correlatedColumns = ["a", "b", "c"];

/**
 * Rows [n, 3]: `a` is N(10 + shift, 2^2), `b` is N(0, 1) and correlated with `a`, `c` is 3.
 * @param correlation of a and b, in [-1, 1]
 */
export const correlatedRows = (n: number, seed: number, correlation: number, shift = 0): NdArray<"float64"> => {
  const z = normal([n, 2], { seed, dtype: "float64" }).data;
  const rest = Math.sqrt(1 - correlation ** 2);
  const value = (i: number, j: number) =>
    [10 + 2 * z[2 * i]! + shift, correlation * z[2 * i]! + rest * z[2 * i + 1]!, 3][j]!;
  return ndarray(
    Float64Array.from({ length: 3 * n }, (_, k) => value(Math.floor(k / 3), k % 3)),
    [n, 3],
  );
};

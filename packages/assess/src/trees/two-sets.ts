/** Rows of two sets in one list, in parts: what tells the sets apart is trained on all parts but one, and judged by that one. */
import { permutation } from "@scorefield/core";
import type { Rows } from "@scorefield/core/internal";
import { type NdArray, ndarray } from "@scorefield/tensor";

/** Some rows of two sets. */
export interface LabelledRows {
  /** Their numbers in the list, in which the second set stands behind the first. */
  readonly numbers: readonly number[];
  /** [n, d] */
  readonly x: NdArray<"float64">;
  /** 0 for rows of the first set, 1 for those of the second, [n]. */
  readonly labels: readonly number[];
}

/** Rows in single precision: different ways to store the same numbers must not make sets differ. */
export const singlePrecision = (rows: Rows): Rows => ({ ...rows, data: Float64Array.from(rows.data, Math.fround) });

/** Two sets of rows of the same length in one list, the second behind the first. */
export const joined = ([first, second]: readonly [Rows, Rows]): Rows => {
  const data = new Float64Array(first.data.length + second.data.length);
  data.set(first.data);
  data.set(second.data, first.data.length);
  return { n: first.n + second.n, d: first.d, data };
};

/**
 * Parts of both sets. Each holds the same share of each set, drawn by the seed.
 * @param rows of both sets, as {@link joined} gives them
 * @param sizes rows of each set
 */
export const twoSetParts = (
  { n, d, data }: Rows,
  sizes: readonly [number, number],
  { folds, seed }: { readonly folds: number; readonly seed: number },
): {
  readonly inside: (part: number) => LabelledRows;
  readonly outside: (part: number) => LabelledRows;
} => {
  const [size] = sizes;
  const partOf = new Int32Array(n);
  for (const [s, count] of sizes.entries())
    for (const [place, row] of permutation(count, { seed, step: s, purpose: "resampling" }).data.entries())
      partOf[s * size + row] = place % folds;
  const some = (wanted: (row: number) => boolean): LabelledRows => {
    const numbers = Array.from({ length: n }, (_, row) => row).filter(wanted);
    const x = new Float64Array(numbers.length * d);
    for (const [i, row] of numbers.entries()) x.set(data.subarray(row * d, (row + 1) * d), i * d);
    return { numbers, x: ndarray(x, [numbers.length, d]), labels: numbers.map((row) => (row < size ? 0 : 1)) };
  };
  return {
    inside: (part) => some((row) => partOf[row] === part),
    outside: (part) => some((row) => partOf[row] !== part),
  };
};

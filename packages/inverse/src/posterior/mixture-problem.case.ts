/** A mixture of 25 modes, which benchmarks of posteriors take for a prior (Cardoso et al. 2024, section 4.1). */
import { gaussianMixture, type Mixture, normal } from "@scorefield/core";
import type { NdArray } from "@scorefield/tensor";

/** Means (8 i, 8 j, 8 i, 8 j, ...) for i, j from -2 to 2, unit variances, weights in proportion to squares of normal numbers. */
export const mixtureDensity = (
  d: number,
): { readonly density: Mixture; readonly means: number[][]; readonly weights: number[] } => {
  const means = [-2, -1, 0, 1, 2].flatMap((i) =>
    [-2, -1, 0, 1, 2].map((j) => Array.from({ length: d }, (_, k) => 8 * (k % 2 ? j : i))),
  );
  const weights = Array.from(normal([25], { seed: 1, dtype: "float64" }).data, (z) => z * z + 1e-9);
  return { density: gaussianMixture({ means, weights }), means, weights };
};

/** The shares of the 25 modes among draws [n, d]: each is nearest to one. */
export const modeShares =
  (d: number) =>
  ({ data, shape }: Pick<NdArray, "data" | "shape">): Float64Array => {
    const found = new Float64Array(25);
    for (let row = 0; row < shape[0]!; row++) {
      const [i, j] = [0, 1].map((k) => {
        let sum = 0;
        for (let c = k; c < d; c += 2) sum += Number(data[row * d + c]);
        return Math.min(4, Math.max(0, Math.round(sum / (d / 2) / 8) + 2));
      }) as [number, number];
      found[5 * i + j]! += 1 / shape[0]!;
    }
    return found;
  };

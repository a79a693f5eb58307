/** How far draws are from a Gaussian posterior: in its mean, and in its covariance. */
import type { Mixture } from "@scorefield/core";
import type { NdArray } from "@scorefield/tensor";

/** Errors of n draws, beside what n exact draws have by chance. */
export interface MomentErrors {
  /** Root mean square, over directions, of the error of the mean in deviations of the posterior. By chance 1 / sqrt(n). */
  readonly mean: number;
  /** Largest and least variance of the draws along a direction, with the posterior's as 1. By chance about 1 +- 2 sqrt(d / n). */
  readonly variances: readonly [least: number, most: number];
  /** Mean over directions of the variance, with the posterior's as 1. By chance 1 +- sqrt(2 / (n d)). */
  readonly variance: number;
}

/** @param posterior a mixture of one */
export const momentErrors = (draws: NdArray, { components }: Mixture): MomentErrors => {
  const { mean, variances, basis } = components[0]!;
  const d = mean.length;
  const n = draws.shape[0]!;
  // In the posterior's own directions, in units of its deviations.
  const white = Array.from({ length: n }, (_, i) =>
    Array.from({ length: d }, (_, k) => {
      let sum = 0;
      for (let j = 0; j < d; j++)
        sum += (basis ? basis[j * d + k]! : Number(j === k)) * (Number(draws.data[i * d + j]) - mean[j]!);
      return sum / Math.sqrt(variances[k]!);
    }),
  );
  const centre = Array.from({ length: d }, (_, k) => white.reduce((sum, row) => sum + row[k]!, 0) / n);
  const spread = Array.from(
    { length: d },
    (_, k) => white.reduce((sum, row) => sum + (row[k]! - centre[k]!) ** 2, 0) / (n - 1),
  );
  return {
    mean: Math.sqrt(centre.reduce((sum, value) => sum + value ** 2, 0) / d),
    variances: [Math.min(...spread), Math.max(...spread)],
    variance: spread.reduce((a, b) => a + b, 0) / d,
  };
};

/** What draws of each method are on Gaussian data, measured: errors that belong to the method, beside chance. */

/** Errors over the four problems of {@link "./gaussian-problem.case.ts"}, with the settings by default unless said. */
export interface MethodTruth {
  readonly settings?: object;
  /** The error of the mean, in deviations of the posterior, that the method may have besides chance. */
  readonly mean: number;
  /** Range of variances of the draws along directions of the posterior, with its own as 1, besides chance. */
  readonly variance: readonly [least: number, most: number];
}

/** By kind. Methods that give a point have no variance. */
export const gaussianTruths: Readonly<Record<string, MethodTruth>> = {
  exact: { mean: 0, variance: [1, 1] },
  mmps: { settings: { iterations: 8 }, mean: 0.03, variance: [0.98, 1.04] },
  mcgdiff: { mean: 0.04, variance: [0.93, 1.07] },
  tds: { mean: 0.05, variance: [0.9, 1.1] },
  "annealed-langevin": { mean: 0.12, variance: [0.94, 1.25] },
  "pnp-dm": { mean: 0.08, variance: [0.95, 2.1] },
  daps: { mean: 0.25, variance: [0.98, 2.6] },
  "ensemble-kalman": { mean: 0.25, variance: [0.95, 2.7] },
  replacement: { mean: 0.45, variance: [0.04, 1.1] },
  diffpir: { mean: 0.2, variance: [0.7, 1.15] },
};

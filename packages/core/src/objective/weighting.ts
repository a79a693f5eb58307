/** How much the error of a denoised estimate counts at each noise level. */
import type { Tensor } from "@scorefield/tensor";
import type { Process } from "../process/process.ts";

/** The weightings: see {@link Weighting}. */
export const weightings = ["edm", "sigma^2", "likelihood", "min-snr"] as const;

/**
 * How much each noise level counts, as factor of the squared error of the denoised estimate:
 * - `edm`: (r^2 + s^2) / (r s)^2 with r = sigma / alpha, s the data's deviation (Karras et al. 2022, table 1);
 * - `sigma^2`: sigma^2 times the squared error of the score, which is the squared error of the noise (Song & Ermon
 *   2019);
 * - `likelihood`: g(t)^2 times the squared error of the score; with `uniformTimes` a bound on the log-likelihood (Song et al. 2021b);
 * - `min-snr`: the signal-to-noise ratio, at most 5 (Hang et al. 2023).
 */
export type Weighting = (typeof weightings)[number];

const clippedSnr = 5;

/**
 * The factor of a squared denoising error at times t [n].
 * @param sigmaData the data's deviation, for the weighting `edm`
 */
export const errorWeight = (weighting: Weighting, process: Process, t: Tensor, sigmaData: number): Tensor => {
  const alpha = process.alpha(t);
  const sigma = process.sigma(t);
  const snr = alpha.divide(sigma).square();
  switch (weighting) {
    case "edm":
      return snr.add(1 / sigmaData ** 2);
    case "sigma^2":
      return snr;
    case "likelihood":
      return snr.multiply(process.diffusion(t).divide(sigma).square());
    case "min-snr":
      return snr.min(clippedSnr);
  }
};

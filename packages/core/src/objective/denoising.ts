/** Denoising score matching (Vincent 2011): the best guess of the data is the model that knows the score. */
import { sizeOf, type Tensor } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { expandTime } from "../model/expand-time.ts";
import { declare } from "../part/declare.ts";
import { boolean, choice, number, type OptionsOf } from "../part/setting.ts";
import { noiseDistributionSetting } from "./noise-distribution.ts";
import { perturb } from "./noisy-score.ts";
import type { Objective } from "./objective.ts";
import { initialUncertainty, uncertainty } from "./uncertainty.ts";
import { errorWeight, weightings } from "./weighting.ts";

const settings = {
  weighting: choice({
    values: weightings,
    default: "edm",
    help: "how much each noise level counts",
  }),
  noiseDistribution: noiseDistributionSetting,
  sigmaData: number({ above: 0, default: 1, help: "standard deviation of the data, for the edm weighting" }),
  /** Karras et al. 2024, section 2.1: loss e^-u(sigma) + u(sigma), which may be negative, so that no level drowns the others. */
  uncertainty: boolean({
    default: false,
    help: "learn how large the loss is at every noise level, and divide by it",
  }),
  relative: boolean({
    default: false,
    help: "divide the error of each sample by its mean square, so that small samples count as much as large ones",
  }),
};

/** In units of the mean square of samples, this is added to that of a sample, whose error is divided by it. */
const leastPower = 0.01;

/** Errors [n, ...] divided by the mean square of each sample x [n, ...]. */
const relativeTo = (error: Tensor, x: Tensor, sigmaData: number): Tensor => {
  const power = x
    .square()
    .reshape([x.shape[0]!, sizeOf(x.shape.slice(1))])
    .mean(1);
  return error.divide(expandTime(power.divide(sigmaData ** 2).add(leastPower), x.rank));
};

/** Options of {@link denoising}. */
export type DenoisingOptions = OptionsOf<typeof settings>;

/**
 * The denoising objective with x_t = alpha x_0 + sigma z drawn by reparameterisation. With `relative`, its minimum is the mean of x_0 given x_t with weights
 * 1 / (|x_0|^2 + 0.01), |x_0|^2 the mean square of a sample: it is the usual one where x_t or a condition tells how large a sample is.
 * @throws ArgumentError for an unknown weighting or a data deviation that is not positive
 */
export const denoising = declare({
  kind: "denoising",
  summary: "the squared error of the denoised estimate; the default",
  source: "Vincent 2011; Karras et al. 2022, table 1",
  settings,
  make: ({ weighting, noiseDistribution, sigmaData, uncertainty: learned, relative }, recipe): Objective => ({
    recipe,
    noiseDistribution,
    ...(learned && { initialise: initialUncertainty }),
    loss: (denoise, process, inputs, parameters) => {
      const { x, t } = inputs;
      const squared = denoise(perturb(process, inputs), t).subtract(x).square();
      const error = relative ? relativeTo(squared, x, sigmaData) : squared;
      const factor = errorWeight(weighting, process, t, sigmaData);
      if (!learned) return error.multiply(expandTime(factor, x.rank)).mean();
      if (!parameters) throw new ArgumentError("denoising: expected the parameters of its uncertainty, found none");
      const u = uncertainty(parameters, process, t);
      const certainty = factor.multiply(u.negate().exp());
      return error.multiply(expandTime(certainty, x.rank)).mean().add(u.mean());
    },
  }),
});

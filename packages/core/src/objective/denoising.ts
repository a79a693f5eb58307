/** Denoising score matching (Vincent 2011): the best guess of the data is the model that knows the score. */
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
  logarithm: boolean({
    default: false,
    help: "minimise the logarithm of each sample's error, so that easy samples count as much as hard ones",
  }),
};

/** Errors below this, weighted, are as good as none. */
const leastError = 1e-3;

/** Options of {@link denoising}. */
export type DenoisingOptions = OptionsOf<typeof settings>;

/**
 * The denoising objective with x_t = alpha x_0 + sigma z drawn by reparameterisation.
 *
 * With `logarithm` the loss of a sample is log(e + 0.001). e is its weighted error, averaged over its numbers. So its gradient is divided by e, and the
 * weighting of noise levels matters little. The minimum is near the mean of x_0 given x_t where e varies little for the same x_t, as it does in samples of many numbers.
 * @throws ArgumentError for an unknown weighting or a data deviation that is not positive, and for `uncertainty` with `logarithm`, which both
 *   weigh errors
 */
export const denoising = declare({
  kind: "denoising",
  summary: "the squared error of the denoised estimate; the default",
  source: "Vincent 2011; Karras et al. 2022, table 1",
  settings,
  make: ({ weighting, noiseDistribution, sigmaData, uncertainty: learned, logarithm }, recipe): Objective => {
    if (learned && logarithm)
      throw new ArgumentError(
        "denoising: expected uncertainty or logarithm, found both; set logarithm to false, since each weighs errors by itself",
      );
    return {
      recipe,
      noiseDistribution,
      ...(learned && { initialise: initialUncertainty }),
      loss: (denoise, process, inputs, parameters) => {
        const { x, t } = inputs;
        const error = denoise(perturb(process, inputs), t).subtract(x).square();
        const factor = errorWeight(weighting, process, t, sigmaData);
        if (logarithm) {
          const ofSample = error.reshape([x.shape[0]!, -1]).mean(1);
          return ofSample.multiply(factor).add(leastError).log().mean();
        }
        if (!learned) return error.multiply(expandTime(factor, x.rank)).mean();
        if (!parameters) throw new ArgumentError("denoising: expected the parameters of its uncertainty, found none");
        const u = uncertainty(parameters, process, t);
        const certainty = factor.multiply(u.negate().exp());
        return error.multiply(expandTime(certainty, x.rank)).mean().add(u.mean());
      },
    };
  },
});

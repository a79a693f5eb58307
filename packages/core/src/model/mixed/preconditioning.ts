/** Preconditioning for rows of numbers and categories: an exact softmax for categories, scales for numbers. */

import { checkRows, layoutOf, layoutSettings, mapBlocks, softmaxOfLevels } from "../../network/layout.ts";
import { declare } from "../../part/declare.ts";
import type { OptionsOf } from "../../part/setting.ts";
import { dataScale, edmScales, noiseLevel, type Preconditioning } from "../preconditioning.ts";
import { drawObserved } from "./draw-observed.ts";
import { meanInside } from "./mean-inside.ts";
import { featuresOf, observedBlocks, observedFeatures, observedSize, withoutExcluded } from "./observed.ts";

const settings = { ...layoutSettings, ...dataScale };

/** Options of {@link mixedPreconditioning}. */
export type MixedPreconditioningOptions = OptionsOf<typeof settings>;

/**
 * The denoised estimate of a row whose columns are numbers and categories. A category of k levels is the vector s e_j of
 * its level j, with the one-hot vectors e_1 ... e_k and the scale s. A number is denoised as by {@link edmPreconditioning}.
 * For a category with noise of deviation r = sigma / alpha, Bayes' rule gives
 *
 *     p(level j | y) = softmax_j(F_j + s y_j / r^2)        D = s p(level | y)
 *
 * where s y_j / r^2 is the exact log-likelihood of level j up to a constant, and F, which the network gives, is the log
 * probability of the level given the other columns. So D is a posterior mean, as of any score model, and exact for independent
 * categories with a constant F. It is the score interpolation of Dieleman et al. 2022 (section 3.2), with fixed embeddings
 * and the skip of the likelihood.
 *
 * Inside bounds it is the mean of a normal distribution of this mean and of deviation r sigma_data / sqrt(r^2 + sigma_data^2)
 * that is limited to them, which is exact for independent numbers: see {@link meanInside}.
 *
 * A model with a layout can be conditioned on what is known of a row (`observed`), which is kept exactly: numbers stay inside
 * their bounds, and excluded levels have the probability 0.
 * @throws ArgumentError for an empty layout, or scales that are not positive
 */
export const mixedPreconditioning = declare({
  kind: "mixed",
  name: "mixedPreconditioning",
  summary: "rows of numbers and categories: an exact softmax for categories, the scales of edm for numbers",
  source: "Dieleman et al. 2022, section 3.2; Karras et al. 2022, equation 7",
  settings,
  make: ({ columns, scale, sigmaData }, recipe): Preconditioning => {
    const known = columns && { columns, scale };
    return {
      recipe,
      ...(known && {
        observed: {
          size: observedSize(known),
          features: observedFeatures(known),
          draw: (x, draws) => drawObserved(known, x, draws),
        },
      }),
      denoise: (y, ratio, network, conditions) => {
        const layout = layoutOf({ columns, scale }, y.shape[1] ?? 1);
        checkRows("mixedPreconditioning", y, layout);
        const observed = conditions?.observed;
        const { cIn, cSkip, cOut } = edmScales(ratio, sigmaData);
        const seen = observed && { ...conditions, observed: featuresOf(layout, observed) };
        const F = network(y.multiply(cIn), noiseLevel(ratio), seen ?? conditions);
        const limits = observed && observedBlocks(layout, observed);
        return mapBlocks(layout, (block, slice, index) => {
          const own = limits?.[index];
          if (block.size === 1) {
            const mean = slice(y).multiply(cSkip).add(slice(F).multiply(cOut));
            return own ? meanInside(mean, cOut, own) : mean;
          }
          const logits = slice(F).add(slice(y).multiply(ratio.square().reciprocal().multiply(scale)));
          return softmaxOfLevels(own ? withoutExcluded(logits, own) : logits, block).multiply(scale);
        });
      },
    };
  },
});

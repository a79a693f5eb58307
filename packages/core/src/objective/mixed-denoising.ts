/** The denoising objective for rows of numbers and categories: squared errors and cross-entropies. */
import { log, type Tensor } from "@scorefield/tensor";
import { expandTime } from "../model/expand-time.ts";
import { blocksOf, checkRows, layoutOf, layoutSettings, sliceBlock } from "../network/layout.ts";
import { declare } from "../part/declare.ts";
import { number, type OptionsOf } from "../part/setting.ts";
import { noiseDistributionSetting } from "./noise-distribution.ts";
import { perturb } from "./noisy-score.ts";
import type { Objective } from "./objective.ts";
import { errorWeight } from "./weighting.ts";

const settings = {
  ...layoutSettings,
  categoryWeight: number({ above: 0, default: 1, help: "weight of the cross-entropy of a category, in nats" }),
  noiseDistribution: noiseDistributionSetting,
  sigmaData: number({ above: 0, default: 1, help: "standard deviation of the numbers, for the edm weighting" }),
};

/** Options of {@link mixedDenoising}. */
export type MixedDenoisingOptions = OptionsOf<typeof settings>;

// A probability below this costs as much as this: float32 has no logarithm of 0.
const leastProbability = 1e-12;

/**
 * The denoising objective for rows of a layout. A number counts by its squared error with the edm weighting, a category by
 * the cross-entropy -log p(level | x_t) of its level, which the denoised estimate states as `scale` times the
 * probabilities. Both are least for the posterior mean. The loss is the mean over columns.
 * @throws ArgumentError for an empty layout, or weights and scales that are not positive
 */
export const mixedDenoising = declare({
  kind: "mixed",
  name: "mixedDenoising",
  summary: "rows of numbers and categories: squared errors and cross-entropies",
  source: "Karras et al. 2022, table 1; Dieleman et al. 2022, section 3.2",
  settings,
  make: ({ columns, scale, categoryWeight, noiseDistribution, sigmaData }, recipe): Objective => ({
    recipe,
    noiseDistribution,
    loss: (denoise, process, inputs) => {
      const { x, t } = inputs;
      const layout = layoutOf({ columns, scale }, x.shape[1] ?? 1);
      checkRows("mixedDenoising", x, layout);
      const denoised = denoise(perturb(process, inputs), t);
      const weight = expandTime(errorWeight("edm", process, t, sigmaData), 2);
      const losses = blocksOf(layout).map((block): Tensor => {
        const part = (rows: Tensor): Tensor => sliceBlock(rows, block);
        if (block.size === 1) return part(denoised).subtract(part(x)).square().multiply(weight).sum();
        const p = part(denoised).multiply(1 / scale);
        return log(p.max(leastProbability))
          .multiply(part(x))
          .sum()
          .multiply(-categoryWeight / scale);
      });
      return losses.reduce((sum, loss) => sum.add(loss)).multiply(1 / (layout.columns.length * x.shape[0]!));
    },
  }),
});

/** Implicit score matching (Hyvarinen 2005): the score is learnt without knowing it, by its divergence. */
import { sizeOf, type Tensor } from "@scorefield/tensor";
import { exactDivergence } from "../model/divergence.ts";
import { perSample } from "../model/per-sample.ts";
import { declare } from "../part/declare.ts";
import type { OptionsOf } from "../part/setting.ts";
import { perturb, scoreField, scoreMatchingSettings, scoreWeight } from "./noisy-score.ts";
import type { Objective } from "./objective.ts";

/** Options of {@link implicit}, and of every objective on the score. */
export type ScoreMatchingOptions = OptionsOf<typeof scoreMatchingSettings>;

/** Integrating by parts turns E |s - grad log p|^2 / 2 into this and a constant: div s + |s|^2 / 2, per dimension. */
export const implicitLoss = (divergence: Tensor, squaredNorm: Tensor, dimension: number): Tensor =>
  divergence.add(squaredNorm.multiply(0.5)).divide(dimension);

/**
 * The implicit objective on noisy data (Hyvarinen 2005, theorem 1), per dimension and weighted by noise level:
 *
 *     lambda(t) (div s(x_t) + |s(x_t)|^2 / 2) / d
 *
 * with the exact divergence. It takes d derivatives for each loss, so it is for few dimensions. In expectation twice
 * this and 1 is the denoising loss of the same weighting `sigma^2` (Vincent 2011).
 * @throws ArgumentError for an unknown weighting
 */
export const implicit = declare({
  kind: "implicit",
  summary: "the score by its exact divergence, without knowing the true score; for few dimensions",
  source: "Hyvarinen 2005, theorem 1",
  settings: scoreMatchingSettings,
  make: ({ weighting, noiseDistribution }, recipe): Objective => ({
    recipe,
    noiseDistribution,
    loss: (denoise, process, inputs) => {
      const { x, t } = inputs;
      const { value, divergences } = exactDivergence(scoreField(denoise, process, t), perturb(process, inputs));
      const loss = implicitLoss(divergences[0]!, perSample(value.square()), sizeOf(x.shape.slice(1)));
      return loss.multiply(scoreWeight(weighting, process, t)).mean();
    },
  }),
});

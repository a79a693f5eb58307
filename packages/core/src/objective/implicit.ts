/** Implicit score matching (Hyvarinen 2005): the score is learnt without knowing it, by its divergence. */
import { sizeOf, type Tensor } from "@scorefield/tensor";
import { exactDivergence } from "../model/divergence.ts";
import { perSample } from "../model/per-sample.ts";
import { logNormalLevels, type NoiseLevels } from "./levels.ts";
import { checkScoreWeighting, perturb, type ScoreWeighting, scoreField, scoreWeight } from "./noisy-score.ts";
import type { Objective } from "./objective.ts";

/** Options of {@link implicit}, and of every objective on the score. */
export interface ScoreMatchingOptions {
  /** Default `sigma^2`. */
  readonly weighting?: ScoreWeighting;
  /** Default log-normal; `fixedLevel` matches the score at one noise level. */
  readonly levels?: NoiseLevels;
}

/** Integrating by parts turns E |s - grad log p|^2 / 2 into this and a constant: div s + |s|^2 / 2, per dimension. */
export const implicitLoss = (divergence: Tensor, squaredNorm: Tensor, dimension: number): Tensor =>
  divergence.add(squaredNorm.multiply(0.5)).divide(dimension);

/**
 * The implicit objective on noisy data (Hyvarinen 2005, theorem 1), per dimension and weighted by noise level:
 *
 *     lambda(t) (div s(x_t) + |s(x_t)|^2 / 2) / d
 *
 * with the exact divergence: d derivatives for each loss, so for few dimensions. In expectation twice this and 1 is
 * the denoising loss of the same weighting `sigma^2` (Vincent 2011).
 * @throws ArgumentError for an unknown weighting
 */
export const implicit = ({
  weighting = "sigma^2",
  levels = logNormalLevels(),
}: ScoreMatchingOptions = {}): Objective => {
  checkScoreWeighting("implicit", weighting);
  return {
    recipe: { kind: "implicit", weighting, levels: levels.recipe },
    levels,
    loss: (denoise, process, inputs) => {
      const { x, t } = inputs;
      const { value, divergences } = exactDivergence(scoreField(denoise, process, t), perturb(process, inputs));
      const loss = implicitLoss(divergences[0]!, perSample(value.square()), sizeOf(x.shape.slice(1)));
      return loss.multiply(scoreWeight(weighting, process, t)).mean();
    },
  };
};

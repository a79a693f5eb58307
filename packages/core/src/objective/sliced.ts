/** Sliced score matching (Song et al. 2019): the score is matched along random directions. */
import { jvp, sign, sizeOf } from "@scorefield/tensor";
import { checkWhole } from "../check.ts";
import { perSample } from "../model/per-sample.ts";
import { implicitLoss, type ScoreMatchingOptions } from "./implicit.ts";
import { logNormalLevels } from "./levels.ts";
import { checkScoreWeighting, perturb, scoreField, scoreWeight } from "./noisy-score.ts";
import type { Objective } from "./objective.ts";

/** Options of {@link sliced}. */
export interface SlicedOptions extends ScoreMatchingOptions {
  /** Directions per sample, default 1. */
  readonly projections?: number;
  /** Whether |s|^2 stands in place of its slice (v s)^2, default true. */
  readonly varianceReduced?: boolean;
}

/**
 * The implicit objective with its divergence sliced (Song et al. 2019, equations 7 and 8): for directions v of random
 * signs, per dimension and weighted by noise level,
 *
 *     lambda(t) (v^T J v + (v^T s)^2 / 2) / d          as first proposed
 *     lambda(t) (v^T J v + |s|^2 / 2) / d              with reduced variance
 *
 * with J the Jacobian of s. Both have the expectation of `implicit`, at the cost of one derivative per direction.
 * @throws ArgumentError for an unknown weighting, or fewer than one direction
 */
export const sliced = ({
  weighting = "sigma^2",
  levels = logNormalLevels(),
  projections = 1,
  varianceReduced = true,
}: SlicedOptions = {}): Objective => {
  checkScoreWeighting("sliced", weighting);
  checkWhole("sliced projections", projections);
  return {
    recipe: { kind: "sliced", weighting, levels: levels.recipe, projections, varianceReduced },
    levels,
    probes: projections,
    loss: (denoise, process, inputs) => {
      const { x, t, probes = [] } = inputs;
      const field = scoreField(denoise, process, t);
      const noisy = perturb(process, inputs);
      const losses = probes.map((probe) => {
        const v = sign(probe);
        const [value, slope] = jvp(field, noisy, v);
        const squared = varianceReduced ? perSample(value.square()) : perSample(value.multiply(v)).square();
        return implicitLoss(perSample(slope.multiply(v)), squared, sizeOf(x.shape.slice(1)));
      });
      const total = losses.reduce((sum, loss) => sum.add(loss)).divide(projections);
      return total.multiply(scoreWeight(weighting, process, t)).mean();
    },
  };
};

/** Sliced score matching (Song et al. 2019): the score is matched along random directions. */
import { jvp, sign, sizeOf } from "@scorefield/tensor";
import { perSample } from "../model/per-sample.ts";
import { declare } from "../part/declare.ts";
import { boolean, type OptionsOf, whole } from "../part/setting.ts";
import { implicitLoss } from "./implicit.ts";
import { perturb, scoreField, scoreMatchingSettings, scoreWeight } from "./noisy-score.ts";
import type { Objective } from "./objective.ts";

/** How many directions a sample's divergence is estimated along. */
export const projectionsSetting = whole({ least: 1, default: 1, help: "random directions per sample" });

const settings = {
  ...scoreMatchingSettings,
  projections: projectionsSetting,
  varianceReduced: boolean({
    default: true,
    help: "the squared norm of the score in place of its slice along each direction",
  }),
};

/** Options of {@link sliced}. */
export type SlicedOptions = OptionsOf<typeof settings>;

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
export const sliced = declare({
  kind: "sliced",
  summary: "the implicit objective along random directions, at one derivative each",
  source: "Song et al. 2019, equations 7 and 8",
  settings,
  make: ({ weighting, noiseDistribution, projections, varianceReduced }, recipe): Objective => ({
    recipe,
    noiseDistribution,
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
  }),
});

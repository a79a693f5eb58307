/** Sliced score matching by finite differences (Pang et al. 2020): no derivative with respect to the data. */
import { sign, sizeOf } from "@scorefield/tensor";
import { expandTime } from "../model/expand-time.ts";
import { perSample } from "../model/per-sample.ts";
import { declare } from "../part/declare.ts";
import { number, type OptionsOf } from "../part/setting.ts";
import { implicitLoss } from "./implicit.ts";
import { perturb, scoreField, scoreMatchingSettings, scoreWeight } from "./noisy-score.ts";
import type { Objective } from "./objective.ts";
import { projectionsSetting } from "./sliced.ts";

const settings = {
  ...scoreMatchingSettings,
  projections: projectionsSetting,
  difference: number({ above: 0, default: 0.03, help: "length of a step in each element, in units of the noise" }),
};

/** Options of {@link finiteDifference}. */
export type FiniteDifferenceOptions = OptionsOf<typeof settings>;

/**
 * The sliced objective with central differences in place of derivatives (Pang et al. 2020, section 3.3): for directions
 * v of random signs and h = difference * sigma,
 *
 *     lambda(t) (v^T (s(x + h v) - s(x - h v)) / (2 h) + |s(x + h v) + s(x - h v)|^2 / 8) / d
 *
 * Two evaluations of the model for each direction and first derivatives alone. Its bias falls with the square of
 * `difference`; float32 rounding grows as it shrinks.
 * @throws ArgumentError for an unknown weighting, fewer than one direction, or a difference that is not positive
 */
export const finiteDifference = declare({
  kind: "finite-difference",
  name: "finiteDifference",
  summary: "the sliced objective with differences in place of derivatives",
  source: "Pang et al. 2020, section 3.3",
  settings,
  make: ({ weighting, noiseDistribution, projections, difference }, recipe): Objective => ({
    recipe,
    noiseDistribution,
    probes: projections,
    loss: (denoise, process, inputs) => {
      const { x, t, probes = [] } = inputs;
      const field = scoreField(denoise, process, t);
      const noisy = perturb(process, inputs);
      const h = process.sigma(t).multiply(difference);
      const losses = probes.map((probe) => {
        const v = sign(probe);
        const step = v.multiply(expandTime(h, x.rank));
        const [after, before] = [field(noisy.add(step)), field(noisy.subtract(step))];
        const divergence = perSample(after.subtract(before).multiply(v)).divide(h.multiply(2));
        const squared = perSample(after.add(before).square()).multiply(0.25);
        return implicitLoss(divergence, squared, sizeOf(x.shape.slice(1)));
      });
      const total = losses.reduce((sum, loss) => sum.add(loss)).divide(projections);
      return total.multiply(scoreWeight(weighting, process, t)).mean();
    },
  }),
});

/** Sliced score matching by finite differences (Pang et al. 2020): no derivative with respect to the data. */
import { sign, sizeOf } from "@scorefield/tensor";
import { checkPositive, checkWhole } from "../check.ts";
import { expandTime } from "../model/expand-time.ts";
import { perSample } from "../model/per-sample.ts";
import { implicitLoss } from "./implicit.ts";
import { logNormalLevels } from "./levels.ts";
import { checkScoreWeighting, perturb, scoreField, scoreWeight } from "./noisy-score.ts";
import type { Objective } from "./objective.ts";
import type { SlicedOptions } from "./sliced.ts";

/** Options of {@link finiteDifference}. */
export interface FiniteDifferenceOptions extends Omit<SlicedOptions, "varianceReduced"> {
  /** Length of a step in each element, in units of the noise, default 0.03. */
  readonly difference?: number;
}

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
export const finiteDifference = ({
  weighting = "sigma^2",
  levels = logNormalLevels(),
  projections = 1,
  difference = 0.03,
}: FiniteDifferenceOptions = {}): Objective => {
  checkScoreWeighting("finiteDifference", weighting);
  checkWhole("finiteDifference projections", projections);
  checkPositive("finiteDifference difference", difference);
  return {
    recipe: { kind: "finite-difference", weighting, levels: levels.recipe, projections, difference },
    levels,
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
  };
};

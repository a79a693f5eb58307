/** Score matching with the residual of the score Fokker-Planck equation added (Lai et al. 2023). */
import { sign, type Tensor } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { declare } from "../part/declare.ts";
import { number, type OptionsOf, part, whole } from "../part/setting.ts";
import { denoising } from "./denoising.ts";
import { fokkerPlanckResidual } from "./fokker-planck-residual.ts";
import { noisyModel, perturb } from "./noisy-score.ts";
import type { Objective } from "./objective.ts";
import { scoreMatchingObjectives } from "./score-matching.ts";

const added = {
  weight: number({ above: 0, default: 0.01, help: "factor of the mean squared residual" }),
  projections: whole({
    least: 0,
    default: 0,
    help: "random directions that estimate the divergence, at least 2; 0 is the exact one, for few dimensions",
  }),
};

/** Options of {@link fokkerPlanck}. */
export type FokkerPlanckOptions = OptionsOf<typeof added>;

/**
 * An objective with the mean squared residual of the score Fokker-Planck equation added (Lai et al. 2023, equation 14),
 * taken at the noisy samples: see `fokkerPlanckResidual` for its scale. With random directions the square is estimated
 * without bias, by the product of residuals from one half of them and from the other. The mean of the square of one
 * estimate would contain the estimate's variance, and the exact score does not minimise that. Third derivatives make a
 * step several times as costly.
 * @throws ArgumentError for a weight that is not positive, or a number of directions other than 0, 2, 3, ...
 */
export const fokkerPlanck = declare({
  kind: "fokker-planck",
  name: "fokkerPlanck",
  summary: "an objective with the residual of the score Fokker-Planck equation added",
  source: "Lai et al. 2023, equation 14",
  settings: {
    objective: part(scoreMatchingObjectives, { default: denoising(), help: "the objective it is added to" }),
    ...added,
  },
  leading: ["objective"],
  make: ({ objective, weight, projections }, recipe): Objective => {
    if (projections === 1)
      throw new ArgumentError(
        "fokkerPlanck: expected 0 projections, the exact divergence, or at least 2, for an estimate without bias; found 1",
      );
    const own = objective.probes ?? 0;
    return {
      ...objective,
      recipe,
      probes: own + projections,
      loss: (denoise, process, { probes = [], ...inputs }, parameters) => {
        const { x, t } = inputs;
        const matched = objective.loss(denoise, process, { ...inputs, probes: probes.slice(0, own) }, parameters);
        const directions = probes.slice(own).map((probe) => sign(probe));
        const noisy = perturb(process, inputs);
        const residualBy = (some: readonly Tensor[]): Tensor =>
          fokkerPlanckResidual(noisyModel(denoise, process, x), noisy, t, some);
        const half = Math.floor(projections / 2);
        const squared =
          projections === 0
            ? residualBy([]).square()
            : residualBy(directions.slice(0, half)).multiply(residualBy(directions.slice(half)));
        return matched.add(squared.mean().multiply(weight));
      },
    };
  },
});

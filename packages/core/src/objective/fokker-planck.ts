/** Score matching whose noise levels are held together by the Fokker-Planck equation (Lai et al. 2023). */
import { sign } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { fokkerPlanckResidual } from "../model/fokker-planck.ts";
import { modelOf, perturb } from "./noisy-score.ts";
import type { Objective } from "./objective.ts";
import { checkProjections } from "./sliced.ts";

export interface FokkerPlanckOptions {
  /** Factor of the mean squared residual, default 0.01. */
  readonly weight?: number;
  /** Random directions that estimate the divergence, default 0: the exact one, for few dimensions. */
  readonly projections?: number;
}

/**
 * An objective with the mean squared residual of the score Fokker-Planck equation added (Lai et al. 2023, equation 14),
 * taken at the noisy samples: see `fokkerPlanckResidual` for its scale. Third derivatives make a step several times as
 * costly.
 * @throws ArgumentError for a weight that is not positive, or a number of directions that is not whole
 */
export const fokkerPlanck = (
  objective: Objective,
  { weight = 0.01, projections = 0 }: FokkerPlanckOptions = {},
): Objective => {
  if (!(weight > 0 && Number.isFinite(weight)))
    throw new ArgumentError(`fokkerPlanck: expected a positive weight, found ${weight}`);
  if (projections !== 0) checkProjections("fokkerPlanck", projections);
  const own = objective.probes ?? 0;
  return {
    ...objective,
    recipe: { kind: "fokker-planck", objective: objective.recipe, weight, projections },
    probes: own + projections,
    loss: (denoise, process, { probes = [], ...inputs }, parameters) => {
      const { x, t } = inputs;
      const matched = objective.loss(denoise, process, { ...inputs, probes: probes.slice(0, own) }, parameters);
      const directions = probes.slice(own).map((probe) => sign(probe));
      const residual = fokkerPlanckResidual(modelOf(denoise, process, x), perturb(process, inputs), t, directions);
      return matched.add(residual.square().mean().multiply(weight));
    },
  };
};

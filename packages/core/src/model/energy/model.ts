/** A trained energy as a score model that knows its energies. */
import { grad, sizeOf, type Tensor } from "@scorefield/tensor";
import { ArgumentError } from "../../errors.ts";
import type { Preconditioning } from "../preconditioning.ts";
import type { ScoreModel } from "../score-model.ts";
import { constants, preconditioned, type TrainedModel } from "../trained.ts";
import type { EnergyPreconditioning } from "./preconditioning.ts";

/** A model whose score is minus the gradient of an energy. */
export interface EnergyModel extends ScoreModel {
  /** E(x, t) = -log p_t(x) up to a constant for each time, in nats, [n]. Differences at one time are log-density ratios. */
  energy(x: Tensor, t: Tensor): Tensor;
  /** -E, in nats: the log-density up to a constant for each time. */
  logDensity(x: Tensor, t: Tensor): Tensor;
  score(x: Tensor, t: Tensor): Tensor;
}

const hasEnergy = (preconditioning: Preconditioning): preconditioning is EnergyPreconditioning =>
  "energy" in preconditioning;

/**
 * The energy of a network trained with {@link energyPreconditioning}. Its zero is that of the Gaussian that an untrained network
 * gives: where noise rules, so that the law is known, E is minus the log-density but for what training leaves undetermined.
 * @param trained with or without classes: `energyModel(conditional(trained, 3))`
 * @throws ArgumentError for a network trained with another preconditioning
 */
export const energyModel = (trained: TrainedModel): EnergyModel => {
  const { process, shape, period, preconditioning, parameters, conditionsOf } = trained;
  if (!hasEnergy(preconditioning))
    throw new ArgumentError(
      `energyModel: expected a network trained with energyPreconditioning, found ${JSON.stringify(preconditioning.recipe)}`,
    );
  const { dataDeviation } = preconditioning.recipe;
  const energy = (x: Tensor, t: Tensor): Tensor => {
    const conditions = conditionsOf?.(x.shape[0]!);
    const raw = preconditioning.energy(...preconditioned(trained, constants(parameters, x.dtype), x, t, conditions));
    // The normaliser of N(0, alpha^2 s^2 + sigma^2), so that energies of different times are comparable.
    const variance = process.alpha(t).multiply(dataDeviation).square().add(process.sigma(t).square());
    return raw.add(
      variance
        .multiply(2 * Math.PI)
        .log()
        .multiply(sizeOf(shape) / 2),
    );
  };
  return {
    process,
    shape,
    ...(period && { period }),
    denoise: trained.denoise,
    energy,
    logDensity: (x, t) => energy(x, t).negate(),
    score: (x, t) => grad((at: Tensor) => energy(at, t).sum())(x).negate(),
  };
};

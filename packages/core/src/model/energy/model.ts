/** A trained energy as a score model that knows its energies. */
import { grad, sizeOf, type Tensor } from "@scorefield/tensor";
import { ArgumentError } from "../../errors.ts";
import { checkModel } from "../check-model.ts";
import { checkConditionNames } from "../given.ts";
import type { Preconditioning } from "../preconditioning.ts";
import type { Given, ScoreModel } from "../score-model.ts";
import { constants, preconditioned, type TrainedModel } from "../trained.ts";
import type { EnergyPreconditioning } from "./preconditioning.ts";

/** A model whose score is minus the gradient of an energy. */
export interface EnergyModel extends ScoreModel {
  /** E(x, t) = -log p_t(x) up to a constant for each time, in nats, [n]. Differences at one time are log-density ratios. */
  energy(x: Tensor, t: Tensor, given?: Given): Tensor;
  /** -E, in nats: the log-density up to a constant for each time. */
  logDensity(x: Tensor, t: Tensor, given?: Given): Tensor;
  score(x: Tensor, t: Tensor, given?: Given): Tensor;
}

const hasEnergy = (preconditioning: Preconditioning): preconditioning is EnergyPreconditioning =>
  "energy" in preconditioning;

/**
 * The energy of a network trained with {@link energyPreconditioning}. Its zero is the zero of the Gaussian that an
 * untrained network gives. Where noise dominates the distribution is known: there E is minus the log-density, up to
 * what training leaves undetermined.
 * @param trained with or without classes; the energy of one class is `conditional(energyModel(trained), 3)`
 * @throws ArgumentError for a network trained with another preconditioning, or a model that is not a trained network
 */
export const energyModel = (trained: TrainedModel): EnergyModel => {
  checkModel("energyModel", trained, "a trained network");
  const { process, shape, conditions, preconditioning, parameters } = trained;
  if (!preconditioning)
    throw new ArgumentError(
      "energyModel: expected a trained network, found a model made of another; fix the class of the energy, as in " +
        "conditional(energyModel(trained), 3)",
    );
  if (!hasEnergy(preconditioning))
    throw new ArgumentError(
      `energyModel: expected a network trained with energyPreconditioning, found ${JSON.stringify(preconditioning.recipe)}`,
    );
  const { sigmaData } = preconditioning.recipe;
  // None of these is marked as shared. In one session the energy, its gradient and the denoised point share one
  // evaluation of the network. In separate sessions each would evaluate it.
  const partsAt = (x: Tensor, t: Tensor, given: Given = {}) => {
    checkConditionNames("energyModel", trained, Object.keys(given));
    return preconditioned(trained, constants(parameters, x.dtype), x, t, given);
  };
  const energy = (x: Tensor, t: Tensor, given?: Given): Tensor => {
    const raw = preconditioning.energy(...partsAt(x, t, given));
    // The normaliser of N(0, alpha^2 s^2 + sigma^2), so that energies of different times are comparable.
    const variance = process.alpha(t).multiply(sigmaData).square().add(process.sigma(t).square());
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
    ...(conditions && { conditions }),
    denoise: (x, t, given) => preconditioning.denoise(...partsAt(x, t, given)),
    energy,
    logDensity: (x, t, given) => energy(x, t, given).negate(),
    score: (x, t, given) => grad((at: Tensor) => energy(at, t, given).sum())(x).negate(),
  };
};

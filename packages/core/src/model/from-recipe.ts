/** Preconditionings by name, to rebuild one from a file. */
import { recipeReader } from "../recipe.ts";
import { type EnergyOptions, energyPreconditioning } from "./energy/preconditioning.ts";
import {
  type DataScale,
  edmPreconditioning,
  type Preconditioning,
  type Prediction,
  predict,
} from "./preconditioning.ts";

const makers = {
  edm: edmPreconditioning,
  predict: ({ prediction, ...options }: DataScale & { prediction: Prediction }) => predict(prediction, options),
  energy: (options: EnergyOptions) => energyPreconditioning(options),
};

/** The kinds of preconditioning that {@link preconditioningFromRecipe} knows. */
export const preconditioningKinds: readonly string[] = Object.keys(makers);

/**
 * The preconditioning a recipe describes; left-out settings take their defaults, but `predict` needs its `prediction`.
 * @throws RecipeError for an unknown kind or setting; ArgumentError for an unknown prediction or a setting out of range
 */
export const preconditioningFromRecipe = recipeReader<Preconditioning>("preconditioning", makers);

/** Every preconditioning: to choose one in a recipe, rebuild it from a file, or list them. */
import { partList } from "../part/part-list.ts";
import { energyPreconditioning } from "./energy/preconditioning.ts";
import { gainPreconditioning } from "./gain-preconditioning.ts";
import { mixedPreconditioning } from "./mixed/preconditioning.ts";
import { partialPreconditioning } from "./partial/preconditioning.ts";
import { edmPreconditioning, predict } from "./preconditioning.ts";

/** Every preconditioning. */
export const preconditionings = partList("preconditioning", [
  edmPreconditioning,
  predict,
  energyPreconditioning,
  mixedPreconditioning,
  partialPreconditioning,
  gainPreconditioning,
]);

/** The kinds of preconditioning that {@link preconditioningFromRecipe} knows. */
export const preconditioningKinds = preconditionings.kinds;

/**
 * The preconditioning a recipe describes. Left-out settings take their defaults, but `predict` needs its `prediction`.
 * @throws RecipeError for an unknown kind or setting, or a value that a setting does not take
 */
export const preconditioningFromRecipe = preconditionings.fromRecipe;

/** Every constraint, by kind. */
import { partList } from "../part/part-list.ts";
import { linearConstraint, meanConstraint } from "./constraint.ts";
import { quadraticConstraint } from "./quadratic-constraint.ts";

/** Every constraint. */
export const constraints = partList("constraint", [linearConstraint, quadraticConstraint, meanConstraint]);

/**
 * The constraint a recipe describes.
 * @throws RecipeError for an unknown kind or setting, or a value that a setting does not take; ArgumentError for settings that
 *   do not go together
 */
export const constraintFromRecipe = constraints.fromRecipe;

/** Objectives and distributions of noise levels by name, to rebuild them from a file. */
import { type KindRecipe, recipeReader } from "../recipe.ts";
import { denoising, type Weighting } from "./denoising.ts";
import { geometricLevels, logNormalLevels, type NoiseLevels, uniformTimes } from "./levels.ts";
import type { Objective } from "./objective.ts";

const levelMakers = { uniform: uniformTimes, "log-normal": logNormalLevels, geometric: geometricLevels };

/** The kinds of noise levels that {@link levelsFromRecipe} knows. */
export const levelKinds: readonly string[] = Object.keys(levelMakers);

/**
 * The noise levels a recipe describes; left-out settings take their defaults.
 * @throws RecipeError for an unknown kind or setting; ArgumentError for a setting out of range
 */
export const levelsFromRecipe = recipeReader<NoiseLevels>("levels", levelMakers);

const makers = {
  denoising: ({
    levels,
    ...options
  }: {
    levels?: KindRecipe;
    weighting?: Weighting;
    dataDeviation?: number;
  }): Objective => denoising({ ...options, ...(levels && { levels: levelsFromRecipe(levels) }) }),
};

/** The kinds of objective that {@link objectiveFromRecipe} knows. */
export const objectiveKinds: readonly string[] = Object.keys(makers);

/**
 * The objective a recipe describes; left-out settings take their defaults.
 * @throws RecipeError for an unknown kind or setting, of the objective or its levels; ArgumentError for a setting out of
 *   range
 */
export const objectiveFromRecipe = recipeReader<Objective>("objective", makers);

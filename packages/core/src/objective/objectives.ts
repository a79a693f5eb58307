/** Every objective: to choose one in a recipe, rebuild it from a file, or list them. */
import { partList } from "../part/part-list.ts";
import { constrained } from "./constrained.ts";
import { fokkerPlanck } from "./fokker-planck.ts";
import { mixedDenoising } from "./mixed-denoising.ts";
import { scoreMatching } from "./score-matching.ts";

/** Every objective; objectives that match a score on their own are in {@link "./score-matching.ts"}. */
export const objectives = partList("objective", [...scoreMatching, fokkerPlanck, constrained, mixedDenoising]);

/** The kinds of objective that {@link objectiveFromRecipe} knows. */
export const objectiveKinds = objectives.kinds;

/**
 * The objective a recipe describes. Left-out settings take their defaults.
 * @throws RecipeError for an unknown kind or setting, or a value that a setting does not take, in its parts too; ArgumentError
 *   for settings that do not go together
 */
export const objectiveFromRecipe = objectives.fromRecipe;

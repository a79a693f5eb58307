/** Processes by name, to rebuild one from a file. */
import { recipeReader } from "../recipe.ts";
import { vpCosine } from "./cosine.ts";
import { edm } from "./edm.ts";
import type { Process } from "./process.ts";
import { rectifiedFlow } from "./rectified-flow.ts";
import { subVp } from "./sub-vp.ts";
import { ve } from "./variance-exploding.ts";
import { vp } from "./variance-preserving.ts";

const makers = { ve, vp, "vp-cosine": vpCosine, "sub-vp": subVp, edm, "rectified-flow": rectifiedFlow };

/** The kinds of process that {@link processFromRecipe} knows. */
export const processKinds: readonly string[] = Object.keys(makers);

/**
 * The process a recipe describes; left-out settings take their defaults.
 * @throws RecipeError for an unknown kind or setting; ArgumentError for a setting out of range
 */
export const processFromRecipe = recipeReader<Process>("process", makers);

/** Networks by name, to rebuild one from a file. */
import { recipeReader } from "../recipe.ts";
import { dit } from "./dit.ts";
import { mlp } from "./mlp.ts";
import type { Network } from "./network.ts";
import { unet } from "./unet.ts";

const makers = { mlp, unet, dit };

/** The kinds of network that {@link networkFromRecipe} knows. */
export const networkKinds: readonly string[] = Object.keys(makers);

/**
 * The network a recipe describes; left-out settings take their defaults.
 * @throws RecipeError for an unknown kind or setting; ArgumentError for a setting out of range
 */
export const networkFromRecipe = recipeReader<Network>("network", makers);

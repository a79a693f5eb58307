/** Every network: to choose one in a recipe, rebuild it from a file, or list them. */
import { partList } from "../part/part-list.ts";
import { dit } from "./dit.ts";
import { forest } from "./forest.ts";
import { mlp } from "./mlp.ts";
import { transformer } from "./transformer.ts";
import { unet } from "./unet.ts";

/** Every network. */
export const networks = partList("network", [mlp, unet, dit, forest, transformer]);

/** The kinds of network that {@link networkFromRecipe} knows. */
export const networkKinds = networks.kinds;

/**
 * The network a recipe describes. Left-out settings take their defaults.
 * @throws RecipeError for an unknown kind or setting, or a value that a setting does not take; ArgumentError for settings that
 *   do not go together
 */
export const networkFromRecipe = networks.fromRecipe;

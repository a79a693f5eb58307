/** Every process: to choose one in a recipe, rebuild it from a file, or list them. */
import { partList } from "../part/part-list.ts";
import { vpCosine } from "./cosine.ts";
import { edm } from "./edm.ts";
import { ouve } from "./ouve.ts";
import { rectifiedFlow } from "./rectified-flow.ts";
import { sbVe } from "./sb-ve.ts";
import { sbVp } from "./sb-vp.ts";
import { subVp } from "./sub-vp.ts";
import { ve } from "./variance-exploding.ts";
import { vp } from "./variance-preserving.ts";

/** Every process. */
export const processes = partList("process", [edm, ve, vp, vpCosine, subVp, rectifiedFlow, ouve, sbVe, sbVp]);

/** The kinds of process that {@link processFromRecipe} knows. */
export const processKinds = processes.kinds;

/**
 * The process a recipe describes. Left-out settings take their defaults.
 * @throws RecipeError for an unknown kind or setting, or a value that a setting does not take; ArgumentError for settings that
 *   do not go together
 */
export const processFromRecipe = processes.fromRecipe;

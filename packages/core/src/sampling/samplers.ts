/** Every sampler, family by family: to choose one in a command, rebuild it from a file, or list them. */
import { partList } from "../part/part-list.ts";
import { adaptiveSde } from "./adaptive-sde.ts";
import { annealedLangevin } from "./annealed-langevin.ts";
import { dormandPrince } from "./dormand-prince.ts";
import { langevin } from "./langevin.ts";
import { mala } from "./mala.ts";
import { predictorCorrector } from "./predictor-corrector.ts";
import { flowSamplers, sdeSamplers } from "./predictors.ts";
import { restart } from "./restart.ts";
import { underdampedLangevin } from "./underdamped-langevin.ts";

/** Every sampler. Samplers on a grid of falling times are in {@link "./predictors.ts"}. */
export const samplers = partList("sampler", [
  ...flowSamplers,
  restart,
  dormandPrince,
  ...sdeSamplers,
  adaptiveSde,
  predictorCorrector,
  langevin,
  mala,
  underdampedLangevin,
  annealedLangevin,
]);

/** What is known of every sampler besides how it is made, family by family. */
export const samplerCatalogue = samplers.declarations;

/** The kinds of sampler that {@link samplerFromRecipe} knows. */
export const samplerKinds = samplers.kinds;

/**
 * The sampler a recipe describes. Left-out settings take their defaults.
 * @throws RecipeError for an unknown kind or setting, or a value that a setting does not take
 */
export const samplerFromRecipe = samplers.fromRecipe;

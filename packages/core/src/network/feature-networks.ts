/** Every feature network: to rebuild one from a file. */
import { partList } from "../part/part-list.ts";
import { convolutional } from "./convolutional.ts";
import { perceptron } from "./perceptron.ts";

/** Every feature network. */
export const featureNetworks = partList("feature network", [convolutional, perceptron]);

/**
 * The feature network a recipe describes. Left-out settings take their defaults.
 * @throws RecipeError for an unknown kind or setting, or a value that a setting does not take
 */
export const featureNetworkFromRecipe = featureNetworks.fromRecipe;

/** Feature networks by name, to rebuild one from a file. */
import { recipeReader } from "../recipe.ts";
import { convolutional } from "./convolutional.ts";
import type { FeatureNetwork } from "./feature-network.ts";
import { perceptron } from "./perceptron.ts";

/**
 * The feature network a recipe describes; left-out settings take their defaults.
 * @throws RecipeError for an unknown kind or setting; ArgumentError for a setting out of range
 */
export const featureNetworkFromRecipe = recipeReader<FeatureNetwork>("feature network", { convolutional, perceptron });

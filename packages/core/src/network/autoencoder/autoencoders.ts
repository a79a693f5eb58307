/** Every autoencoder: to rebuild one from a file. */
import { partList } from "../../part/part-list.ts";
import { convolutionalAutoencoder } from "./convolutional-autoencoder.ts";
import { denseAutoencoder } from "./dense-autoencoder.ts";

/** Every autoencoder. */
export const autoencoders = partList("autoencoder", [convolutionalAutoencoder, denseAutoencoder]);

/**
 * The autoencoder a recipe describes. Left-out settings take their defaults.
 * @throws RecipeError for an unknown kind or setting, or a value that a setting does not take
 */
export const autoencoderFromRecipe = autoencoders.fromRecipe;

/** Every noise: to rebuild one from a file or from a text, or list them. */
import { type KindRecipe, partList } from "@scorefield/core";
import { recipeFromText } from "@scorefield/core/internal";
import { gaussianNoise } from "./gaussian.ts";
import { laplaceNoise } from "./laplace.ts";
import { mixedNoise } from "./mixed.ts";
import type { Noise } from "./noise.ts";
import { poissonNoise } from "./poisson.ts";
import { ricianNoise } from "./rician.ts";
import { uniformNoise } from "./uniform.ts";

/** Every noise. */
export const noises = partList("noise", [
  gaussianNoise,
  laplaceNoise,
  poissonNoise,
  mixedNoise,
  uniformNoise,
  ricianNoise,
]);

/** What is known of every noise besides how it is made. */
export const noiseCatalogue = noises.declarations;

/** The kinds of noise that {@link noiseFromRecipe} knows. */
export const noiseKinds = noises.kinds;

/**
 * The noise a recipe describes. Left-out settings take their defaults.
 * @throws RecipeError for an unknown kind or setting, or a value that a setting does not take
 */
export const noiseFromRecipe = noises.fromRecipe;

/**
 * The recipe of a noise that a text describes.
 * @param value what a setting's text stands for, where it is written in a form of its own
 * @throws RecipeError for a text of another form
 */
export const noiseRecipeFromText = (text: string, value?: (name: string, text: string) => unknown): KindRecipe =>
  recipeFromText(noises, text, {
    lone: (kind) => Object.keys(noiseCatalogue.find((one) => one.kind === kind)?.settings ?? {})[0],
    ...(value && { value }),
  });

/**
 * The noise a text describes: `gaussian:sigma=0.05`, or `gaussian:0.05`, where a value without a name is the first setting.
 * @throws RecipeError as {@link noiseFromRecipe}, and for a text of another form
 */
export const noiseFromText = (text: string): Noise => noiseFromRecipe(noiseRecipeFromText(text));

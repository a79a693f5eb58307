/** Every operator: to rebuild one from a file or from a text, or list them. */
import { type KindRecipe, partList } from "@scorefield/core";
import { checkOptions, recipeFromText } from "@scorefield/core/internal";
import type { Shape } from "@scorefield/tensor";
import { nameOperators } from "./any-operator.ts";
import { blur } from "./blur.ts";
import { clipping } from "./clipping.ts";
import { columns } from "./columns.ts";
import { composition } from "./compose.ts";
import { downsample } from "./downsample.ts";
import { fourier } from "./fourier.ts";
import { grey } from "./grey.ts";
import { hadamard } from "./hadamard.ts";
import { identity } from "./identity.ts";
import { interferometer } from "./interferometer.ts";
import { magnitude } from "./magnitude.ts";
import { mask } from "./mask.ts";
import { matrix } from "./matrix.ts";
import { mosaic } from "./mosaic.ts";
import { mri } from "./mri.ts";
import type { Operator } from "./operator.ts";
import { phaseRetrieval } from "./phase-retrieval.ts";
import { quantisation } from "./quantisation.ts";
import { radon } from "./radon.ts";
import { randomProjection } from "./random-projection.ts";
import { saturation } from "./saturation.ts";
import { scaled } from "./scale.ts";
import { stacked } from "./stack.ts";
import { timeConvolution } from "./time-convolution.ts";

/** Every operator, family by family. */
export const operators = partList("operator", [
  identity,
  mask,
  columns,
  mosaic,
  blur,
  downsample,
  timeConvolution,
  fourier,
  mri,
  radon,
  interferometer,
  hadamard,
  randomProjection,
  matrix,
  grey,
  clipping,
  saturation,
  quantisation,
  magnitude,
  phaseRetrieval,
  composition,
  stacked,
  scaled,
]);

nameOperators(operators);

/** What is known of every operator besides how it is made, family by family. */
export const operatorCatalogue = operators.declarations;

/** The kinds of operator that {@link operatorFromRecipe} knows. */
export const operatorKinds = operators.kinds;

/**
 * The operator a recipe describes. Left-out settings take their defaults.
 * @throws RecipeError for an unknown kind or setting, or a value that a setting does not take
 */
export const operatorFromRecipe: (recipe: KindRecipe) => Operator = operators.fromRecipe;

/**
 * The operator a text describes, for samples of a shape: `blur:sigma=2`, `mask:share=0.3,seed=1`, or a recipe as JSON.
 * @param given shape of one sample, and what its numbers are. They stand for the settings `input` and `units`, unless the text has
 *   these
 * @throws RecipeError as {@link operatorFromRecipe}, and for a text of another form
 */
export const operatorFromText = (
  text: string,
  given: { readonly input: Shape; readonly units?: string | undefined },
): Operator => {
  checkOptions("operatorFromText", given, { input: true, units: true });
  const recipe = recipeFromText(operators, text);
  const known = operatorCatalogue.find(({ kind }) => kind === recipe.kind)?.settings ?? {};
  const filled = Object.entries(given).filter(([name, value]) => Object.hasOwn(known, name) && value !== undefined);
  return operatorFromRecipe({ ...Object.fromEntries(filled), ...recipe });
};

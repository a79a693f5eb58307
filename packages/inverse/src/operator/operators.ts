/** Every operator: to rebuild one from a file or from a text, or list them. */
import { type KindRecipe, partList, RecipeError } from "@scorefield/core";
import { checkOptions, recipeFromText } from "@scorefield/core/internal";
import { nameOperators } from "./any-operator.ts";
import { bandLimit } from "./band-limit.ts";
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
import {
  isNamedFile,
  loneSetting,
  type NamedFile,
  type OperatorTextOptions,
  settingFromText,
  withSamples,
} from "./operator-text.ts";
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
  bandLimit,
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
 * The recipe of an operator that a text describes, for samples of a shape. Values that begin with @ are {@link NamedFile}s, for a caller
 * that reads files.
 * @throws RecipeError for a text of another form, and for a box that is not within the sample
 */
export const operatorRecipeFromText = (text: string, given: OperatorTextOptions): KindRecipe => {
  const recipe = recipeFromText(operators, text, {
    lone: (kind, value) => loneSetting(operatorCatalogue.find((one) => one.kind === kind)!, value),
    value: (name, value) => settingFromText(name, value, given.input),
  });
  return withSamples(recipe, given, (kind) => operatorCatalogue.find((one) => one.kind === kind)?.settings ?? {});
};

/**
 * The operator a text describes, for samples of a shape: `blur:sigma=2`, `mask:share=0.3,seed=1`, or a recipe as JSON. In short, a value
 * without a name is the first setting: `blur:2`, `downsample:4`. A share may be in percent: `mask:30%`, `hadamard:25%`. A box is `12x12`
 * in the middle, or `12x12+4+8`: height, width, and where it begins, from the top and from the left.
 * @param given shape of one sample, and what its numbers are. They stand for the settings `input` and `units`, unless the text has
 *   these
 * @throws RecipeError as {@link operatorFromRecipe}, and for a text of another form
 */
export const operatorFromText = (text: string, given: OperatorTextOptions): Operator => {
  checkOptions("operatorFromText", given, { input: true, units: true });
  const recipe = operatorRecipeFromText(text, given);
  const [name, file] = Object.entries(recipe).find(([, value]) => isNamedFile(value)) ?? [];
  if (name !== undefined)
    throw new RecipeError(
      `operator ${text}: expected the numbers of ${name}, found the name of a file, which is not read here: ${(file as NamedFile).file}; give a recipe with an array`,
    );
  return operatorFromRecipe(recipe);
};

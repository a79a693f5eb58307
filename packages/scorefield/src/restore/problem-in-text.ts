/** Operators, noises and methods from the words of a command line, whose settings may be files. */
import { extname } from "node:path";
import { type KindRecipe, RecipeError } from "@scorefield/core";
import { recipeFromText } from "@scorefield/core/internal";
import { DataError, isPictureName, readArray, readPicture, readTable } from "@scorefield/data";
import {
  compose,
  type Noise,
  noiseFromRecipe,
  type Operator,
  operatorFromRecipe,
  type PosteriorMethod,
  posteriorFromRecipe,
} from "@scorefield/inverse";
import {
  isNamedFile,
  type NamedFile,
  noiseRecipeFromText,
  operatorRecipeFromText,
  posteriors,
} from "@scorefield/inverse/internal";
import { castArray, type FloatType, isNdArray, type NdArray, type Shape } from "@scorefield/tensor";

/** A picture as a mask: what is lighter than half is seen. */
const maskOfPicture = async (path: string): Promise<NdArray<"float64">> => {
  const { shape, data } = await readPicture(path, 1);
  return { dtype: "float64", shape: shape.slice(1), data: Float64Array.from(data, (value) => (value > 0 ? 1 : 0)) };
};

/** The numbers of a setting. @param name of the setting @param file its path, or `archive.npz#array` */
const numbersOf = async (name: string, { file }: NamedFile): Promise<NdArray<"float64">> => {
  if (isPictureName(file)) {
    if (name === "mask") return maskOfPicture(file);
    const fix = "Save the numbers as .npy, .npz or .csv";
    throw new DataError({ path: file, expected: `numbers for ${name}`, found: "a picture, which is 8 bits", fix });
  }
  const [, path, array] = /^(.*\.(?:npz|h5|hdf5))#(.+)$/i.exec(file) ?? [undefined, file, undefined];
  const text = [".csv", ".tsv", ".txt"].includes(extname(path!).toLowerCase());
  const read = text
    ? (await readTable(path!, { header: false })).values
    : await readArray(path!, { ...(array !== undefined && { array }) });
  return castArray(read as NdArray<FloatType>, "float64");
};

/** A recipe with the numbers of files in their place. */
const withFiles = async (recipe: KindRecipe): Promise<KindRecipe> => {
  const entries = await Promise.all(
    Object.entries(recipe).map(async ([name, value]) => [name, isNamedFile(value) ? await numbersOf(name, value) : value]),
  );
  return Object.fromEntries(entries);
};

/** What begins errors of a text: the option, and what it says. */
const named = (option: string, text: string, error: unknown): unknown => {
  if (error instanceof RecipeError && !error.message.startsWith(option))
    return new RecipeError(`${option} "${text}": ${error.message}`, { cause: error });
  return error;
};

/**
 * The operator that texts describe: several are applied one after the other, the first to the sample.
 * @param texts each as `operatorFromText` of `@scorefield/inverse` reads it. A value `@FILE` stands for the numbers of a file: `.npy`, `.npz`,
 *   `.h5` (`@FILE#array` for one of several), `.csv` without a header; for a mask also a picture, which is seen where it is lighter than half
 * @param given shape of a sample, and what its numbers are, in words
 * @throws RecipeError for another form; DataError for files; ArgumentError for settings that do not fit the samples
 */
export const operatorInText = async (
  texts: readonly string[],
  given: { readonly input: Shape; readonly units: string },
): Promise<Operator> => {
  let { input, units } = given;
  const operators: Operator[] = [];
  for (const text of texts) {
    try {
      const made = operatorFromRecipe(await withFiles(operatorRecipeFromText(text, { input, units })));
      operators.unshift(made);
      input = made.output;
      units = made.units.output;
    } catch (error) {
      throw named("--operator", text, error);
    }
  }
  return operators.length === 1 ? operators[0]! : compose(...operators);
};

/** The noise that a text describes, as {@link operatorInText}. */
export const noiseInText = async (text: string): Promise<Noise> => {
  try {
    const file = (_: string, value: string) => (value.startsWith("@") ? { file: value.slice(1) } : undefined);
    return noiseFromRecipe(await withFiles(noiseRecipeFromText(text, file)));
  } catch (error) {
    throw named("--noise", text, error);
  }
};

/** The method that a text such as `mmps:steps=18` describes. @throws RecipeError for an unknown one, or an unknown setting */
export const methodInText = (text: string): PosteriorMethod => {
  try {
    return posteriorFromRecipe(recipeFromText(posteriors, text, { owner: "--method" }));
  } catch (error) {
    throw named("--method", text, error);
  }
};

/** A recipe in short, for people: arrays as their shapes, and without what the data say. */
export const recipeText = ({ kind, ...settings }: KindRecipe): string => {
  const value = (one: unknown): string => {
    if (isNdArray(one)) return `[${one.shape.join(" x ")} numbers]`;
    if (typeof one === "object" && one !== null && "kind" in one) return recipeText(one as KindRecipe);
    if (Array.isArray(one) && one.some((part) => typeof part === "object"))
      return one.every((part) => part && "kind" in part) ? `(${one.map(value).join(" after ")})` : "[...]";
    const text = JSON.stringify(one);
    return text.length > 40 ? "[...]" : text;
  };
  const shown = Object.entries(settings).filter(
    ([name, one]) => !["input", "units"].includes(name) && one !== null && one !== undefined,
  );
  return shown.length === 0 ? kind : `${kind}:${shown.map(([name, one]) => `${name}=${value(one)}`).join(",")}`;
};

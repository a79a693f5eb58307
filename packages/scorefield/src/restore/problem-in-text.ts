/** Operators, noises and methods from the words of a command line, whose settings may be files. */
import { extname } from "node:path";
import { didYouMean, type KindRecipe, RecipeError } from "@scorefield/core";
import { recipeFromText } from "@scorefield/core/internal";
import { DataError, isPictureName, readArray, readPicture, readTable } from "@scorefield/data";
import { shortList } from "@scorefield/domain";
import {
  compose,
  type Noise,
  noiseCatalogue,
  noiseFromRecipe,
  type Operator,
  operatorCatalogue,
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
import { castArray, type FloatType, type NdArray, type Shape } from "@scorefield/tensor";
import { arrayInFile } from "./array-in-file.ts";

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
  const { path, array } = arrayInFile(file);
  const text = [".csv", ".tsv", ".txt"].includes(extname(path).toLowerCase());
  const read = text
    ? (await readTable(path, { header: false })).values
    : await readArray(path, { ...(array !== undefined && { array }) });
  return castArray(read as NdArray<FloatType>, "float64");
};

/** A recipe with the numbers of files in their place. */
const withFiles = async (recipe: KindRecipe): Promise<KindRecipe> => {
  const entries = await Promise.all(
    Object.entries(recipe).map(async ([name, value]) => [
      name,
      isNamedFile(value) ? await numbersOf(name, value) : value,
    ]),
  );
  return Object.fromEntries(entries);
};

/** Columns by name as their places. @throws RecipeError for a name that is none of them */
const withPlaces = (recipe: KindRecipe, names: readonly string[] | undefined): KindRecipe => {
  if (recipe.kind !== "columns" || !names || recipe.columns === undefined) return recipe;
  const wanted: readonly unknown[] = Array.isArray(recipe.columns) ? recipe.columns : [recipe.columns];
  const placeOf = (column: unknown): unknown => {
    if (typeof column !== "string") return column;
    const place = names.indexOf(column);
    if (place < 0)
      throw new RecipeError(
        `expected columns of the run: ${shortList(names)}; found ${column}${didYouMean(column, names)}`,
      );
    return place;
  };
  return { ...recipe, columns: wanted.map(placeOf) };
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
 * @param given shape of a sample, what its numbers are, in words, and the names of columns, by which `columns` may say them
 * @throws RecipeError for another form; DataError for files; ArgumentError for settings that do not fit the samples
 */
export const operatorInText = async (
  texts: readonly string[],
  given: { readonly input: Shape; readonly units: string; readonly columns?: readonly string[] | undefined },
): Promise<Operator> => {
  let { input, units } = given;
  const operators: Operator[] = [];
  for (const text of texts) {
    try {
      const made = operatorFromRecipe(
        await withFiles(withPlaces(operatorRecipeFromText(text, { input, units }), given.columns)),
      );
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

const declared = [...operatorCatalogue, ...noiseCatalogue];

/** Whether a setting has its default, as far as that is a plain value. */
const isDefault = (kind: string, name: string, value: unknown): boolean => {
  const setting = declared.find((one) => one.kind === kind)?.settings[name];
  return (
    setting !== undefined && setting.default !== undefined && JSON.stringify(setting.default) === JSON.stringify(value)
  );
};

/** A recipe in short, for people: arrays as dots, without what the data say, and of operators and noises without defaults. */
export const recipeText = ({ kind, ...settings }: KindRecipe): string => {
  const isPart = (one: unknown): one is KindRecipe => typeof one === "object" && one !== null && "kind" in one;
  const value = (one: unknown): string => {
    if (isPart(one)) return recipeText(one);
    if (Array.isArray(one) && one.length > 0 && one.every(isPart)) return `(${one.map(recipeText).join(" after ")})`;
    const text = typeof one === "string" ? one : JSON.stringify(one);
    return text.length > 40 || text.startsWith("[[") || text.startsWith("{") ? "[...]" : text;
  };
  const shown = Object.entries(settings).filter(
    ([name, one]) =>
      !["input", "units"].includes(name) && one !== null && one !== undefined && !isDefault(kind, name, one),
  );
  return shown.length === 0 ? kind : `${kind}:${shown.map(([name, one]) => `${name}=${value(one)}`).join(",")}`;
};

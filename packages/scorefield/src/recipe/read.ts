/** Recipe files: JSON, or a module whose default export is a recipe, and whose code runs. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { RecipeError } from "@scorefield/core";
import { parseJson } from "./parse-json.ts";

const modules = /\.[cm]?[jt]s$/;

/** Whether a file name is the name of a recipe, not of data. */
export const isRecipeFile = (path: string): boolean => /\.json$/.test(path) || modules.test(path);

/** The folder that a recipe file's paths are relative to. */
export const recipeFolder = (file: string): string => dirname(resolve(file));

const readJson = async (path: string): Promise<unknown> => {
  // Without the byte-order mark that some editors write.
  const text = (await readFile(path, "utf8")).replace(/^\uFEFF/, "");
  try {
    return parseJson(text);
  } catch (cause) {
    throw new RecipeError(`${path}: expected a recipe in JSON, found ${(cause as Error).message}`, { cause });
  }
};

const readModule = async (path: string): Promise<unknown> => {
  const { createJiti } = await import("jiti");
  try {
    // Another user could replace compiled code that is kept in a shared folder.
    const { import: load } = createJiti(import.meta.url, { fsCache: false });
    return await load(resolve(path), { default: true });
  } catch (cause) {
    const [reason] = String((cause as Error).message ?? cause).split("\n");
    throw new RecipeError(`${path}: expected a module that exports a recipe as default, found ${reason}`, { cause });
  }
};

/**
 * The content of a recipe file, unchecked: see `parseRecipe`. JSON is only read. A module (.ts, .js) is a program: its code
 * runs with all rights of this process, so read only recipes of people whose programs you would run.
 * @throws RecipeError when the file is missing or cannot be read as what its name says
 */
export const readRecipe = async (path: string): Promise<Record<string, unknown>> => {
  let recipe: unknown;
  try {
    await readFile(path);
    recipe = await (modules.test(path) ? readModule(path) : readJson(path));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined || cause instanceof RecipeError) throw cause;
    const found = code === "ENOENT" ? "no such file" : (cause as Error).message;
    throw new RecipeError(`${path}: expected a recipe, found ${found}`, { cause });
  }
  if (typeof recipe !== "object" || recipe === null || Array.isArray(recipe))
    throw new RecipeError(
      `${path}: expected a recipe, an object with at least data, found ${recipe === undefined ? "no default export" : JSON.stringify(recipe)?.slice(0, 60)}`,
    );
  return recipe as Record<string, unknown>;
};

/** A part in one word of a command line: `dpm-solver++:order=3,steps=10`. */
import { didYouMean, showValue } from "@scorefield/tensor/internal";
import { RecipeError } from "../errors.ts";
import type { KindRecipe } from "../recipe.ts";
import type { HasRecipe, PartList } from "./part.ts";

/** Parts between commas, except those within brackets or quotes. */
const splitSettings = (text: string): string[] => {
  const parts = [""];
  let depth = 0;
  let quoted = false;
  for (const letter of text) {
    if (letter === '"') quoted = !quoted;
    if (!quoted && "[{".includes(letter)) depth++;
    if (!quoted && "]}".includes(letter)) depth--;
    if (letter === "," && depth === 0 && !quoted) parts.push("");
    else parts[parts.length - 1] += letter;
  }
  return parts;
};

const parseValue = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/**
 * The recipe that `KIND`, `KIND:name=value,...` or JSON stands for. Values are JSON where they parse as such, else text. Settings are
 * checked where the part is made.
 * @param parts the parts of the sort
 * @param lone the setting that a value without a name stands for, such as sigma in `gaussian:0.05`
 * @throws RecipeError for an unknown kind, with the nearest; for a setting without a name or value, or given twice
 */
export const recipeFromText = (
  { sort, kinds }: Pick<PartList<HasRecipe>, "sort" | "kinds">,
  text: string,
  lone?: (kind: string) => string | undefined,
): KindRecipe => {
  if (typeof text !== "string")
    throw new RecipeError(`${sort}: expected a text such as "${kinds[0]}", found ${showValue(text)}`);
  const short = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  if (text.trimStart().startsWith("{")) {
    const recipe = parseValue(text);
    if (typeof recipe !== "object")
      throw new RecipeError(`${sort} ${short}: expected JSON of a recipe, found other text`);
    return recipe as KindRecipe;
  }
  const colon = text.indexOf(":");
  const kind = colon < 0 ? text : text.slice(0, colon);
  if (!kinds.includes(kind))
    throw new RecipeError(
      `${sort} ${short}: expected a kind among ${kinds.join(", ")}; found ${kind.slice(0, 60)}${didYouMean(kind, kinds)}`,
    );
  const settings = new Map<string, unknown>();
  for (const setting of colon < 0 ? [] : splitSettings(text.slice(colon + 1))) {
    const equals = setting.indexOf("=");
    const only = equals < 0 ? lone?.(kind) : undefined;
    const name = only ?? setting.slice(0, Math.max(equals, 0)).trim();
    const value = setting.slice(equals + 1).trim();
    if (!/^\w+$/.test(name) || value === "" || name === "kind")
      throw new RecipeError(
        `${sort} ${short}: expected name=value after the colon, commas between several, found "${setting.slice(0, 60)}"`,
      );
    if (settings.has(name)) throw new RecipeError(`${sort} ${short}: expected each setting once, found ${name} twice`);
    settings.set(name, parseValue(value));
  }
  return { kind, ...Object.fromEntries(settings) };
};

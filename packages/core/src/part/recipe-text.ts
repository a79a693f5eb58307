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

/** How a text is read. */
interface TextOptions {
  /** Begins errors, such as `--sampler`. Default the sort. */
  readonly owner?: string;
  /** The setting that a value without a name stands for, such as sigma in `gaussian:0.05`. */
  readonly lone?: (kind: string, text: string) => string | undefined;
  /** The value that a text stands for, where it is written in a form of its own. */
  readonly value?: (name: string, text: string) => unknown;
}

/**
 * The recipe that `KIND`, `KIND:name=value,...` or JSON stands for. Values are JSON where they parse as such, else text. Settings are
 * checked where the part is made.
 * @param parts the parts of the sort
 * @throws RecipeError for an unknown kind, with the nearest; for a setting without a name or value, or given twice
 */
export const recipeFromText = (
  { sort, kinds }: Pick<PartList<HasRecipe>, "sort" | "kinds">,
  text: string,
  { owner = sort, lone, value: special }: TextOptions = {},
): KindRecipe => {
  const refuse = (problem: string): never => {
    throw new RecipeError(`${owner}${typeof text === "string" ? ` ${shortened(text)}` : ""}: ${problem}`);
  };
  if (typeof text !== "string") return refuse(`expected a text such as "${kinds[0]}", found ${showValue(text)}`);
  if (text.trimStart().startsWith("{")) {
    const recipe = parseValue(text);
    return typeof recipe === "object" ? (recipe as KindRecipe) : refuse("expected a recipe as JSON, found other text");
  }
  const colon = text.indexOf(":");
  const kind = colon < 0 ? text : text.slice(0, colon);
  if (!kinds.includes(kind)) refuse(`unknown ${sort}${didYouMean(kind, kinds) || `; known are ${kinds.join(", ")}`}`);
  const settings = new Map<string, unknown>();
  for (const setting of colon < 0 ? [] : splitSettings(text.slice(colon + 1))) {
    const equals = setting.indexOf("=");
    const name =
      (equals < 0 ? lone?.(kind, setting.trim()) : undefined) ?? setting.slice(0, Math.max(equals, 0)).trim();
    const value = setting.slice(equals + 1).trim();
    if (!/^\w+$/.test(name) || value === "" || name === "kind")
      refuse(`expected name=value after the colon, commas between several, found "${shortened(setting)}"`);
    if (settings.has(name)) refuse(`expected each setting once, found ${name} twice`);
    settings.set(name, special?.(name, value) ?? parseValue(value));
  }
  return { kind, ...Object.fromEntries(settings) };
};

const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}...` : text);

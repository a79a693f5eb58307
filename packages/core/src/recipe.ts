/** Rebuilding things from their recipes: plain JSON of a kind and its settings. */
import { RecipeError } from "./errors.ts";
import { didYouMean } from "./nearest-word.ts";

/** A kind and its settings, as plain JSON. */
export interface KindRecipe {
  readonly kind: string;
  readonly [option: string]: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

interface HasRecipe {
  readonly recipe: KindRecipe;
}

const nameOf = (value: unknown): string =>
  value === undefined ? "nothing" : (JSON.stringify(value)?.slice(0, 60) ?? String(value));

const typeOf = (value: unknown): string => (Array.isArray(value) ? "list" : value === null ? "null" : typeof value);

/**
 * What is wrong with a setting that is not of the type of its default: lists hold what the default lists, objects the same
 * names. The settings of a part with a kind of its own are checked where that part is made.
 */
const mismatch = (value: unknown, like: unknown, path: string): string | undefined => {
  if (like === undefined || (like === null && value === null)) return undefined;
  // Null as default is no limit.
  const type = like === null ? "number" : typeOf(like);
  if (typeOf(value) !== type || Number.isNaN(value))
    return `${path}: expected ${type === "object" ? "an object" : `a ${type}`}, found ${nameOf(value)}`;
  if (Array.isArray(value))
    return value.map((entry, i) => mismatch(entry, (like as readonly unknown[])[0], `${path}.${i}`)).find(Boolean);
  if (type !== "object" || "kind" in (like as Fields)) return undefined;
  const names = Object.keys(like as Fields);
  const stray = Object.keys(value as Fields).find((name) => !names.includes(name));
  if (stray !== undefined)
    return `${path}: unknown setting ${stray}; known are ${names.join(", ")}${didYouMean(stray, names)}`;
  return names
    .map((name) => mismatch((value as Fields)[name], (like as Fields)[name], `${path}.${name}`))
    .find(Boolean);
};

/** The recipe of a kind with all settings left out; none of a kind that has settings which cannot be. */
const defaultsOf = (make: (options: never) => HasRecipe): Fields => {
  try {
    return make({} as never).recipe;
  } catch {
    return {};
  }
};

/**
 * A function that makes what a recipe describes; left-out settings take their defaults.
 * @param what names the thing in errors, e.g. `network`
 * @param makers for every kind a function of its settings
 * @returns throws RecipeError for an unknown kind or setting, or one of another type than its default; what a maker throws
 *   for a value out of range passes through
 */
export const recipeReader =
  <T extends HasRecipe>(what: string, makers: Readonly<Record<string, (options: never) => T>>) =>
  ({ kind, ...options }: KindRecipe): T => {
    const make = Object.hasOwn(makers, kind) ? makers[kind]! : undefined;
    if (!make) {
      const kinds = Object.keys(makers);
      throw new RecipeError(
        `${what}: expected a kind among ${kinds.join(", ")}; found ${String(kind)}${didYouMean(String(kind), kinds)}`,
      );
    }
    const defaults = defaultsOf(make);
    for (const [name, value] of Object.entries(options)) {
      const wrong = mismatch(value, defaults[name], name);
      if (wrong) throw new RecipeError(`${what} ${kind}: ${wrong}`);
    }
    const made = make(options as never);
    for (const option of Object.keys(options))
      if (!Object.hasOwn(made.recipe, option)) {
        const known = Object.keys(made.recipe).filter((name) => name !== "kind");
        throw new RecipeError(
          `${what} ${kind}: unknown setting ${option}; ${known.length > 0 ? `known are ${known.join(", ")}${didYouMean(option, known)}` : "it has none"}`,
        );
      }
    return made;
  };

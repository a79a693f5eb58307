/** Settings given on the command line, such as `training.steps=500`. */
import { RecipeError } from "@scorefield/core";
import { recogniseData } from "@scorefield/domain";
import { parseJson } from "./parse-json.ts";

type Fields = Record<string, unknown>;

const parseValue = (text: string): unknown => {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
};

/** Data named by a path or a word as settings, without their kind where these tell it. */
const namedData = (word: string): Fields => {
  const { kind, ...settings } = recogniseData(word) ?? { kind: word };
  return Object.keys(settings).length > 0 ? settings : { kind };
};

const assign = (fields: Fields, [key, ...rest]: readonly string[], value: unknown): Fields => {
  if (rest.length === 0) return { ...fields, [key!]: value };
  const old = fields[key!];
  // A part named by its kind alone keeps that kind; data named by a path or a word stay those.
  const inner = typeof old === "string" ? (key === "data" ? namedData(old) : { kind: old }) : old;
  return { ...fields, [key!]: assign((inner ?? {}) as Fields, rest, value) };
};

/**
 * A recipe with settings `path=value` put in; values are JSON where they parse as such, else text.
 * @throws RecipeError for a setting without `=` or with an empty name
 */
export const applySettings = (recipe: Fields, settings: readonly string[]): Fields =>
  settings.reduce((changed, setting) => {
    const equals = setting.indexOf("=");
    const path = setting.slice(0, Math.max(0, equals)).split(".");
    if (equals < 0 || path.some((name) => name === "" || name === "__proto__"))
      throw new RecipeError(`--set ${setting}: expected path=value, such as training.steps=5000`);
    return assign(changed, path, parseValue(setting.slice(equals + 1)));
  }, recipe);

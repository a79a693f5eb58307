/** A sampler in one word of a command line: `dpm-solver++:order=3,steps=10`. */
import { type KindRecipe, RecipeError, samplerKinds } from "@scorefield/core";
import { suggest } from "../recipe/explain.ts";

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

const intervalParts = ["low", "high", "steps", "repeats"] as const;

/** The intervals of restart in short, `low:high:steps:repeats` with slashes between several. */
const parseIntervals = (text: string): unknown =>
  text.split("/").map((interval) => {
    const numbers = interval.split(":").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
    if (numbers.length !== intervalParts.length || numbers.some(Number.isNaN))
      throw new RecipeError(
        `--sampler: expected intervals as low:high:steps:repeats, such as 0.06:0.3:2:2, slashes between several; found "${interval}"`,
      );
    return Object.fromEntries(intervalParts.map((name, i) => [name, numbers[i]]));
  });

/** A setting's value as {@link parseSampler} reads it. */
export const settingText = (value: unknown): string =>
  Array.isArray(value) && value.length > 0
    ? value.map((interval) => intervalParts.map((name) => interval[name]).join(":")).join("/")
    : typeof value === "string"
      ? value
      : JSON.stringify(value);

/**
 * The recipe that `KIND` or `KIND:name=value,...` stands for; values are JSON where they parse as such, else text,
 * and restart's `intervals` may be given in short, as `low:high:steps:repeats/...`. Settings are checked where the sampler is made.
 * @throws RecipeError for an unknown kind, with the nearest; for a setting without a name or value, or given twice
 */
export const parseSampler = (text: string): KindRecipe => {
  const colon = text.indexOf(":");
  const kind = colon < 0 ? text : text.slice(0, colon);
  if (!samplerKinds.includes(kind))
    throw new RecipeError(`--sampler ${text}: unknown sampler; ${suggest(kind, samplerKinds)}`);
  const settings = new Map<string, unknown>();
  for (const setting of colon < 0 ? [] : splitSettings(text.slice(colon + 1))) {
    const equals = setting.indexOf("=");
    const name = setting.slice(0, Math.max(equals, 0)).trim();
    const value = setting.slice(equals + 1).trim();
    if (!/^\w+$/.test(name) || value === "" || name === "kind")
      throw new RecipeError(`--sampler ${text}: expected name=value, such as steps=10, found "${setting}"`);
    if (settings.has(name)) throw new RecipeError(`--sampler ${text}: expected each setting once, found ${name} twice`);
    settings.set(name, name === "intervals" && !value.startsWith("[") ? parseIntervals(value) : parseValue(value));
  }
  return { kind, ...Object.fromEntries(settings) };
};

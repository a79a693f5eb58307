/** A sampler in one word of a command line: `dpm-solver++:order=3,steps=10`. */
import { type KindRecipe, RecipeError } from "@scorefield/core";
import { recipeFromText, samplers } from "@scorefield/core/internal";

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
export const parseSampler = (text: string): KindRecipe =>
  recipeFromText(samplers, text, {
    owner: "--sampler",
    value: (name, value) => (name === "intervals" && !value.startsWith("[") ? parseIntervals(value) : undefined),
  });

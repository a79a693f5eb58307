/** Checks the value of a setting, and writes it into a recipe. */
import { didYouMean } from "../nearest-word.ts";
import type { KindRecipe } from "../recipe.ts";
import type { HasRecipe, Range, Setting, Settings, SettingType } from "./setting.ts";
import { showValue } from "./show-value.ts";

/** Where values come from, and what is done about a wrong one. */
export interface Reading {
  /** A recipe holds other parts as their recipes; options in the library hold the made parts. */
  readonly from: "recipe" | "library";
  /** Throws an error with the path of the value, such as `intervals.0.low`; an empty path is the part itself. */
  readonly refuse: (path: string, problem: string) => never;
}

/** Words in a row: "1, 2 or 3". */
export const either = (words: readonly (string | number)[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;

const within = (value: number, { least, above, most, below, multipleOf }: Range): boolean =>
  Number.isFinite(value) &&
  !(least !== undefined && value < least) &&
  !(above !== undefined && value <= above) &&
  !(most !== undefined && value > most) &&
  !(below !== undefined && value >= below) &&
  (multipleOf === undefined || Number.isInteger(value / multipleOf));

/** A range in words: "a positive whole number", "a number in (0, 1]". */
export const rangeText = ({ type, ...range }: { readonly type: "number" | "whole" } & Range): string => {
  const { least, above, most, below, multipleOf } = range;
  const name = type === "whole" ? "whole number" : "number";
  if (multipleOf !== undefined) {
    const positive = above === 0 || (least ?? 0) > 0;
    return multipleOf === 2
      ? `an even ${positive ? "positive number" : "number of at least 0"}`
      : `a ${positive ? "positive " : ""}multiple of ${multipleOf}`;
  }
  const low = least ?? above;
  const high = most ?? below;
  if (low !== undefined && high !== undefined && !(type === "whole" && high >= 1e6))
    return `a ${name} in ${least === undefined ? "(" : "["}${low}, ${high}${most === undefined ? ")" : "]"}`;
  if (above === 0 || (type === "whole" && least === 1)) return `a positive ${name}`;
  if (least !== undefined) return `a ${type === "whole" ? "" : "finite "}${name} of at least ${least}`;
  if (above !== undefined) return `a ${name} above ${above}`;
  if (high !== undefined) return `a ${name} ${most === undefined ? "below" : "of at most"} ${high}`;
  return type === "whole" ? "a whole number" : "a finite number";
};

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

/** The end of a path below another. */
export const below = (path: string, name: string | number): string => (path === "" ? `${name}` : `${path}.${name}`);

/** Refuses names that are not known, with the nearest one that is. */
export const refuseUnknown = (
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
  path: string,
  { from, refuse }: Reading,
): void => {
  for (const name of Object.keys(given))
    if (!known.includes(name))
      refuse(
        path,
        `unknown ${from === "recipe" ? "setting" : "option"} ${name}; ${
          known.length > 0 ? `known are ${known.join(", ")}${didYouMean(name, known)}` : "it has none"
        }`,
      );
};

/**
 * The value of a setting.
 * @returns what a part is made from: of a part in a recipe the made part
 */
export const readValue = (type: SettingType, value: unknown, path: string, reading: Reading): unknown => {
  const wrong = (expected: string, found = showValue(value)): never =>
    reading.refuse(path, `expected ${expected}, found ${found}`);
  switch (type.type) {
    case "number":
    case "whole":
      if (typeof value !== "number" || Number.isNaN(value))
        return wrong(type.type === "whole" ? rangeText(type) : "a number");
      if (type.most !== undefined && value > type.most && type.type === "whole")
        return wrong(`at most ${type.most.toLocaleString("en-US")}`);
      return within(value, type) && (type.type === "number" || Number.isInteger(value))
        ? value
        : wrong(rangeText(type));
    case "boolean":
      return typeof value === "boolean" ? value : wrong("a boolean");
    case "text": {
      if (type.orNumber && typeof value === "number" && !Number.isNaN(value)) return value;
      if (typeof value !== "string")
        return wrong(type.orNumber ? "a text or a number" : type.path ? "a path" : "a text");
      const { fewest = 0, most = Number.POSITIVE_INFINITY } = type;
      if (type.path && value.includes("\0")) return wrong("a path, in which there is no character NUL");
      if (value.length >= fewest && value.length <= most) return value;
      return wrong(
        fewest === most
          ? `a text of ${most} character${most === 1 ? "" : "s"}`
          : `a text of ${value.length < fewest ? `at least ${fewest}` : `at most ${most}`} characters`,
      );
    }
    case "choice": {
      if (type.functionName !== undefined && typeof value === "function" && reading.from === "library") return value;
      if (type.values.includes(value as string)) return value;
      const orFunction = type.functionName !== undefined && reading.from === "library" ? " or a function" : "";
      const near = typeof value === "string" ? didYouMean(value, type.values.map(String)) : "";
      return wrong(
        orFunction ? `${type.values.join(", ")}${orFunction}` : either(type.values),
        (typeof value === "string" && value !== "" ? value.slice(0, 60) : showValue(value)) + near,
      );
    }
    case "list": {
      if (!Array.isArray(value)) return wrong("a list");
      if (value.length < type.fewest) return wrong(`a list of at least ${type.fewest}`, `${value.length || "none"}`);
      // A list with holes has undefined in them.
      return Array.from(value, (entry, i) => readValue(type.of, entry, below(path, i), reading));
    }
    case "fields":
      if (!isFields(value)) return wrong("an object");
      return readFields(type.fields, value, path, reading);
    case "nullable":
      return value === null ? null : readValue(type.of, value, path, reading);
    case "part":
      return reading.from === "recipe"
        ? type.parts.read(value, path, reading)
        : isFields(value) && isFields(value.recipe) && typeof value.recipe.kind === "string"
          ? value
          : wrong(`${type.parts.article} such as ${type.parts.example}`);
  }
};

const readSetting = (setting: Setting, value: unknown, path: string, reading: Reading): unknown => {
  if (value !== undefined) return readValue(setting.type, value, path, reading);
  if ("default" in setting || setting.otherwise !== undefined) return setting.default;
  return readValue(setting.type, value, path, reading);
};

/** Every setting of an object, its own names alone. */
export const readFields = (
  settings: Settings,
  given: Readonly<Record<string, unknown>>,
  path: string,
  reading: Reading,
): Record<string, unknown> => {
  refuseUnknown(given, Object.keys(settings), path, reading);
  return Object.fromEntries(
    Object.entries(settings).map(([name, setting]) => [
      name,
      readSetting(setting, Object.hasOwn(given, name) ? given[name] : undefined, below(path, name), reading),
    ]),
  );
};

/** What a recipe says of a value. */
export const writeValue = (type: SettingType, value: unknown): unknown => {
  if (value === undefined || value === null) return value;
  switch (type.type) {
    case "choice":
      return typeof value === "function" ? type.functionName : value;
    case "list":
      return (value as readonly unknown[]).map((entry) => writeValue(type.of, entry));
    case "fields":
      return Object.fromEntries(
        Object.entries(type.fields).map(([name, { type: of }]) => [
          name,
          writeValue(of, (value as Record<string, unknown>)[name]),
        ]),
      );
    case "part":
      return (value as HasRecipe).recipe satisfies KindRecipe;
    case "nullable":
      return writeValue(type.of, value);
    default:
      return value;
  }
};

/** Checks the value of a setting, and writes it into a recipe. */
import type { NdArray } from "@scorefield/tensor";
import { didYouMean, isFields, showValue } from "@scorefield/tensor/internal";
import type { KindRecipe } from "../recipe.ts";
import { readArray, writeArray } from "./array-json.ts";
import type { HasRecipe, Range, Reading, Setting, Settings, SettingType } from "./part.ts";
import { refuseUnknown } from "./refuse-unknown.ts";
import { either, rangeText, typeText } from "./type-text.ts";

const within = (value: number, { least, above, most, below, multipleOf }: Range): boolean =>
  Number.isFinite(value) &&
  !(least !== undefined && value < least) &&
  !(above !== undefined && value <= above) &&
  !(most !== undefined && value > most) &&
  !(below !== undefined && value >= below) &&
  (multipleOf === undefined || Number.isInteger(value / multipleOf));

/** The end of a path below another. */
export const below = (path: string, name: string | number): string => (path === "" ? `${name}` : `${path}.${name}`);

/**
 * The value of a setting.
 * @returns what a part is made from: of a part in a recipe the made part
 */
const readValue = (type: SettingType, value: unknown, path: string, reading: Reading): unknown => {
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
      if (type.orNumber && typeof value === "number" && Number.isFinite(value)) return value;
      if (typeof value !== "string") return wrong(typeText(type));
      const { fewest = 0, most = Number.POSITIVE_INFINITY } = type;
      if (type.path && value.includes("\0")) return wrong("a path, in which there is no character NUL");
      return value.length >= fewest && value.length <= most ? value : wrong(typeText(type));
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
    case "array":
      return readArray(value, type.rank) ?? wrong(typeText(type));
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
    case "array":
      return writeArray(value as NdArray);
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

/** What values a setting takes, in words. */
import type { Range, SettingType } from "./part.ts";

/** Words in a row: "1, 2 or 3". */
export const either = (words: readonly (string | number)[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;

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

const textText = ({ fewest = 0, most, path, orNumber }: Extract<SettingType, { type: "text" }>): string => {
  if (path) return "a path";
  if (orNumber) return "a text or a number";
  if (most !== undefined && fewest === most) return `a text of ${most} character${most === 1 ? "" : "s"}`;
  if (most !== undefined) return `a text of ${fewest} to ${most} characters`;
  return fewest > 0 ? `a text of at least ${fewest} character${fewest === 1 ? "" : "s"}` : "a text";
};

/** What values a setting takes: "a positive whole number", "pool or stride". */
export const typeText = (type: SettingType): string => {
  switch (type.type) {
    case "number":
    case "whole":
      return rangeText(type);
    case "boolean":
      return "true or false";
    case "text":
      return textText(type);
    case "choice":
      return either(type.values);
    case "array":
      return `an array of finite numbers${type.rank === undefined ? "" : ` with ${type.rank} ${type.rank === 1 ? "axis" : "axes"}`}`;
    case "list":
      return `a list${type.fewest > 0 ? ` of at least ${type.fewest}` : ""}, each ${typeText(type.of)}`;
    case "fields":
      return Object.entries(type.fields)
        .map(([name, { type: of }]) => `${name}: ${typeText(of)}`)
        .join("; ");
    case "nullable":
      return `${typeText(type.of)}, or null`;
    case "part":
      return `${type.parts.article}: ${either(type.parts.kinds)}`;
  }
};

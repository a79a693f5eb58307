/** Checks of what callers without types hand to readers and writers. */
import { DataError } from "./errors.ts";

/** @throws DataError unless a text that may be a path */
export const checkPath = (name: string, path: unknown): void => {
  if (typeof path !== "string" || path === "")
    throw new DataError({
      expected: `${name} to be given a path`,
      found: path === "" ? "an empty text" : `${path === null ? null : typeof path}`,
    });
};

/** @throws DataError for options that are no object, and unknown ones */
export const checkOptions = (name: string, options: unknown, known: Readonly<Record<string, true>>): void => {
  const isObject = typeof options === "object" && options !== null && !Array.isArray(options);
  const unknown = isObject ? Object.keys(options).find((option) => !Object.hasOwn(known, option)) : undefined;
  if (!isObject || unknown !== undefined)
    throw new DataError({
      expected: `options of ${name} among ${Object.keys(known).join(", ")}`,
      found: unknown ?? `${options === null ? null : typeof options}`,
      fix: "Correct the name, or leave it out",
    });
};

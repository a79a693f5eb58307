/** Checks of what callers without types hand to readers and writers. */
import { isNdArray } from "@scorefield/tensor";
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

const shown = (value: unknown): string => (value === null ? "null" : Array.isArray(value) ? "a list" : typeof value);

/** @throws DataError unless an array with a shape */
export const checkArray = (name: string, value: unknown): void => {
  if (isNdArray(value)) return;
  const fix = Array.isArray(value) ? "Make it one with fromNested" : undefined;
  throw new DataError({ expected: `${name} to be given an NdArray`, found: shown(value), fix });
};

/** @throws DataError unless bytes */
export const checkBytes = (name: string, value: unknown): void => {
  if (!(value instanceof Uint8Array))
    throw new DataError({ expected: `${name} to be given bytes, a Uint8Array`, found: shown(value) });
};

/** @throws DataError unless an object that has all of these members */
export const checkMade = (name: string, value: unknown, members: readonly string[], expected: string): void => {
  if (typeof value !== "object" || value === null || !members.every((member) => member in value))
    throw new DataError({ expected: `${name} to be given ${expected}`, found: shown(value) });
};

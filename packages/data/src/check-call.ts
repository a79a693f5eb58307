/** Checks of what callers without types hand to readers and writers. */
import { isNdArray } from "@scorefield/tensor";
import { hasMembers, optionsProblem, showValue } from "@scorefield/tensor/internal";
import { DataError } from "./errors.ts";

/** @throws DataError unless a text that may be a path */
export const checkPath = (name: string, path: unknown): void => {
  if (typeof path !== "string" || path === "")
    throw new DataError({
      expected: `${name} to be given a path`,
      found: path === "" ? "an empty text" : showValue(path),
    });
};

/** @throws DataError for options that are not an object, unknown ones, and a `signal` of another type */
export const checkOptions = (name: string, options: unknown, known: Readonly<Record<string, true>>): void => {
  const problem = optionsProblem(options, known);
  if (!problem) return;
  const { expected, found, near } = problem;
  throw new DataError({
    expected,
    found: `${found} in the call of ${name}`,
    fix: near === undefined ? "Correct it, or leave it out" : `Write ${near}, or leave it out`,
  });
};

/** @throws DataError unless an array with a shape */
export const checkArray = (name: string, value: unknown): void => {
  if (isNdArray(value)) return;
  const fix = Array.isArray(value) ? "Make it one with fromNested" : undefined;
  throw new DataError({ expected: `${name} to be given an NdArray`, found: showValue(value), fix });
};

/** @throws DataError unless bytes */
export const checkBytes = (name: string, value: unknown): void => {
  if (!(value instanceof Uint8Array))
    throw new DataError({ expected: `${name} to be given bytes, a Uint8Array`, found: showValue(value) });
};

/** @throws DataError unless an object that has all of these members */
export const checkMade = (name: string, value: unknown, members: readonly string[], expected: string): void => {
  if (!hasMembers(value, members))
    throw new DataError({ expected: `${name} to be given ${expected}`, found: showValue(value) });
};

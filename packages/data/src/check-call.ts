/** Checks of what callers without types hand to readers and writers. */
import { optionsProblem, showValue } from "@scorefield/tensor/internal";
import { DataError } from "./errors.ts";

/** @throws DataError unless a text that may be a path */
export const checkPath = (name: string, path: unknown): void => {
  if (typeof path !== "string" || path === "")
    throw new DataError({
      expected: `${name} to be given a path`,
      found: path === "" ? "an empty text" : showValue(path),
    });
};

/** @throws DataError for options that are no object, unknown ones, and a `signal` that is none */
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

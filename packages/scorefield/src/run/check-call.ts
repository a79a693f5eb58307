/** Checks of what callers without types hand to functions of runs. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions } from "@scorefield/core/internal";

/** @throws ArgumentError for what is no path, no options, or unknown options */
export const checkRunCall = (
  name: string,
  path: unknown,
  options: unknown = {},
  known: Readonly<Record<string, true>> = {},
): void => {
  if (typeof path !== "string" || path === "")
    throw new ArgumentError(
      `${name}: expected the path of a run's folder, found ${path === "" ? "an empty text" : typeof path}`,
    );
  checkOptions(name, options, known);
};

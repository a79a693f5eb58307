/** Names of settings and options that are not known. */
import { didYouMean } from "@scorefield/tensor/internal";
import { newName, renamedTo } from "./earlier-names.ts";
import type { Reading } from "./part.ts";

/** Refuses names that are not known, with the nearest one that is. */
export const refuseUnknown = (
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
  path: string,
  { from, refuse }: Reading,
): void => {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const now = newName(name, known);
    refuse(
      path,
      now !== undefined
        ? renamedTo(name, now)
        : `unknown ${from === "recipe" ? "setting" : "option"} ${name}; ${
            known.length > 0 ? `known are ${known.join(", ")}${didYouMean(name, known)}` : "it has none"
          }`,
    );
  }
};

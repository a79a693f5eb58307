/** Units of operators that are put together. */
import { ArgumentError } from "@scorefield/core";
import { unknownUnits } from "./declare-operator.ts";

/**
 * The units of what one operator hands to another, or of what several share.
 * @param found in words; those that nobody said fit with all
 * @throws ArgumentError for two different ones
 */
export const joinUnits = (name: string, found: readonly string[]): string => {
  const said = [...new Set(found.filter((units) => units !== unknownUnits))];
  if (said.length > 1)
    throw new ArgumentError(
      `${name} units: expected the same units where operators meet, found "${said[0]}" and "${said[1]}"; give them the setting units`,
    );
  return said[0] ?? unknownUnits;
};

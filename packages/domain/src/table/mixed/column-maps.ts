/** The map of a fitted column, by its kind. */
import { ArgumentError } from "@scorefield/core";
import { holds } from "./allowed.ts";
import { categoryMap } from "./category-map.ts";
import type { ColumnMap } from "./column-map.ts";
import { dateMap } from "./date-map.ts";
import { numberMap } from "./number-map.ts";
import type { StoredColumn, StoredConstant } from "./stored-mixed.ts";

const constantMap = ({ name, value: stored }: StoredConstant): ColumnMap => {
  const value = stored ?? Number.NaN;
  // Adding 0 makes 0 of -0.
  const isIt = (found: number): boolean => Object.is(found + 0, value + 0);
  return {
    name,
    slots: [],
    write: () => {},
    read: () => value,
    volume: (found) => ({ logVolume: isIt(found) ? 0 : Number.NEGATIVE_INFINITY, atom: isIt(found) }),
    beyond: (found) => !isIt(found),
    allow: (condition) => {
      const wanted =
        stored === null ? condition.missing !== false : condition.missing !== true && holds(condition, stored);
      if (!wanted)
        throw new ArgumentError(
          `condition on ${name}: expected one that holds in the training rows, which all ${stored === null ? "lack it" : `have ${stored}`}`,
        );
      return [];
    },
  };
};

export const columnMap = (stored: StoredColumn): ColumnMap => {
  switch (stored.kind) {
    case "number":
      return numberMap(stored);
    case "category":
      return categoryMap(stored);
    case "date":
      return dateMap(stored);
    case "constant":
      return constantMap(stored);
  }
};

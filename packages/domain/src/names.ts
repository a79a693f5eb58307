/** Names in words. */
import type { Composition } from "./samples.ts";

/** The names of the columns of rows: x1, x2, ... where they have none. */
export const columnNames = ({ shape, columns }: Composition): readonly string[] =>
  columns ?? Array.from({ length: shape.reduce((product, side) => product * side, 1) }, (_, j) => `x${j + 1}`);

/** Names in a line, the middle ones left out where they are many. */
export const shortList = (names: readonly string[], most = 12): string =>
  names.length > most
    ? `${names.slice(0, most - 1).join(", ")}, ... ${names.at(-1)} (${names.length})`
    : names.join(", ");

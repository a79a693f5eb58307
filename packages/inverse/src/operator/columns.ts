import { ArgumentError, setting } from "@scorefield/core";
import { sizeOf } from "@scorefield/tensor";
import { declareOperator } from "./declare-operator.ts";
import { linearOperator } from "./linear-operator.ts";
import { selectionParts } from "./selection.ts";

const settings = {
  columns: setting.list(setting.whole({ least: 0, help: "index" }), {
    fewest: 1,
    help: "which places of the last axis are seen, from 0, in the order of y",
  }),
};

/** Options of {@link columns}. */
export type ColumnsOptions = Parameters<typeof columns>[0];

/**
 * y = some columns of x: places of the last axis. With noise, or without, the others are imputed. A A* = I.
 * @throws ArgumentError for a column that does not exist or is named twice
 */
export const columns = declareOperator({
  kind: "columns",
  family: "parts",
  summary: "some columns of a table, or places of the last axis",
  source: "elementary",
  settings,
  make: ({ input, columns: chosen }, about) => {
    const width = input.at(-1)!;
    const odd = chosen.find((column, i) => column >= width || chosen.indexOf(column) !== i);
    if (odd !== undefined)
      throw new ArgumentError(`columns: expected each of 0 to ${width - 1} at most once, found ${odd} in [${chosen}]`);
    const rows = sizeOf(input) / width;
    const indices = Array.from({ length: rows }, (_, row) => chosen.map((column) => row * width + column)).flat();
    return linearOperator({
      ...about,
      selects: true,
      ...selectionParts(input, indices, [...input.slice(0, -1), chosen.length]),
    });
  },
});

import { ArgumentError, setting } from "@scorefield/core";
import { declareOperator } from "./declare-operator.ts";
import { linearOperator } from "./linear-operator.ts";
import { selectionParts } from "./selection.ts";

const settings = {
  pattern: setting.choice({
    values: ["RGGB", "BGGR", "GRBG", "GBRG"],
    default: "RGGB",
    help: "colours of the first two pixels of the first two rows",
  }),
};

/** Options of {@link mosaic}. */
export type MosaicOptions = Parameters<typeof mosaic>[0];

/**
 * What a sensor with Bayer's filter sees: one colour of every pixel, y [1, h, w] of a picture x [3, h, w] in red, green and blue.
 * A A* = I.
 * @throws ArgumentError for samples of another shape than [3, h, w]
 */
export const mosaic = declareOperator({
  kind: "mosaic",
  family: "parts",
  summary: "one colour of every pixel, as a sensor with Bayer's filter: demosaicking",
  source: "Bayer 1976, US patent 3,971,065",
  settings,
  make: ({ input, pattern }, about) => {
    const [channels, height, width] = input;
    if (input.length !== 3 || channels !== 3)
      throw new ArgumentError(`mosaic: expected pictures [3, h, w], found samples of [${input}]`);
    const indices: number[] = [];
    for (let row = 0; row < height!; row++)
      for (let column = 0; column < width!; column++)
        indices.push(("RGB".indexOf(pattern[2 * (row % 2) + (column % 2)]!) * height! + row) * width! + column);
    return linearOperator({ ...about, selects: true, ...selectionParts(input, indices, [1, height!, width!]) });
  },
});

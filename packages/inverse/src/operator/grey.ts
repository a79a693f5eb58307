import { ArgumentError, setting } from "@scorefield/core";
import { sizeOf } from "@scorefield/tensor";
import { declareOperator } from "./declare-operator.ts";
import { linearOperator } from "./linear-operator.ts";
import { weightedSums } from "./weighted-sums.ts";

const settings = {
  weights: setting.list(setting.number({ help: "weight" }), {
    fewest: 1,
    default: [0.299, 0.587, 0.114],
    help: "of each channel, the first axis; the default is the luma of red, green and blue",
  }),
};

/** Options of {@link grey}. */
export type GreyOptions = Parameters<typeof grey>[0];

/**
 * y = a weighted sum of the channels: a picture [3, h, w] in colour becomes [1, h, w] in grey. The default weights have the sum 1, so
 * that y has the range of x.
 * @throws ArgumentError for another number of weights than channels, and for weights that are all 0
 */
export const grey = declareOperator({
  kind: "grey",
  family: "intensity",
  summary: "colour to grey: a weighted sum of channels, to be coloured again",
  source: "ITU-R BT.601-7, section 2.5.1",
  settings,
  make: ({ input, weights }, about) => {
    const [channels, ...shape] = input;
    if (channels !== weights.length || weights.every((weight) => weight === 0))
      throw new ArgumentError(
        `grey: expected ${channels} weights, one for each channel of samples [${input}], not all 0; found [${weights}]`,
      );
    const count = sizeOf(shape);
    return linearOperator({
      ...about,
      ...weightedSums(
        {
          count,
          toBlocks: (x) => x.reshape([x.shape[0]!, channels, count]).transpose([0, 2, 1]),
          fromBlocks: (blocks) => blocks.transpose([0, 2, 1]).reshape([blocks.shape[0]!, ...input]),
        },
        Float64Array.from(weights),
        [1, ...shape],
      ),
    });
  },
});

import { ArgumentError, setting } from "@scorefield/core";
import { declareOperator } from "./declare-operator.ts";
import { operator } from "./operator.ts";

const settings = {
  exposure: setting.number({ above: 0, default: 2, help: "how many times brighter, from black on" }),
  black: setting.number({ default: 0, help: "what stays as it is, in the units of the data" }),
  low: setting.number({ default: -1, help: "the darkest that is seen, in the units of the data" }),
  high: setting.number({ default: 1, help: "the brightest that is seen, in the units of the data" }),
};

/** Options of {@link saturation}. */
export type SaturationOptions = Parameters<typeof saturation>[0];

/**
 * y = clip(black + exposure (x - black), low, high): the bright parts of an overexposed picture are lost. Restoring them is called HDR.
 * Defaults are those of pictures in [-1, 1], as in the experiments of the source.
 * @throws ArgumentError unless low < high
 */
export const saturation = declareOperator({
  kind: "saturation",
  family: "intensity",
  summary: "an exposure that is too long: bright parts are lost (HDR)",
  source: "Mardani et al. 2023, appendix; Zhang et al. 2024 (DAPS), appendix",
  settings,
  make: ({ input, exposure, black, low, high }, about) => {
    if (!(low < high)) throw new ArgumentError(`saturation: expected low < high, found ${low} and ${high}`);
    return operator({
      ...about,
      output: input,
      apply: (x) =>
        x
          .multiply(exposure)
          .add(black * (1 - exposure))
          .clip(low, high),
    });
  },
});

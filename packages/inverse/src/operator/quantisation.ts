import { ArgumentError, setting } from "@scorefield/core";
import { stopGradient } from "@scorefield/tensor";
import { declareOperator } from "./declare-operator.ts";
import { operator } from "./operator.ts";

const settings = {
  bits: setting.whole({ least: 1, most: 16, default: 8, help: "bits of a value: 2^bits cells" }),
  low: setting.number({ help: "start of the first cell, in the units of the data" }),
  high: setting.number({ help: "end of the last cell, in the units of the data" }),
  derivative: setting.choice({
    values: ["straight-through", "exact"],
    default: "straight-through",
    help: "straight-through: 1 within the range, as if there were no steps; exact: 0",
  }),
};

/** Options of {@link quantisation}. */
export type QuantisationOptions = Parameters<typeof quantisation>[0];

/**
 * y = the middle of the cell that x is in, of 2^bits equal cells from low to high: with step D = (high - low) / 2^bits,
 *
 *     y = low + D (floor((x - low) / D) + 1/2)
 *
 * Beyond the range it is the middle of the first or last cell. Its derivative is 0 almost everywhere, which guides nothing. So
 * derivatives are those of a clipped x, unless the exact ones are asked for. See also `uniformNoise`, which says the same as a
 * likelihood.
 * @throws ArgumentError unless low < high
 */
export const quantisation = declareOperator({
  kind: "quantisation",
  family: "intensity",
  summary: "numbers rounded to a few values",
  source: "Gray & Neuhoff 1998; Bengio, Leonard & Courville 2013 for straight-through derivatives",
  settings,
  make: ({ input, bits, low, high, derivative }, about) => {
    if (!(low < high)) throw new ArgumentError(`quantisation: expected low < high, found ${low} and ${high}`);
    const cells = 2 ** bits;
    const step = (high - low) / cells;
    return operator({
      ...about,
      output: input,
      apply: (x) => {
        const cell = x
          .subtract(low)
          .divide(step)
          .floor()
          .clip(0, cells - 1);
        const y = cell.add(0.5).multiply(step).add(low);
        if (derivative === "exact") return stopGradient(y);
        const through = x.clip(low, high);
        return through.add(stopGradient(y.subtract(through)));
      },
    });
  },
});

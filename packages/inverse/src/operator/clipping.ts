import { ArgumentError, setting } from "@scorefield/core";
import { declareOperator } from "./declare-operator.ts";
import { operator } from "./operator.ts";

const settings = {
  low: setting.number({ help: "smaller numbers are seen as this one" }),
  high: setting.number({ help: "larger numbers are seen as this one" }),
};

/** Options of {@link clipping}. */
export type ClippingOptions = Parameters<typeof clipping>[0];

/**
 * y = min(max(x, low), high), in the units of x: what a sensor or a sound card gives beyond its range. The derivative is 1 within and 0
 * beyond. The limits have no default, because they depend on the units of the data.
 * @throws ArgumentError unless low < high
 */
export const clipping = declareOperator({
  kind: "clipping",
  family: "intensity",
  summary: "numbers beyond a range are seen as its ends",
  source: "Janssen, Veldhuis & Vries 1986",
  settings,
  make: ({ input, low, high }, about) => {
    if (!(low < high)) throw new ArgumentError(`clipping: expected low < high, found ${low} and ${high}`);
    return operator({ ...about, output: input, apply: (x) => x.clip(low, high) });
  },
});

import { ArgumentError, setting } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { circulantParts } from "./circulant.ts";
import { declareOperator } from "./declare-operator.ts";
import { linearOperator } from "./linear-operator.ts";

const settings = {
  highest: setting.number({ above: 0, most: 0.5, help: "highest frequency that passes, in periods per sample" }),
  lowest: setting.number({
    least: 0,
    below: 0.5,
    default: 0,
    help: "lowest frequency that passes whole, in periods per sample",
  }),
  taper: setting.number({
    least: 0,
    most: 0.5,
    default: 0,
    help: "width of the edges, in periods per sample, in which the gain falls from 1 to 0; 0 for none",
  }),
};

/** Options of {@link bandLimit}. */
export type BandLimitOptions = Parameters<typeof bandLimit>[0];

/** The gain outside of the band at a distance from it: half a period of a cosine within the taper. */
const edge = (distance: number, taper: number): number =>
  distance <= 0 ? 1 : distance < taper ? 0.5 * (1 + Math.cos((Math.PI * distance) / taper)) : 0;

/**
 * A band of frequencies of the last axis, whose ends meet: y = F* H F x with H = 1 from `lowest` to `highest`, and 0 beyond the taper.
 * What a telephone leaves of speech is 300 to 3400 Hz: at 16 kHz, `highest: 0.2125`. All solutions are closed forms; where H is 0 or 1 it
 * is a projection, and its own adjoint.
 * @throws ArgumentError unless lowest <= highest, and for a band that no frequency of the sample is in
 */
export const bandLimit = declareOperator({
  kind: "band-limit",
  name: "bandLimit",
  family: "filters",
  summary: "a band of the frequencies in time: a telephone, a low sampling rate",
  source: "Oppenheim & Schafer 2010, section 7.1",
  settings,
  make: ({ input, highest, lowest, taper }, about) => {
    if (lowest > highest)
      throw new ArgumentError(`bandLimit: expected lowest <= highest, found ${lowest} and ${highest}`);
    const n = input.at(-1)!;
    const gains = Float64Array.from({ length: n }, (_, k) => {
      const frequency = Math.min(k, n - k) / n;
      return Math.min(edge(frequency - highest, taper), edge(lowest - frequency, taper));
    });
    if (gains.every((gain) => gain === 0))
      throw new ArgumentError(
        `bandLimit: expected a band with a frequency of the sample, a multiple of 1 / ${n}, found ${lowest} to ${highest}`,
      );
    const cosines = Float64Array.from({ length: n }, (_, j) => Math.cos((2 * Math.PI * j) / n));
    const response = Float64Array.from(
      { length: n },
      (_, j) => gains.reduce((sum, gain, k) => sum + gain * cosines[(j * k) % n]!, 0) / n,
    );
    return linearOperator({ ...about, ...circulantParts(input, ndarray(response, [n])) });
  },
});

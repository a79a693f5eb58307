import { setting } from "@scorefield/core";
import { dft, sizeOf } from "@scorefield/tensor";
import { toPairs } from "./complex-pairs.ts";
import { declareOperator } from "./declare-operator.ts";
import { filteredAxes } from "./kernels.ts";
import { magnitudeOf, magnitudeUnits } from "./magnitude.ts";
import { operator } from "./operator.ts";

const settings = {
  oversampling: setting.number({
    least: 1,
    most: 16,
    default: 2,
    help: "frequencies along each axis for each number; 2 decides a picture up to shifts, mirror images and signs",
  }),
  power: setting.choice({ values: [2, 1], default: 2, help: "2: |F x|^2, an intensity; 1: |F x|, an amplitude" }),
  axes: setting.whole({
    least: 1,
    most: 3,
    otherwise: "2, or 1 where a sample has one axis",
    help: "how many of the last axes are transformed",
  }),
};

/** Options of {@link phaseRetrieval}. */
export type PhaseRetrievalOptions = Parameters<typeof phaseRetrieval>[0];

/**
 * y = |F P x|^2 or |F P x|: what a detector far behind a sample sees. P fills x up with zeros, to `oversampling` times each size, rounded
 * up, and F is the unitary Fourier transform of that size. [..., h', w'] of real x [..., h, w].
 * @throws ArgumentError for more axes than a sample has
 */
export const phaseRetrieval = declareOperator({
  kind: "phase-retrieval",
  name: "phaseRetrieval",
  family: "intensity",
  summary: "intensities of all frequencies, whose phases are lost",
  source: "Fienup 1982; Shechtman et al. 2015, section 2",
  settings,
  make: ({ input, oversampling, power, axes }, about) => {
    const rank = filteredAxes("phaseRetrieval", axes, input);
    const leading = input.slice(0, -rank);
    const grid = input.slice(-rank);
    const large = grid.map((size) => Math.ceil(size * oversampling - 1e-9));
    const widths = [[0, 0], ...leading.map(() => [0, 0]), ...grid.map((size, i) => [0, large[i]! - size])] as [
      number,
      number,
    ][];
    return operator({
      ...about,
      output: [...leading, ...large],
      units: { ...about.units, output: magnitudeUnits(about.units.output, power) },
      apply: (x) => {
        const frequencies = dft(
          toPairs(x.pad(widths)),
          Array.from({ length: rank }, (_, i) => i - rank),
        );
        return magnitudeOf(frequencies.multiply(1 / Math.sqrt(sizeOf(large))), true, power);
      },
    });
  },
});

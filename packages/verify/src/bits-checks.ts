/** Checks of bits per dimension in closed form. */
import { bitsPerDimension, edm, exact, gaussian } from "@scorefield/core";
import { bitsOf } from "@scorefield/core/internal";
import { ndarray } from "@scorefield/tensor";
import { absolute, type Check, worst } from "./check.ts";

const group = "likelihood";

/** Bits per dimension of densities whose integral is known. */
export const bitsChecks: readonly Check[] = [
  {
    name: "bits per dimension of a uniform density: 8",
    group,
    source: "Theis et al. 2016, section 3.1: -log2 of the cells of 1/128 in [-1, 1]",
    about: "bitsPerDimension",
    // On [-1, 1] with cells of 1/128, and on what the cells of 2/255 about the levels cover.
    run: async () =>
      worst([
        absolute(8, bitsOf(3 * Math.log(1 / 2), 3, 1 / 128), 1e-12),
        absolute(8, bitsOf(3 * Math.log(255 / 512), 3, 2 / 255), 1e-12),
      ]),
  },
  {
    name: "bits per dimension of N(0, 1) at data of second moment 1/3",
    group,
    about: "bitsPerDimension",
    source: "Theis et al. 2016, section 3.1: log2(2 pi) / 2 + 1 / (6 ln 2) + 7",
    run: async (context) => {
      // Every level equally often: with u uniform in a cell of width w, E (m + w u)^2 = m^2 + w^2 / 12, and of all levels
      // together 1/3 where the cells cover [-1, 1].
      const [rounds, levels] = [40, 256];
      const values = ndarray(
        Int32Array.from({ length: levels * rounds }, (_, i) => i % levels),
        [levels * rounds, 1],
      );
      const { mean, bits } = await bitsPerDimension(
        exact(gaussian({ mean: [0] }), edm({ sigmaMin: 0.01, sigmaMax: 1e4 })),
        values,
        {
          ...context,
          range: [-255 / 256, 255 / 256],
          dtype: "float64",
        },
      );
      // The model is of the data under its least noise.
      const v = 1 + 0.01 ** 2;
      const byHand = 0.5 * Math.log2(2 * Math.PI * v) + 1 / (6 * v * Math.LN2) + 7;
      // By chance the squared value moves by 2 m w u, u uniform in a cell of width w.
      const deviation = (2 * Math.sqrt(1 / 3) * (1 / 128)) / Math.sqrt(12) / (2 * Math.LN2);
      // The level 0 lies at -255/256, its draws within 1/256 of it.
      const at = (x: number): number => 0.5 * Math.log2(2 * Math.PI * v) + x ** 2 / (2 * v * Math.LN2) + 7;
      const outside = Math.max(0, at(254 / 256) - bits.data[0]!, bits.data[0]! - at(1));
      return worst([
        absolute(byHand, mean, (4 * deviation) / Math.sqrt(levels * rounds) + 1e-5),
        absolute(0, outside, 1e-4, { detail: "bits of level 0 outside the range of its cell" }),
      ]);
    },
  },
];

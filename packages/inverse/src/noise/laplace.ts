import { setting } from "@scorefield/core";
import { constant, sizeOf } from "@scorefield/tensor";
import { declareNoise, type Noise } from "./noise.ts";
import { fromUniform, sumOfSample } from "./number-by-number.ts";

const settings = {
  scale: setting.number({ above: 0, help: "b: the mean of |y - z|; the deviation is sqrt(2) b" }),
};

/** Options of {@link laplaceNoise}. */
export type LaplaceNoiseOptions = setting.OptionsOf<typeof settings>;

/**
 * Laplace noise, independent for each number: most errors are small and some are large.
 *
 *     log p(y | z) = -|y - z|_1 / b - m log(2 b)
 */
export const laplaceNoise = declareNoise({
  kind: "laplace",
  name: "laplaceNoise",
  summary: "Laplace: robust to a few large errors",
  source: "Laplace 1774; elementary",
  settings,
  make: ({ scale }, about): Noise => ({
    ...about,
    units: "units of the measurement",
    additive: true,
    logLikelihood: (y, z) =>
      sumOfSample(y.subtract(z).abs())
        .multiply(-1 / scale)
        .subtract(sizeOf(z.shape.slice(1)) * Math.log(2 * scale)),
    variance: (z) => constant(2 * scale ** 2, z.dtype).broadcastTo([z.shape[0]!]),
    draw: (z, options) =>
      fromUniform(z, options, (value, u) => {
        // By inversion. The middle of the cell that u begins is never 0 or 1.
        const v = u + 2 ** -54;
        return value + scale * (v < 0.5 ? Math.log(2 * v) : -Math.log(2 * (1 - v)));
      }),
  }),
});

import { setting } from "@scorefield/core";
import { constant, lessOrEqual, sizeOf, where } from "@scorefield/tensor";
import { declareNoise, type Noise } from "./noise.ts";
import { fromUniform, sumOfSample } from "./number-by-number.ts";

const settings = {
  step: setting.number({
    above: 0,
    help: "D: y is within D / 2 of z, such as the distance of two values of a converter",
  }),
};

/** Options of {@link uniformNoise}. */
export type UniformNoiseOptions = setting.OptionsOf<typeof settings>;

/**
 * Uniform noise, of numbers that were rounded to multiples of a step:
 *
 *     log p(y | z) = -m log D where |y - z| <= D / 2 for all numbers, else -infinity
 *
 * So the posterior is the prior within the cells that were measured. It has no slope that could guide a sampler. For that take
 * Gaussian noise of the same deviation, D / sqrt(12).
 */
export const uniformNoise = declareNoise({
  kind: "uniform",
  name: "uniformNoise",
  summary: "uniform: numbers that were rounded to a step",
  source: "Bennett 1948",
  settings,
  make: ({ step }, about): Noise => ({
    ...about,
    units: "units of the measurement",
    additive: true,
    logLikelihood: (y, z) => {
      const distance = y.subtract(z).abs();
      // Rounding of float32 does not count as being outside.
      const most = constant((step / 2) * (1 + 1e-6), z.dtype);
      const inside = where(
        lessOrEqual(distance, most),
        constant(0, z.dtype),
        constant(Number.NEGATIVE_INFINITY, z.dtype),
      );
      return sumOfSample(inside).subtract(sizeOf(z.shape.slice(1)) * Math.log(step));
    },
    variance: (z) => constant(step ** 2 / 12, z.dtype).broadcastTo([z.shape[0]!]),
    draw: (z, options) => fromUniform(z, options, (value, u) => value + step * (u - 0.5)),
  }),
});

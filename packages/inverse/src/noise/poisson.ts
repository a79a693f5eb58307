import { setting } from "@scorefield/core";
import { constant, greater, type Tensor, where } from "@scorefield/tensor";
import { logFactorial, stirlingRest } from "./log-factorial.ts";
import { declareNoise, type Noise } from "./noise.ts";
import { fromUniform, meanOfSample, sumOfSample } from "./number-by-number.ts";
import { poissonQuantile } from "./poisson-quantile.ts";

/** Settings that turn a measurement into counts. */
export const countSettings = {
  gain: setting.number({ above: 0, help: "of one count, in the units of the measurement: large gain is much noise" }),
  offset: setting.number({
    default: 0,
    help: "what is added to the measurement to have an intensity from 0 on; 1 for pictures in [-1, 1]",
  }),
  background: setting.number({ least: 0, default: 0, help: "mean counts without any signal" }),
};

/** Options of {@link poissonNoise}. */
export type PoissonNoiseOptions = setting.OptionsOf<typeof countSettings>;

type Counts = setting.Values<typeof countSettings>;

/** The mean count for z: max(z + offset, 0) / gain + background. */
export const meanCount = (z: Tensor, { gain, offset, background }: Counts): Tensor =>
  z
    .add(offset)
    .max(0)
    .multiply(1 / gain)
    .add(background);

/** The same of a number on the host. */
export const hostMeanCount = (z: number, { gain, offset, background }: Counts): number =>
  Math.max(z + offset, 0) / gain + background;

/**
 * log Poisson(k; mean) = k log mean - mean - log k!, where 0 log 0 = 0. From k = 8 on the large terms are taken together, as by Loader
 * (2000), so that float32 keeps its digits: k log(1 + d / k) - d - log(2 pi k) / 2 - rest of log k!, with d = mean - k.
 */
export const logPoisson = (k: Tensor, mean: Tensor): Tensor => {
  const large = greater(k, constant(8, k.dtype));
  const few = k.min(8);
  // Without a count, the logarithm is left out, so that its derivative at 0 is not infinite times 0.
  const logMean = where(greater(few, constant(0, k.dtype)), mean, constant(1, k.dtype)).log();
  const small = few.multiply(logMean).subtract(mean).subtract(logFactorial(few));
  const many = k.max(8);
  const d = mean.subtract(many);
  const near = many
    .multiply(d.divide(many).log1p())
    .subtract(d)
    .subtract(
      many
        .multiply(2 * Math.PI)
        .log()
        .multiply(0.5),
    )
    .subtract(stirlingRest(many));
  return where(large, near, small);
};

/**
 * Photons: counts k, from which the mean of the background is taken off, in the units of the measurement:
 *
 *     y = gain (k - background) - offset        k ~ Poisson(lambda)        lambda = max(z + offset, 0) / gain + background
 *     log p(y | z) = k log lambda - lambda - log k!        k = (y + offset) / gain + background
 *
 * log p is that of the count. For y between two counts it is the continuation by the gamma function; for y below all counts it is
 * -infinity. Given lambda, the variance of y is gain^2 lambda.
 */
export const poissonNoise = declareNoise({
  kind: "poisson",
  name: "poissonNoise",
  summary: "counts of photons: the variance grows with the signal",
  source: "elementary; Abramowitz & Stegun 1964, 6.1.41 for log k!",
  settings: countSettings,
  make: (values, about): Noise => {
    const { gain, offset, background } = values;
    return {
      ...about,
      least: -offset - gain * background,
      units: "units of the measurement per count",
      logLikelihood: (y, z) => {
        const k = y
          .add(offset)
          .multiply(1 / gain)
          .add(background);
        const counts = logPoisson(k.max(0), meanCount(z, values));
        // Counts are whole up to rounding: a little below 0 is 0.
        return sumOfSample(
          where(greater(k, constant(-1e-3, k.dtype)), counts, constant(Number.NEGATIVE_INFINITY, k.dtype)),
        );
      },
      variance: (z) => meanOfSample(meanCount(z, values).multiply(gain ** 2)),
      draw: (z, options) =>
        fromUniform(
          z,
          options,
          (value, u) => gain * (poissonQuantile(u, hostMeanCount(value, values)) - background) - offset,
        ),
    };
  },
});

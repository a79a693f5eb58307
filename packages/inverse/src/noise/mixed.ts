import { ArgumentError, normal, setting } from "@scorefield/core";
import { constant, ndarray, type Tensor } from "@scorefield/tensor";
import { constantLike } from "../solve/constant-like.ts";
import { declareNoise, type Noise } from "./noise.ts";
import { fromUniform, meanOfSample, sumOfSample } from "./number-by-number.ts";
import { countSettings, hostMeanCount, logPoisson, meanCount } from "./poisson.ts";
import { poissonQuantile } from "./poisson-quantile.ts";

const settings = {
  ...countSettings,
  sigma: setting.number({ above: 0, help: "deviation of the Gaussian part, in the units of the measurement" }),
};

/** Options of {@link mixedNoise}. */
export type MixedNoiseOptions = setting.OptionsOf<typeof settings>;

/** Counts that the sum has on each side of the likeliest one, in deviations of the Gaussian part, and besides. */
const deviations = 8;
const besides = 8;
/** With more, each number takes too many terms. */
const mostTerms = 2001;

/**
 * Photons counted by a circuit that adds Gaussian noise: y = gain (k - background) - offset + sigma e, k ~ Poisson(lambda) with lambda as of
 * `poissonNoise`, e ~ N(0, 1). With c = (y + offset) / gain + background and r = sigma / gain,
 *
 *     p(y | z) = sum over k of Poisson(k; lambda) N(c; k, r^2) / gain
 *
 * The sum is over counts within 8 r + 8 of (c lambda + lambda r^2) / (lambda + r^2), near which the product is largest. The rest is
 * below 1e-12 of the sum. The variance of y given z is gain^2 lambda + sigma^2.
 * @throws ArgumentError where sigma is above 124 gains: then the counts cannot be told apart, and Gaussian noise serves
 */
export const mixedNoise = declareNoise({
  kind: "mixed",
  name: "mixedNoise",
  summary: "counts of photons with Gaussian noise of the circuit",
  source: "Snyder, Hammoud & White 1993, equation 2",
  settings,
  make: (values, about): Noise => {
    const { gain, offset, background, sigma } = values;
    const r = sigma / gain;
    const reach = Math.ceil(deviations * r + besides);
    if (2 * reach + 1 > mostTerms)
      throw new ArgumentError(
        `mixedNoise sigma: expected at most ${Math.floor((mostTerms / 2 - besides) / deviations)} gains, found ${Number(r.toPrecision(6))}; take gaussianNoise`,
      );
    const around = ndarray(Float64Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach));
    const logDensity = (y: Tensor, z: Tensor): Tensor => {
      const count = y
        .add(offset)
        .multiply(1 / gain)
        .add(background);
      const mean = meanCount(z, values).max(1e-12);
      const likeliest = mean.multiply(count.add(r * r)).divide(mean.add(r * r));
      const centre = likeliest.max(reach).floor();
      const k = centre.expandDims(-1).add(constantLike(around, z));
      const far = count
        .expandDims(-1)
        .subtract(k)
        .square()
        .multiply(-0.5 / (r * r));
      return logPoisson(k, mean.expandDims(-1))
        .add(far)
        .logSumExp(-1)
        .subtract(Math.log(sigma) + Math.log(2 * Math.PI) / 2);
    };
    return {
      ...about,
      units: "units of the measurement per count, and units of the measurement",
      logLikelihood: (y, z) => sumOfSample(logDensity(y.broadcastTo(z.shape), z)),
      variance: (z) => meanOfSample(meanCount(z, values).multiply(gain ** 2)).add(constant(sigma ** 2, z.dtype)),
      draw: (z, options) => {
        const counts = fromUniform(
          z,
          options,
          (value, u) => gain * (poissonQuantile(u, hostMeanCount(value, values)) - background) - offset,
        );
        const { data } = normal(z.shape, { ...options, purpose: "noise", dtype: "float64" });
        for (let i = 0; i < data.length; i++) counts.data[i]! += sigma * data[i]!;
        return counts;
      },
    };
  },
});

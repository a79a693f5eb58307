import { normal, setting } from "@scorefield/core";
import { constant, type FloatType, greater, type NdArray, type Tensor, where, zeros } from "@scorefield/tensor";
import { logBesselZero, scaledBessel } from "./log-bessel.ts";
import { declareNoise, type Noise } from "./noise.ts";
import { meanOfSample, sumOfSample } from "./number-by-number.ts";

const settings = {
  sigma: setting.number({
    above: 0,
    help: "deviation of each of the two Gaussian parts, in the units of the measurement: 0.1 is 5 % of a range from -1 to 1",
  }),
  offset: setting.number({
    default: 0,
    help: "what is added to the measurement to have a magnitude from 0 on; 1 for pictures in [-1, 1]",
  }),
};

/** Options of {@link ricianNoise}. */
export type RicianNoiseOptions = setting.OptionsOf<typeof settings>;

/** A magnitude below this share of sigma counts as this share: rounding makes zeros, whose density is 0. */
const leastShare = 1e-6;

/** E (y - z)^2 / sigma^2 of a magnitude u = a / sigma. See {@link ricianNoise}. */
const relativeSquare = (u: Tensor): Tensor => {
  const v = u.min(9.5).square().multiply(0.25);
  const { zero, one } = scaledBessel(v);
  const mean = v
    .multiply(2)
    .add(1)
    .multiply(zero)
    .add(v.multiply(2).multiply(one))
    .multiply(Math.sqrt(Math.PI / 2));
  const near = v.multiply(8).add(2).subtract(u.min(9.5).multiply(2).multiply(mean));
  // What is left of 2 + 2 u^2 - 2 u E[y] when the large terms have cancelled.
  const inverse = u.max(9.5).square().reciprocal();
  const beyond = inverse
    .multiply(75 / 64)
    .add(3 / 8)
    .multiply(inverse)
    .add(1 / 4)
    .multiply(inverse)
    .multiply(-1)
    .add(1);
  return where(greater(u, constant(9.5, u.dtype)), beyond, near);
};

/**
 * Magnitudes of complex numbers whose real and imaginary parts have Gaussian noise, as in images of magnetic resonance. With m the
 * magnitude that is measured and a the one without noise,
 *
 *     m = |a + s (e_1 + i e_2)|        m = y + offset        a = |z + offset|        e_1, e_2 ~ N(0, 1)
 *     log p(y | z) = log(m / s^2) - (m - a)^2 / (2 s^2) + log I_0(m a / s^2) - m a / s^2
 *
 * Noise brightens what is dark: for a = 0 the mean of m is 1.25 s, and far above s it is a + s^2 / (2 a). So the mean of y is not z, and
 * `variance`, E (y - z)^2 = s^2 (2 + 2 u^2 - 2 u E[m] / s) with u = a / s, holds the square of this bias: from 2 s^2 at 0 it falls to
 * 0.87 s^2 near u = 1.35 and tends to s^2. The largest curvature of -log p by z is 1 / s^2.
 *
 * A magnitude is never below 0, so y below -offset has the likelihood 0. A magnitude of exactly 0, which rounding makes, counts as 1e-6 s.
 * Where z + offset is below 0, its absolute value counts: the sign of a real signal is lost.
 */
export const ricianNoise = declareNoise({
  kind: "rician",
  name: "ricianNoise",
  summary: "magnitudes of complex numbers with Gaussian noise, as in magnetic resonance: what is dark becomes brighter",
  source: "Rice 1944, section 3.10; Gudbjartsson & Patz 1995, equation 1",
  settings,
  make: ({ sigma, offset }, about): Noise => {
    const square = sigma ** 2;
    return {
      ...about,
      least: -offset,
      curvature: 1 / square,
      units: "units of the measurement, of the real and of the imaginary part",
      logLikelihood: (y, z) => {
        const measured = y.add(offset).broadcastTo(z.shape);
        const [m, a] = [measured.max(leastShare * sigma), z.add(offset).abs()];
        const logDensity = m
          .log()
          .subtract(2 * Math.log(sigma))
          .subtract(
            m
              .subtract(a)
              .square()
              .multiply(0.5 / square),
          )
          .add(logBesselZero(m.multiply(a).multiply(1 / square)));
        const possible = greater(measured, constant(-1e-3 * sigma, z.dtype));
        return sumOfSample(where(possible, logDensity, constant(Number.NEGATIVE_INFINITY, z.dtype)));
      },
      variance: (z) =>
        meanOfSample(
          relativeSquare(
            z
              .add(offset)
              .abs()
              .multiply(1 / sigma),
          ),
        ).multiply(square),
      draw: (z: NdArray, options) => {
        const [real, imaginary] = (["measurement", "noise"] as const).map(
          (purpose) => normal(z.shape, { ...options, purpose, dtype: "float64" }).data,
        ) as [Float64Array, Float64Array];
        const drawn = zeros(z.shape, z.dtype as FloatType);
        for (let i = 0; i < real.length; i++)
          drawn.data[i] = Math.hypot(Number(z.data[i]) + offset + sigma * real[i]!, sigma * imaginary[i]!) - offset;
        return drawn;
      },
    };
  },
});

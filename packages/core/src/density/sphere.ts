/** The uniform distribution on a sphere: a curved manifold of known dimension. Its noised distribution is known. */
import { concat, log, ndarray, type Tensor } from "@scorefield/tensor";
import { checkPositive, checkWhole } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { bessel } from "../numeric/bessel.ts";
import { checkOptions, type Known } from "../part/check-options.ts";
import { normal } from "../random/normal.ts";
import type { Density, NoisyDensity } from "./density.ts";

/** Options of {@link uniformSphere}. */
export interface SphereOptions {
  /** Of the sphere as a manifold: 1 is a circle. */
  readonly dimension: number;
  /** Of the space it lies in, default `dimension + 1`; further coordinates are 0. */
  readonly ambient?: number;
  /** Default 1. */
  readonly radius?: number;
}

const known = { dimension: true, ambient: true, radius: true } satisfies Known<SphereOptions>;

/** log Gamma(m / 2) for a whole m, by the recurrence from Gamma(1/2) = sqrt(pi) and Gamma(1) = 1. */
const logGammaHalf = (m: number): number => {
  let sum = m % 2 === 0 ? 0 : 0.5 * Math.log(Math.PI);
  for (let k = m - 2; k > 0; k -= 2) sum += Math.log(k / 2);
  return sum;
};

// Smaller ones only arise at the very centre, where the score is 0 by symmetry.
const leastKappa = 1e-100;

/**
 * Points spread evenly over a sphere about the origin. Under noise, with m = dimension + 1, rho the length of the first m
 * coordinates u of x, a = alpha radius, kappa = a rho / sigma^2 and nu = m / 2 - 1,
 *
 *     log p(u) = log Gamma(m / 2) + nu log(2 / kappa) + log I_nu(kappa) - (rho^2 + a^2) / (2 sigma^2) - m / 2 log(2 pi sigma^2)
 *     score = ((a / rho) I_(nu+1)(kappa) / I_nu(kappa) u - x) / sigma^2
 *
 * the mean of a von Mises-Fisher distribution (Mardia & Jupp 2000, section 9.3.2). Accurate to about 1e-10 in float64;
 * float32 points are taken to float64 and back.
 * @throws ArgumentError unless dimension is a positive whole number, ambient larger and radius positive
 */
export const uniformSphere = (options: SphereOptions): Density => {
  checkOptions("uniformSphere", options, known);
  const { dimension, ambient = dimension + 1, radius = 1 } = options;
  checkWhole("uniformSphere dimension", dimension);
  checkPositive("uniformSphere radius", radius);
  if (!Number.isInteger(ambient) || ambient <= dimension)
    throw new ArgumentError(`uniformSphere: expected ambient above the dimension ${dimension}, found ${ambient}`);
  const m = dimension + 1;
  const order = m / 2 - 1;
  return {
    shape: [ambient],
    sample: (count, seed, firstSample = 0) => {
      const { data: z } = normal([count, m], { seed, firstSample, purpose: "data", dtype: "float64" });
      const points = new Float32Array(count * ambient);
      for (let i = 0; i < count; i++) {
        const row = z.subarray(i * m, (i + 1) * m);
        const length = Math.hypot(...row);
        for (let j = 0; j < m; j++) points[i * ambient + j] = (radius * row[j]!) / length;
      }
      return ndarray(points, [count, ambient]);
    },
    noisy: (points, alphas, sigmas): NoisyDensity => {
      const { dtype } = points;
      const n = points.shape[0]!;
      const [x, alpha, sigma] = [points, alphas.reshape([n, 1]), sigmas.reshape([n, 1])].map((value) =>
        value.cast("float64"),
      ) as [Tensor, Tensor, Tensor];
      const u = x.slice([null, [0, m]]);
      const rest = ambient > m ? x.slice([null, [m, ambient]]) : undefined;
      const variance = sigma.square();
      const a = alpha.multiply(radius);
      const rho = u.square().sum(1, { keepDims: true }).sqrt().max(leastKappa);
      const kappa = a.multiply(rho).divide(variance).max(leastKappa);
      const { logScaled, ratio } = bessel(order, kappa);
      const centre = u.multiply(ratio.divide(rho));
      const zeros = rest?.multiply(0);
      const denoised = (zeros ? concat([centre, zeros], 1) : centre).multiply(radius);
      const squares = rho
        .subtract(a)
        .square()
        .add(rest ? rest.square().sum(1, { keepDims: true }) : 0);
      const logDensity = logScaled
        .subtract(log(kappa).multiply(order))
        .subtract(squares.divide(variance).multiply(0.5))
        .subtract(log(variance).multiply(ambient / 2))
        .add(order * Math.log(2) + logGammaHalf(m) - (ambient / 2) * Math.log(2 * Math.PI));
      return {
        logDensity: logDensity.reshape([n]).cast(dtype),
        score: denoised.multiply(alpha).subtract(x).divide(variance).cast(dtype),
        denoised: denoised.cast(dtype),
      };
    },
  };
};

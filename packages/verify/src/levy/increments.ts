/** Increments of Levy processes as Gaussians of a random variance, which is what their Gibbs samplers draw. */
import type { HostRandom } from "./host-random.ts";

/** Independent increments u = v sqrt(w) z: with v in {0, 1}, a variance w and z standard normal. */
export interface Increments {
  readonly name: string;
  /** The probability that v = 1, where it is not always. */
  readonly share?: number;
  /** A draw of w. */
  variance(random: HostRandom): number;
  /** A draw of w given u and v = 1. */
  varianceGiven(u: number, random: HostRandom): number;
}

/** Normal increments: the closed form that the sampler is tested by. */
export const gaussIncrements = (variance: number): Increments => ({
  name: "Gauss",
  variance: () => variance,
  varianceGiven: () => variance,
});

/**
 * Laplace increments of scale b: w is exponential of mean 2 b^2, and 1 / w given u inverse Gaussian of mean 1 / (b |u|) and shape
 * 1 / b^2 (Park & Casella 2008, section 2).
 */
export const laplaceIncrements = (b: number): Increments => ({
  name: "Laplace",
  variance: (random) => -2 * b * b * Math.log(random.uniform()),
  varianceGiven: (u, random) => 1 / random.inverseGaussian(1 / (b * Math.max(Math.abs(u), 1e-9)), 1 / b ** 2),
});

/** Laplace increments with probability `share`, else none. */
export const bernoulliLaplaceIncrements = (share: number, b: number): Increments => ({
  ...laplaceIncrements(b),
  name: "Bernoulli-Laplace",
  share,
});

/** Student's increments: 1 / w is gamma of shape n / 2 and rate n / 2; given u of shape (n + 1) / 2 and rate (n + u^2) / 2. */
export const studentIncrements = (degrees: number): Increments => ({
  name: `Student (${degrees})`,
  variance: (random) => degrees / 2 / random.gamma(degrees / 2),
  varianceGiven: (u, random) => (degrees + u * u) / 2 / random.gamma((degrees + 1) / 2),
});

/** One increment. */
const incrementOf = (increments: Increments, random: HostRandom): number => {
  if (increments.share !== undefined && random.uniform() >= increments.share) return 0;
  return Math.sqrt(increments.variance(random)) * random.normal();
};

/** Paths x_k = u_1 + ... + u_k, [count, length]. */
export const levyPaths = (increments: Increments, count: number, length: number, random: HostRandom): Float64Array => {
  const paths = new Float64Array(count * length);
  for (let i = 0; i < count; i++)
    for (let k = 0, x = 0; k < length; k++) {
      x += incrementOf(increments, random);
      paths[i * length + k] = x;
    }
  return paths;
};

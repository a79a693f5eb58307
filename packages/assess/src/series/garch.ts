/** GARCH(1,1) with Student t innovations: the usual model of volatility, to compare others with. */
import { ArgumentError, uniform } from "@scorefield/core";
import { checkMade, checkWhole, logGamma, quickDraws } from "@scorefield/core/internal";
import { minimise } from "./minimise.ts";
import { meanOf } from "./sample-autocorrelation.ts";

/**
 * Returns r_t = mean + s_t z_t with s_t^2 = omega + alpha (r_{t-1} - mean)^2 + beta s_{t-1}^2 (Bollerslev 1986), where z_t is Student's t
 * of variance 1 (Bollerslev 1987).
 */
export interface Garch {
  readonly mean: number;
  readonly omega: number;
  readonly alpha: number;
  readonly beta: number;
  /** Degrees of freedom, above 2. */
  readonly degrees: number;
}

/** A fitted model. */
export interface FittedGarch extends Garch {
  /** Of the returns, in nats. */
  readonly logLikelihood: number;
  /** Variance of the step after the last return. */
  readonly nextVariance: number;
}

/** Log-likelihood of returns and the variance of the step after them. @param first variance of the first step */
const filtered = ({ mean, omega, alpha, beta, degrees }: Garch, returns: Float64Array, first: number) => {
  const constant = logGamma((degrees + 1) / 2) - logGamma(degrees / 2) - 0.5 * Math.log(Math.PI * (degrees - 2));
  let [variance, sum] = [first, 0];
  for (const value of returns) {
    const x = value - mean;
    sum += constant - 0.5 * Math.log(variance) - ((degrees + 1) / 2) * Math.log1p((x * x) / (variance * (degrees - 2)));
    variance = omega + alpha * x * x + beta * variance;
  }
  return { logLikelihood: sum, nextVariance: variance };
};

const checkReturns = (owner: string, returns: Float64Array): void => {
  if (!(returns instanceof Float64Array) || returns.length < 100 || returns.some((value) => !Number.isFinite(value)))
    throw new ArgumentError(`${owner}: expected a Float64Array of at least 100 finite returns`);
  if (returns.every((value) => value === returns[0]))
    throw new ArgumentError(`${owner}: expected returns that differ, found ${returns[0]} throughout`);
};

/** Maps any numbers to what a model can be: shares of alpha and beta that leave a stationary variance, degrees above 2.05. */
const garchOf = ([mean, size, persistence, share, degrees]: readonly number[], variance: number): Garch => {
  const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
  const total = 0.9999 * logistic(persistence!);
  const alpha = total * logistic(share!);
  return {
    mean: mean! * Math.sqrt(variance),
    omega: variance * Math.exp(size!) * (1 - total),
    alpha,
    beta: total - alpha,
    degrees: 2.05 + Math.exp(degrees!),
  };
};

/**
 * Fits by maximum likelihood. The variance of the first step is that of the returns.
 * @param returns at least 100
 * @throws ArgumentError for fewer, or values that are not finite
 */
export const fitGarch = (returns: Float64Array): FittedGarch => {
  checkReturns("fitGarch", returns);
  const mean = meanOf(returns);
  const variance = meanOf(returns.map((value) => (value - mean) ** 2));
  const deviance = (x: readonly number[]): number => -filtered(garchOf(x, variance), returns, variance).logLikelihood;
  const start = [mean / Math.sqrt(variance), 0, 3, -2, 1.5];
  // A second simplex around the first best point leaves where the first one has collapsed.
  const found = minimise(deviance, minimise(deviance, start), { step: 0.1 });
  const garch = garchOf(found, variance);
  return { ...garch, ...filtered(garch, returns, variance) };
};

/** Student's t of variance 1, by the polar method (Bailey 1994). */
const studentDraws = (degrees: number, draw: () => number) => (): number => {
  for (;;) {
    const [u, v] = [2 * draw() - 1, 2 * draw() - 1];
    const w = u * u + v * v;
    if (w > 1 || w === 0) continue;
    return u * Math.sqrt((degrees * (w ** (-2 / degrees) - 1)) / w) * Math.sqrt((degrees - 2) / degrees);
  }
};

/** Options of {@link simulateGarch}. */
export interface SimulateGarchOptions {
  readonly length: number;
  readonly seed?: number;
  /** Which draw of the seed, default 0. */
  readonly replicate?: number;
  /** Of the first step; default the stationary variance. */
  readonly variance?: number;
}

/**
 * Draws returns of a model.
 * @returns [length]
 * @throws ArgumentError for a model without a stationary variance, or a length that is no whole number above 0
 */
export const simulateGarch = (garch: Garch, options: SimulateGarchOptions): Float64Array => {
  checkMade("simulateGarch", garch, ["omega", "alpha", "beta", "degrees"], "a model such as fitGarch gives");
  checkMade("simulateGarch options", options, ["length"], "options with the length");
  const { length, seed = 0, replicate = 0, variance } = options;
  checkWhole("simulateGarch length", length);
  const { mean, omega, alpha, beta, degrees } = garch;
  if (!(alpha + beta < 1 && degrees > 2))
    throw new ArgumentError(
      `simulateGarch: expected alpha + beta below 1 and degrees above 2, found ${alpha + beta} and ${degrees}`,
    );
  const [key] = uniform([1], { seed, step: replicate, purpose: "resampling", dtype: "float64" }).data;
  const student = studentDraws(degrees, quickDraws(key! * 2 ** 32));
  let current = variance ?? omega / (1 - alpha - beta);
  return Float64Array.from({ length }, () => {
    const x = Math.sqrt(current) * student();
    current = omega + alpha * x * x + beta * current;
    return mean + x;
  });
};

/** What returns of markets have in common: heavy tails, no memory of their sign, long memory of their size. */
import { ArgumentError } from "@scorefield/core";
import { laggedCorrelation, meanOf } from "./sample-autocorrelation.ts";

/** Stylised facts of returns (Cont 2001). */
export interface StylisedFacts {
  /** Hill's tail index of the largest 5 % of losses and of gains: small for heavy tails, about 3 for stocks. */
  readonly lossTail: number;
  readonly gainTail: number;
  /** Excess kurtosis of sums over 1, 5 and 20 steps that do not overlap: it falls towards the 0 of a normal distribution. */
  readonly kurtosis1: number;
  readonly kurtosis5: number;
  readonly kurtosis20: number;
  /** Skewness; below 0 where losses are larger than gains. */
  readonly skewness: number;
  /** Autocorrelation of returns at a lag of 1, 5 and 20: near 0. */
  readonly memory1: number;
  readonly memory5: number;
  readonly memory20: number;
  /** Autocorrelation of absolute returns at a lag of 1, 5, 20 and 100: volatility comes in clusters. */
  readonly clusters1: number;
  readonly clusters5: number;
  readonly clusters20: number;
  readonly clusters100: number;
  /** Mean correlation of a return with the squared returns of the next 10 steps; below 0: losses raise the volatility. */
  readonly leverage: number;
}

/** Names of the facts, in their order. */
export const stylisedFactNames = [
  "lossTail",
  "gainTail",
  "kurtosis1",
  "kurtosis5",
  "kurtosis20",
  "skewness",
  "memory1",
  "memory5",
  "memory20",
  "clusters1",
  "clusters5",
  "clusters20",
  "clusters100",
  "leverage",
] as const satisfies readonly (keyof StylisedFacts)[];

/** @throws ArgumentError unless numbers of at least some length */
const checkReturns = (owner: string, returns: Float64Array, least: number): void => {
  if (!(returns instanceof Float64Array) || returns.length < least || returns.some((value) => !Number.isFinite(value)))
    throw new ArgumentError(`${owner}: expected a Float64Array of at least ${least} finite returns`);
};

/**
 * Hill's estimate of the tail index of the largest values (Hill 1975): the reciprocal of the mean logarithm of the k largest over the
 * next one, of values above 0.
 * @param share of the values that are the tail, in (0, 1)
 */
export const hillTailIndex = (values: Float64Array, share = 0.05): number => {
  checkReturns("hillTailIndex", values, 3);
  if (!(share > 0 && share < 1))
    throw new ArgumentError(`hillTailIndex share: expected a number in (0, 1), found ${share}`);
  const sorted = Float64Array.from(values).sort().reverse();
  const k = Math.max(2, Math.floor(share * values.length));
  const threshold = sorted[k]!;
  if (!(threshold > 0)) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < k; i++) sum += Math.log(sorted[i]! / threshold);
  return k / sum;
};

const momentsOf = (values: Float64Array): { readonly skewness: number; readonly kurtosis: number } => {
  const mean = meanOf(values);
  let [second, third, fourth] = [0, 0, 0];
  for (const value of values) {
    const x = value - mean;
    second += x ** 2;
    third += x ** 3;
    fourth += x ** 4;
  }
  const n = values.length;
  return { skewness: third / n / (second / n) ** 1.5, kurtosis: fourth / n / (second / n) ** 2 - 3 };
};

/** Sums over steps that do not overlap. */
const aggregated = (values: Float64Array, steps: number): Float64Array =>
  Float64Array.from({ length: Math.floor(values.length / steps) }, (_, i) => {
    let sum = 0;
    for (let t = 0; t < steps; t++) sum += values[i * steps + t]!;
    return sum;
  });

const leverageLags = 10;

/**
 * Stylised facts of returns, one after the other in time.
 * @param returns at least 200
 * @throws ArgumentError for fewer, or values that are not finite
 */
export const stylisedFacts = (returns: Float64Array): StylisedFacts => {
  checkReturns("stylisedFacts", returns, 200);
  const sizes = returns.map(Math.abs);
  const squares = returns.map((value) => value * value);
  const { skewness, kurtosis } = momentsOf(returns);
  let leverage = 0;
  for (let lag = 1; lag <= leverageLags; lag++) leverage += laggedCorrelation(returns, lag, squares) / leverageLags;
  return {
    lossTail: hillTailIndex(returns.map((value) => -value)),
    gainTail: hillTailIndex(returns),
    kurtosis1: kurtosis,
    kurtosis5: momentsOf(aggregated(returns, 5)).kurtosis,
    kurtosis20: momentsOf(aggregated(returns, 20)).kurtosis,
    skewness,
    memory1: laggedCorrelation(returns, 1),
    memory5: laggedCorrelation(returns, 5),
    memory20: laggedCorrelation(returns, 20),
    clusters1: laggedCorrelation(sizes, 1),
    clusters5: laggedCorrelation(sizes, 5),
    clusters20: laggedCorrelation(sizes, 20),
    clusters100: laggedCorrelation(sizes, 100),
    leverage,
  };
};

/**
 * Correlations of several series of returns at the same step, [series][series].
 * @throws ArgumentError for series of different lengths
 */
export const crossCorrelations = (series: readonly Float64Array[]): number[][] => {
  if (!Array.isArray(series)) throw new ArgumentError("crossCorrelations: expected a list of series of returns");
  for (const own of series) checkReturns("crossCorrelations", own, 2);
  if (new Set(series.map(({ length }) => length)).size > 1)
    throw new ArgumentError("crossCorrelations: expected series of one length, found several");
  return series.map((x) => series.map((y) => laggedCorrelation(x, 0, y)));
};

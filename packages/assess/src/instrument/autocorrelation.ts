/** How much independent draws a chain is worth. */

import { ArgumentError } from "@scorefield/core";
import { checkArray } from "@scorefield/core/internal";
import { type NdArray, ShapeError } from "@scorefield/tensor";

/** How well chains of one number mix. */
export interface ChainSummary {
  /** Correlation at lags 0, 1, ... over all chains, as far as it is used. */
  readonly autocorrelation: Float64Array;
  /** Steps that one independent draw takes: 1 + 2 times the sum of the correlations. */
  readonly integratedTime: number;
  /** Draws over all chains, divided by that. */
  readonly effectiveSampleSize: number;
  /** Potential scale reduction of the halves of the chains: well above 1.01, and they have not mixed. */
  readonly rHat: number;
}

const meanOf = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
};

const varianceOf = (values: ArrayLike<number>): number => {
  const mean = meanOf(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - mean) ** 2;
  return sum / (values.length - 1);
};

/** Mean variance within chains, and the estimate of the distribution's variance from within and between them. */
const variances = (chains: readonly Float64Array[]): { within: number; pooled: number } => {
  const n = chains[0]!.length;
  const within = meanOf(chains.map(varianceOf));
  const between = chains.length > 1 ? varianceOf(chains.map(meanOf)) : 0;
  return { within, pooled: ((n - 1) / n) * within + between };
};

/**
 * Autocorrelation, effective sample size and R-hat of chains of one number (Vehtari, Gelman, Simpson, Carpenter & Buerkner
 * 2021, equations 4 and 10, without ranks). The sum of correlations is cut by Geyer's initial monotone sequence (1992).
 * @param values [steps, chains], at least 8 steps, after what was thrown away at the start
 * @throws ShapeError for another shape; ArgumentError for values that are not finite, or all the same
 */
export const chainSummary = (values: NdArray): ChainSummary => {
  checkArray("chainSummary values", values);
  const [steps = 0, count = 0] = values.shape;
  if (values.shape.length !== 2 || steps < 8 || count < 1)
    throw new ShapeError(`chainSummary: expected [steps, chains] with at least 8 steps, found [${values.shape}]`);
  const chains = Array.from({ length: count }, (_, c) =>
    Float64Array.from({ length: steps }, (_, i) => Number(values.data[i * count + c])),
  );
  const bad = chains.findIndex((chain) => !chain.every(Number.isFinite));
  if (bad >= 0) throw new ArgumentError(`chainSummary: expected finite values, found others in chain ${bad}`);
  const { within, pooled } = variances(chains);
  if (!(pooled > 0)) throw new ArgumentError("chainSummary: expected values that vary, found all the same");
  const centred = chains.map((chain) => {
    const mean = meanOf(chain);
    return chain.map((value) => value - mean);
  });
  /** Correlation at a lag: 1 - (W - mean autocovariance) / pooled variance. */
  const correlation = (lag: number): number => {
    let sum = 0;
    for (const chain of centred) for (let i = lag; i < steps; i++) sum += chain[i]! * chain[i - lag]!;
    return 1 - (within - sum / (count * (steps - 1))) / pooled;
  };
  const rho = [1];
  let total = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let lag = 0; lag + 1 < steps; lag += 2) {
    if (lag > 0) rho.push(correlation(lag));
    rho.push(correlation(lag + 1));
    const pair = rho[lag]! + rho[lag + 1]!;
    if (!(pair > 0)) break;
    least = Math.min(least, pair);
    total += least;
  }
  const draws = steps * count;
  // Chains that alternate may be worth more than the same number of independent draws, but not without bound.
  const integratedTime = Math.max(2 * total - 1, 1 / Math.log10(draws));
  const half = Math.floor(steps / 2);
  const halves = variances(chains.flatMap((chain) => [chain.slice(0, half), chain.slice(steps - half)]));
  return {
    autocorrelation: Float64Array.from(rho),
    integratedTime,
    effectiveSampleSize: draws / integratedTime,
    rHat: Math.sqrt(halves.pooled / halves.within),
  };
};

/** What an unadjusted Langevin chain on a model is worth, and how wrong its step makes it. */

import type { ScoreModel } from "@scorefield/core";
import { ArgumentError, langevin, sampleTrajectory, score } from "@scorefield/core";
import { checkCount, checkMade, checkModel, checkWhole } from "@scorefield/core/internal";
import { type FloatType, type NdArray, ndarray, sizeOf, zeros } from "@scorefield/tensor";
import { type ChainSummary, chainSummary } from "./autocorrelation.ts";
import { checkTime, compileField, type InstrumentOptions, withField } from "./field.ts";
import { lineIntegrals } from "./line-integral.ts";

/** Options of {@link langevinChain}. */
export interface LangevinChainOptions<D extends FloatType = "float32"> extends InstrumentOptions {
  /** The eta of x + eta score + sqrt(2 eta) z, in units of the data squared. */
  readonly stepSize: number;
  /** Steps that count, default 500, and steps before them that do not, default 500. */
  readonly steps?: number;
  readonly burnIn?: number;
  /** Chains, default 16. */
  readonly chains?: number;
  /**
   * Where they start, [chains, ...model.shape]; best points that follow the distribution already, such as noisy data.
   */
  readonly initial?: NdArray<D>;
  /** Default 0. */
  readonly seed?: number;
  readonly dtype?: D;
}

/** An estimate with its standard error. */
export interface Estimate {
  readonly value: number;
  readonly standardError: number;
}

/** A chain examined. */
export interface LangevinChain {
  readonly stepSize: number;
  /** Of the element of a sample with the least effective sample size. */
  readonly slowest: ChainSummary & { readonly element: number };
  /** Over the elements of a sample. */
  readonly effectiveSampleSize: { readonly least: number; readonly median: number };
  readonly worstRHat: number;
  /**
   * -E<x - mean, score(x)> / d, which is 1 under the distribution of x_t (integration by parts; the virial theorem). It
   * is 2 / (2 - eta / v) for the chain on N(0, v): the factor by which the step makes its variance too large.
   */
  readonly varianceRatio: Estimate;
  /**
   * Mean probability at which Metropolis and Hastings would accept the chain's moves, from line integrals of the score: 1
   * as the step goes to 0. Well below 0.9 the chain has another distribution.
   */
  readonly acceptance: Estimate;
}

const mostStates = 2048;

/** States [steps + 1, chains, d] after the burn-in. */
const run = async <D extends FloatType>(model: ScoreModel, options: LangevinChainOptions<D>, time: number) => {
  const { stepSize, steps = 500, burnIn = 500, chains = 16, initial, seed = 0, dtype, signal, runtime } = options;
  const { onProgress } = options;
  const { states } = await sampleTrajectory(model, {
    count: chains,
    batch: chains,
    sampler: langevin({ steps: burnIn + steps, stepSize, time }),
    seed,
    ...(initial && { initial }),
    ...(dtype && { dtype }),
    ...(signal && { signal }),
    ...(runtime && { runtime }),
    ...(onProgress && { onProgress: ({ step, steps: total }) => onProgress({ done: step, total: total + 1 }) }),
  });
  const each = chains * sizeOf(model.shape);
  return { data: Float64Array.from(states.data.subarray(burnIn * each), Number), dtype: states.dtype };
};

/** A mean over steps and chains whose values are correlated along each chain. */
const estimateOf = (values: Float64Array, chains: number): Estimate => {
  const value = values.reduce((sum, x) => sum + x, 0) / values.length;
  const squares = values.reduce((sum, x) => sum + (x - value) ** 2, 0) / Math.max(1, values.length - 1);
  const steps = values.length / chains;
  if (squares === 0 || steps < 8) return { value, standardError: Math.sqrt(squares / values.length) };
  const { effectiveSampleSize } = chainSummary(ndarray(values, [steps, chains]));
  return { value, standardError: Math.sqrt(squares / effectiveSampleSize) };
};

/**
 * Runs unadjusted Langevin dynamics at one noise level (see `langevin`) and measures how good it is: autocorrelation
 * and effective sample size of its elements, and the bias of its steps. The bias has two measures that need the score
 * alone.
 * @throws ArgumentError for options out of range; SamplingError where the step is so long that chains diverge; the
 *   signal's reason when aborted
 */
export const langevinChain = async <D extends FloatType = "float32">(
  model: ScoreModel,
  options: LangevinChainOptions<D>,
): Promise<LangevinChain> => {
  checkModel("langevinChain", model);
  checkMade("langevinChain options", options, ["stepSize"], "options with a stepSize");
  const { stepSize, steps = 500, burnIn = 500, chains = 16 } = options;
  for (const [name, value] of Object.entries({ steps, chains })) checkWhole(`langevinChain ${name}`, value);
  checkCount("langevinChain burnIn", burnIn);
  if (steps < 8) throw new ArgumentError(`langevinChain: expected at least 8 steps, found ${steps}`);
  const time = checkTime("langevinChain", model, options.time);
  const d = sizeOf(model.shape);
  const { data, dtype } = await run(model, options, time);
  const state = (step: number, chain: number): Float64Array =>
    data.subarray((step * chains + chain) * d, (step * chains + chain + 1) * d);

  const summaries = Array.from({ length: d }, (_, j) => {
    const series = zeros([steps, chains], "float64");
    for (let i = 0; i < steps; i++) for (let c = 0; c < chains; c++) series.data[i * chains + c] = state(i + 1, c)[j]!;
    return { ...chainSummary(series), element: j };
  });
  const sizes = summaries.map(({ effectiveSampleSize }) => effectiveSampleSize).sort((a, b) => a - b);
  const slowest = summaries.reduce((a, b) => (b.effectiveSampleSize < a.effectiveSampleSize ? b : a));

  // Every n steps, so that no more than some thousands of states are looked at again.
  const stride = Math.max(1, Math.ceil((steps * chains) / mostStates));
  const looked = Array.from({ length: Math.floor(steps / stride) }, (_, k) => k * stride);
  const rows = looked.length * chains;
  const [from, to] = [new Float64Array(rows * d), new Float64Array(rows * d)];
  const mean = new Float64Array(d);
  for (let i = 1; i <= steps; i++)
    for (let c = 0; c < chains; c++) for (let j = 0; j < d; j++) mean[j]! += state(i, c)[j]! / (steps * chains);
  for (const [k, step] of looked.entries())
    for (let c = 0; c < chains; c++) {
      from.set(state(step, c), (k * chains + c) * d);
      to.set(state(step + 1, c), (k * chains + c) * d);
    }
  const settings = { ...options, onProgress: () => {}, name: "langevin chain", dtype, rows: 2 * rows };
  const slopes = await withField(
    compileField(model, (x, t) => ({ score: score(model, x, t) }), settings),
    async (field) => ({ from: (await field.at(from, time)).score, to: (await field.at(to, time)).score }),
  );
  const paths = zeros([rows, 2, ...model.shape], dtype);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < d; j++) {
      paths.data[2 * i * d + j] = from[i * d + j]!;
      paths.data[(2 * i + 1) * d + j] = to[i * d + j]!;
    }
  const { integral } = await lineIntegrals(model, paths, { ...options, onProgress: () => {}, tolerance: 1e-2 });
  const [virial, accepted] = [new Float64Array(rows), new Float64Array(rows)];
  for (let i = 0; i < rows; i++) {
    let [forward, backward] = [0, 0];
    for (let j = i * d; j < (i + 1) * d; j++) {
      const move = to[j]! - from[j]!;
      forward += (move - stepSize * slopes.from[j]!) ** 2;
      backward += (move + stepSize * slopes.to[j]!) ** 2;
      virial[i]! -= ((to[j]! - mean[j - i * d]!) * slopes.to[j]!) / d;
    }
    accepted[i] = Math.min(1, Math.exp(integral.data[i]! + (forward - backward) / (4 * stepSize)));
  }
  return {
    stepSize,
    slowest,
    effectiveSampleSize: { least: sizes[0]!, median: sizes[sizes.length >> 1]! },
    worstRHat: Math.max(...summaries.map(({ rHat }) => rHat)),
    varianceRatio: estimateOf(virial, chains),
    acceptance: estimateOf(accepted, chains),
  };
};

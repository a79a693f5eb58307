/** The normalising constant of an energy, from noise, where it is known, through all levels to the data. */
import {
  compile,
  type FloatType,
  type NdArray,
  ndarray,
  type Runtime,
  type Spec,
  sizeOf,
  storage,
  type Tensor,
} from "@scorefield/tensor";
import { checkPositive, checkWhole } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { checkModel } from "../model/check-model.ts";
import { expandTime } from "../model/expand-time.ts";
import { type GivenValues, givenRows } from "../model/given.ts";
import type { Given, ScoreModel } from "../model/score-model.ts";
import { bind } from "../model/with-given.ts";
import { checkOptions, type Known } from "../part/check-options.ts";
import { logSnrGrid } from "../sampling/grid.ts";
import { malaMove } from "../sampling/mala.ts";
import { priorDraw, stepDraw } from "../sampling/plan.ts";
import { priorLogDensity } from "./log-density.ts";

/** Options of {@link annealedImportance}. */
export interface AnnealedImportanceOptions<D extends FloatType = "float32"> {
  /** Independent chains, at least 2. Default 1,000. */
  readonly chains?: number;
  /**
   * Noise levels from the process's last time to its first, at least 2, in geometric progression of sigma / alpha. Default
   * 200.
   */
  readonly levels?: number;
  /** Steps of the Metropolis-adjusted Langevin algorithm at each level. Default 2. */
  readonly stepsPerLevel?: number;
  /** The r of their size eta = 2 (r sigma)^2. Default 0.5. */
  readonly snr?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Element type of the computation, default float32. */
  readonly dtype?: D;
  /**
   * What the model is conditioned on, by name, such as `{ class: 3 }`: one value for all chains, which are of one density.
   */
  readonly given?: GivenValues;
  readonly signal?: AbortSignal;
  readonly runtime?: Runtime;
}

const known = {
  chains: true,
  levels: true,
  stepsPerLevel: true,
  snr: true,
  seed: true,
  dtype: true,
  given: true,
  signal: true,
  runtime: true,
} satisfies Known<AnnealedImportanceOptions>;

/** What {@link annealedImportance} finds. Lists have a number for each level, from noise to data. */
export interface AnnealedImportance<D extends FloatType = FloatType> {
  readonly times: readonly number[];
  /** log Z_t, the logarithm of the integral of exp(logDensity(x, t)) over x. */
  readonly logNormaliser: Float64Array;
  /** Of each, from the spread of the weights. It is honest while the effective sample size is large. */
  readonly standardError: Float64Array;
  /** (sum w)^2 / sum w^2: worth this many chains of equal weight. */
  readonly effectiveSampleSize: Float64Array;
  /** Mean probability with which a step was taken. */
  readonly acceptance: Float64Array;
  /** The chains at the last level, [chains, ...shape], and their log-weights, [chains]: together draws of the model. */
  readonly x: NdArray<D>;
  readonly logWeights: Float64Array;
}

/**
 * Annealed importance sampling (Neal 2001) over noise levels. Chains start at N(0, (alpha^2 + sigma^2) I) at the last
 * time, where the normaliser is known. They go from level to level, scaled by sqrt(alpha^2 + sigma^2) as data of unit
 * variance are. At each level their weight is multiplied by the ratio of the new density to the old, then
 * Metropolis-adjusted Langevin steps settle them. The mean weight is Z_t without bias, for any steps. Its logarithm is
 * biased by about half the squared standard error.
 * @param model with `logDensity`, which needs no normaliser: `energyModel(trained)`, `productOf`, or an exact density
 * @throws ArgumentError for a model without `logDensity`, options unknown or out of range, or a list of conditions; the
 *   signal's reason when aborted
 */
export const annealedImportance = async <D extends FloatType = "float32">(
  model: ScoreModel,
  options: AnnealedImportanceOptions<D> = {},
): Promise<AnnealedImportance<D>> => {
  checkModel("annealedImportance", model);
  checkOptions("annealedImportance", options, known);
  const { chains = 1000, levels = 200, stepsPerLevel = 2, snr = 0.5, seed = 0, dtype = "float32" as D } = options;
  const { signal, runtime } = options;
  for (const [name, value] of Object.entries({ chains, levels, stepsPerLevel }))
    checkWhole(`annealedImportance ${name}`, value);
  checkPositive("annealedImportance snr", snr);
  if (chains < 2 || levels < 2)
    throw new ArgumentError(
      `annealedImportance: expected 2 chains and 2 levels at least, found ${chains} and ${levels}`,
    );
  const { process, shape, logDensity } = model;
  if (!logDensity)
    throw new ArgumentError(
      "annealedImportance: expected a model with logDensity, such as energyModel(trained); found one without",
    );
  const given = givenRows("annealedImportance", model, options.given, 1, dtype);
  const rows = given.rows(new Int32Array(chains));
  const size = sizeOf(shape);
  const times = logSnrGrid(process, levels);
  const full = [chains, ...shape];
  const draws = { seed, firstSample: 0, dtype };
  const widthAt = (t: number): number => Math.hypot(process.alpha(t), process.sigma(t));
  const filled = (value: number): NdArray => ndarray(storage(dtype, chains).fill(value as never));

  const samples: Spec = { shape: full, dtype };
  const time: Spec = { shape: [chains], dtype };
  const noise = Array.from({ length: 2 * stepsPerLevel }, () => samples);
  /** Scaled to the level of `to`, with the change of the log-density; settled there, with the mean acceptance. */
  const level = (before: Tensor, from: Tensor, to: Tensor, growth: Tensor, z: Tensor[], own: Given) => {
    const moved = before.multiply(expandTime(growth, before.rank));
    const change = logDensity(moved, to, own).subtract(logDensity(before, from, own));
    const eta = expandTime(process.sigma(to), before.rank)
      .multiply(snr * Math.SQRT2)
      .square();
    let [x, accepted] = [moved, [] as Tensor[]];
    for (let i = 0; i < 2 * stepsPerLevel; i += 2) {
      const step = malaMove(bind(model, own), x, to, eta, z[i]!, z[i + 1]!);
      x = step.x;
      accepted = [...accepted, step.probability];
    }
    return { x, change, acceptance: accepted.reduce((sum, p) => sum.add(p)).divide(stepsPerLevel) };
  };
  signal?.throwIfAborted();
  const compiled = await compile(level, [samples, time, time, time, noise, given.specs(chains)], {
    runtime,
    name: "annealing",
  });
  try {
    const width = widthAt(times[0]!);
    let x: NdArray = priorDraw(full, draws);
    for (let i = 0; i < x.data.length; i++) (x.data as Float64Array)[i]! *= width;
    const logWeights = Float64Array.from(
      { length: chains },
      (_, i) => -priorLogDensity((x.data as Float64Array).subarray(i * size, (i + 1) * size), width),
    );
    const start = await densitiesOf(model, x, filled(times[0]!), rows, runtime);
    const found = {
      logNormaliser: new Float64Array(levels),
      standardError: new Float64Array(levels),
      effectiveSampleSize: new Float64Array(levels),
      acceptance: new Float64Array(levels),
    };
    for (const [k, t] of times.entries()) {
      signal?.throwIfAborted();
      const before = times[Math.max(0, k - 1)]!;
      const growth = widthAt(t) / widthAt(before);
      const z = noise.map((_, i) => stepDraw(full, k * noise.length + i, draws));
      const next = await compiled(x, filled(before), filled(t), filled(growth), z, rows);
      x = next.x;
      for (let i = 0; i < chains; i++) {
        if (k === 0) logWeights[i]! += Number(start.data[i]);
        logWeights[i]! += Number(next.change.data[i]) + size * Math.log(growth);
        found.acceptance[k]! += Number(next.acceptance.data[i]) / chains;
      }
      const { logMean, standardError, effective } = weighed(logWeights);
      found.logNormaliser[k] = logMean;
      found.standardError[k] = standardError;
      found.effectiveSampleSize[k] = effective;
    }
    return { times, ...found, x: x as NdArray<D>, logWeights };
  } finally {
    await compiled.dispose();
  }
};

const densitiesOf = async (
  model: ScoreModel,
  x: NdArray,
  t: NdArray,
  given: Record<string, NdArray>,
  runtime: Runtime | undefined,
) => {
  const density = (at: Tensor, time: Tensor, own: Given) => model.logDensity!(at, time, own);
  const compiled = await compile(density, [x, t, given], { runtime });
  try {
    return await compiled(x, t, given);
  } finally {
    await compiled.dispose();
  }
};

/** The logarithm of the mean weight, its standard error by the delta method, and the effective number of weights. */
const weighed = (logWeights: Float64Array): { logMean: number; standardError: number; effective: number } => {
  const n = logWeights.length;
  const most = logWeights.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let [sum, squares] = [0, 0];
  for (const value of logWeights) {
    const weight = Math.exp(value - most);
    sum += weight;
    squares += weight * weight;
  }
  const effective = sum ** 2 / squares;
  return {
    logMean: most + Math.log(sum / n),
    // The variance of a weight over its squared mean is n / effective - 1.
    standardError: Math.sqrt((n / effective - 1) / (n - 1)),
    effective,
  };
};

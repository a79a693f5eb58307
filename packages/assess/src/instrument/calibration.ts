/** How right a model is at every noise level: against the truth where it is known, else against held-out data. */

import type { Process, ScoreModel } from "@scorefield/core";
import { ArgumentError, noise, normal, rademacher, timeOfLogRatio } from "@scorefield/core";
import { checkModel, checkProcess, checkWhole, perSample } from "@scorefield/core/internal";
import { type NdArray, sizeOf, type Tensor } from "@scorefield/tensor";
import {
  checkTime,
  compileField,
  type Field,
  flatPoints,
  floatType,
  type InstrumentOptions,
  withField,
} from "./field.ts";
import { scoreAndProduct } from "./jacobian.ts";

/** Options of {@link calibration} and {@link scoreError}. */
export interface LevelOptions extends Omit<InstrumentOptions, "time"> {
  /** Times of the levels. Default {@link noiseTimes} of the model's process. */
  readonly times?: readonly number[];
  /** Noisy copies of each point at each level, default 1. */
  readonly draws?: number;
  /** Of the noise, default 0. */
  readonly seed?: number;
}

/** A mean over points, with its standard error. */
export interface LevelMean {
  readonly mean: number;
  readonly standardError: number;
}

/**
 * Times at which sigma / alpha goes in equal ratios from `lowest` to `highest`, moved within the process's ends.
 * @param options `lowest` (default 0.01), `highest` (default 20), in units of the data, and `count` (default 12)
 * @throws ArgumentError unless 0 < lowest < highest and at least two
 */
export const noiseTimes = (
  process: Process,
  {
    lowest = 0.01,
    highest = 20,
    count = 12,
  }: { readonly lowest?: number; readonly highest?: number; readonly count?: number } = {},
): number[] => {
  checkProcess("noiseTimes", process);
  if (!(lowest > 0 && highest > lowest && Number.isFinite(highest) && Number.isInteger(count) && count > 1))
    throw new ArgumentError(
      `noiseTimes: expected 0 < lowest < highest and a count of at least 2, found ${lowest}, ${highest}, ${count}`,
    );
  const [low, high] = [Math.log(lowest), Math.log(highest)];
  const times = Array.from({ length: count }, (_, k) =>
    timeOfLogRatio(process, low + ((high - low) * k) / (count - 1)),
  );
  return [...new Set(times)];
};

/** Mean and standard error of the means of each point's values. Each point has `draws` values in turn. */
const meanOver = (values: Float64Array, count: number): LevelMean => {
  const draws = values.length / count;
  const each = new Float64Array(count);
  for (const [k, value] of values.entries()) each[k % count]! += value / draws;
  const mean = each.reduce((sum, value) => sum + value, 0) / count;
  const squares = each.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: count > 1 ? Math.sqrt(squares / (count - 1) / count) : Number.NaN };
};

/** Quantities, one number for each noisy copy of each point, averaged at every level. */
const overLevels = async <K extends string>(
  name: string,
  model: ScoreModel,
  x: NdArray,
  options: LevelOptions,
  quantities: (x: Tensor, t: Tensor, vectors: readonly Tensor[]) => Record<K, Tensor>,
): Promise<{ time: number; ratio: number; means: Record<K, LevelMean> }[]> => {
  const { times = noiseTimes(model.process), draws = 1, seed = 0 } = options;
  checkWhole(`${name} draws`, draws);
  for (const time of times) checkTime(name, model, time);
  const { count, data } = flatPoints(name, model, x);
  if (count === 0) throw new ArgumentError(`${name}: expected at least one point, found none`);
  const size = sizeOf(model.shape);
  const rows = count * draws;
  const settings = { ...options, name, dtype: floatType(x), rows, expected: rows * times.length, vectors: 2 };
  return withField(compileField(model, quantities, settings), async (field: Field<K>) => {
    const levels = [];
    for (const [k, time] of times.entries()) {
      const [alpha, sigma] = [model.process.alpha(time), model.process.sigma(time)];
      const step = { seed, step: k } as const;
      const z = normal([rows, size], { ...step, purpose: "noise", dtype: "float64" }).data;
      const probe = Float64Array.from(rademacher([rows, size], { ...step, purpose: "probe" }).data);
      const noisy = z.map((value, i) => alpha * data[i % data.length]! + sigma * value);
      const found = await field.at(noisy, time, z, probe);
      const means = Object.fromEntries(
        (Object.entries(found) as [K, Float64Array][]).map(([key, values]) => [key, meanOver(values, count)]),
      ) as Record<K, LevelMean>;
      levels.push({ time, ratio: sigma / alpha, means });
    }
    return levels;
  });
};

const meanSquare = (x: Tensor): Tensor => x.square().reshape([x.shape[0]!, -1]).mean(1);

/** A noise level of {@link calibration}. */
export interface CalibrationLevel {
  readonly time: number;
  /** sigma / alpha, in units of the data. */
  readonly noise: number;
  /** E|z - E[z | x_t]|^2 / d on the given data: 0 where the model sees all noise, 1 where it sees nothing. */
  readonly loss: LevelMean;
  /** What the model believes this to be, from its own Jacobian: 1 + sigma^2 div score / d. */
  readonly believed: LevelMean;
}

/**
 * The loss of predicting the noise of held-out data at every noise level, and what the model itself expects it to be. By the
 * second-order Tweedie formula the covariance of z given x_t is I + sigma^2 J, so for the true score the two agree.
 * Where the loss is larger the model is overconfident, as a model that memorised its training data is. Where it is
 * smaller the model is underconfident.
 *
 * The loss is the floor that no model can beat, plus the mean squared error of sigma times the score over d. So
 * differences between two models on the same data, seed and levels are differences of their errors.
 * @param x data that the model has not seen, [n, ...model.shape], float32 or float64, in which the model is evaluated
 * @throws ShapeError | ArgumentError for data or options that do not fit; the signal's reason when aborted
 */
export const calibration = async (
  model: ScoreModel,
  x: NdArray,
  options: LevelOptions = {},
): Promise<CalibrationLevel[]> => {
  checkModel("calibration", model);
  const size = sizeOf(model.shape);
  const levels = await overLevels("calibration", model, x, options, (at, t, [z, v]) => {
    const { score, product } = scoreAndProduct(model)(at, t, [v!]);
    const sigma = model.process.sigma(t).reshape([t.shape[0]!, ...model.shape.map(() => 1)]);
    const trace = perSample(product.multiply(v!).multiply(sigma.square()));
    return { loss: meanSquare(score.multiply(sigma).add(z!)), believed: trace.divide(size).add(1) };
  });
  return levels.map(({ time, ratio, means: { loss, believed } }) => ({ time, noise: ratio, loss, believed }));
};

/** A noise level of {@link scoreError}. */
export interface ScoreErrorLevel {
  readonly time: number;
  /** sigma / alpha, in units of the data. */
  readonly noise: number;
  /** sigma^2 E|score - true score|^2 / d */
  readonly error: LevelMean;
  /** The same of the zero field, sigma^2 E|true score|^2 / d, to compare with. */
  readonly scale: LevelMean;
}

/**
 * The error of a model's score against the score of another, such as an exact one, at every noise level, over noisy
 * data.
 * @param truth a model of the same process and shape
 * @param x data of the truth's distribution, [n, ...model.shape], float32 or float64, in which both are evaluated
 * @throws ShapeError | ArgumentError for models, data or options that do not fit; the signal's reason when aborted
 */
export const scoreError = async (
  model: ScoreModel,
  truth: ScoreModel,
  x: NdArray,
  options: LevelOptions = {},
): Promise<ScoreErrorLevel[]> => {
  checkModel("scoreError", model);
  checkModel("scoreError true", truth);
  const same = (a: ScoreModel): string => JSON.stringify([a.process.recipe, a.shape]);
  if (same(model) !== same(truth))
    throw new ArgumentError(
      `scoreError: expected two models of one process and shape, found ${same(model)} and ${same(truth)}`,
    );
  const levels = await overLevels("scoreError", model, x, options, (at, t) => {
    const right = noise(truth, at, t);
    return { error: meanSquare(noise(model, at, t).subtract(right)), scale: meanSquare(right) };
  });
  return levels.map(({ time, ratio, means: { error, scale } }) => ({ time, noise: ratio, error, scale }));
};

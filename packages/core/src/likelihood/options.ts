/** Options that everything along the probability-flow ODE takes, and what is refused. */
import { type FloatType, type NdArray, type Runtime, ShapeError, sizeOf } from "@scorefield/tensor";
import { checkFloats } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { checkModel } from "../model/check-model.ts";
import { type GivenValues, givenRows } from "../model/given.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { wholeLanes } from "../numeric/whole-lanes.ts";
import { checkOptions, type Known } from "../part/check-options.ts";
import { logRatio } from "./flow.ts";
import { type Accuracy, checkAccuracy } from "./solve-flow.ts";

/** Options of every function that follows the probability flow. */
export interface ProbabilityFlowOptions extends Accuracy {
  /** The time whose marginal is meant, default the process's first: the data under the least noise. */
  readonly time?: number;
  /**
   * What the model is conditioned on, by name, such as `{ class: 3 }`. It is one value for all samples, a list with one
   * value for each, or an array [n, ...shape]. `null` is no condition. Default: no conditions.
   */
  readonly given?: GivenValues;
  /**
   * Samples computed at once, default at most 256 and about a million numbers. A sample's result does not depend on it,
   * up to rounding. In float32 a few in a hundred differ as much as the tolerance allows.
   */
  readonly batch?: number;
  readonly signal?: AbortSignal;
  readonly runtime?: Runtime;
}

/** The names of {@link ProbabilityFlowOptions}. */
export const flowOptions = {
  time: true,
  given: true,
  tolerance: true,
  steps: true,
  batch: true,
  signal: true,
  runtime: true,
} satisfies Known<ProbabilityFlowOptions>;

/**
 * Checks the arguments of callers without types.
 * @param known the names of all options
 * @throws ArgumentError for a value that is not a score model, points that are no array of floating-point numbers, or
 *   unknown options
 */
export const checkCall = (
  name: string,
  model: ScoreModel,
  points: readonly NdArray[],
  options: unknown,
  known: Readonly<Record<string, true>> = flowOptions,
): void => {
  checkModel(name, model);
  for (const x of points) checkFloats(`${name} points`, x);
  checkOptions(name, options, known);
};

/** Unit roundoff, with room for the sums in between. */
const rounding: Record<FloatType, number> = { float32: 8 * 2 ** -24, float64: 8 * 2 ** -53 };

/** What an integration takes from the options, checked. @throws ShapeError | ArgumentError */
export const flowSettings = <D extends FloatType>(
  name: string,
  model: ScoreModel,
  x: NdArray<D>,
  options: ProbabilityFlowOptions,
) => {
  const { process, shape } = model;
  const { times } = process;
  const { time = times.first, given, tolerance, steps, signal } = options;
  const [count, ...rest] = x.shape;
  if (count === undefined || rest.join() !== shape.join())
    throw new ShapeError(
      `${name}: expected points of shape [${["n", ...shape].join(", ")}], found [${x.shape.join(", ")}]`,
    );
  if (!(time >= times.first && time < times.last))
    throw new ArgumentError(`${name}: expected a time in [${times.first}, ${times.last}), found ${time}`);
  checkAccuracy(name, options);
  const size = sizeOf(shape);
  // More spill out of the cache: a network of 128 x 3 on 2-D points is a fifth slower by 4,096 at once.
  const most = Math.max(1, Math.min(256, Math.floor(2 ** 20 / size)));
  const { batch: atOnce = most } = options;
  if (!(Number.isInteger(atOnce) && atOnce > 0))
    throw new ArgumentError(`${name}: expected batch to be a positive whole number, found ${options.batch}`);
  const batch = wholeLanes(Math.max(1, count), atOnce, size);
  return {
    time,
    given: givenRows(name, model, given, count, x.dtype),
    data: logRatio(process, time),
    prior: logRatio(process, times.last),
    problem: { count, size, batch, tolerance, steps, signal, rounding: rounding[x.dtype] },
  };
};

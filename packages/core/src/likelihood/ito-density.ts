/** The log-density along a sampling trajectory, from the states and scores that sampling passes through anyway. */
import {
  compile,
  type FloatType,
  type NdArray,
  type Runtime,
  ShapeError,
  type Spec,
  sizeOf,
  type Tensor,
  zeros,
} from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { checkFloats } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { checkModel } from "../model/check-model.ts";
import { exactDivergence } from "../model/divergence.ts";
import { expandTime } from "../model/expand-time.ts";
import { type GivenValues, givenRows } from "../model/given.ts";
import { perSample } from "../model/per-sample.ts";
import type { Given, ScoreModel } from "../model/score-model.ts";
import { noise } from "../model/tweedie.ts";
import { checkOptions, type Known } from "../part/check-options.ts";
import { priorLogDensity } from "./log-density.ts";

/** y = x / alpha, r = sigma / alpha, 1 + r^2, and what alpha does to the density of x. */
const scaled = ({ process }: ScoreModel, x: Tensor, t: Tensor) => {
  const alpha = process.alpha(t);
  const ratio = process.sigma(t).divide(alpha);
  return {
    y: x.divide(expandTime(alpha, x.rank)),
    ratio,
    variance: ratio.square().add(1),
    logScale: alpha.log().multiply(sizeOf(x.shape.slice(1))),
  };
};

/**
 * The change of log p_t(x) along one step of a reverse-time SDE, by Ito's lemma (the Ito density estimator of Skreta et al.
 * 2024). In y = x / alpha, whose reverse-time SDE has noise of variance d(r^2),
 *
 *     d log p(y) = <score, dy> - |score|^2 / 2 * (r^2 - r'^2)
 *
 * with the score at the step's start. The divergence that a likelihood usually needs cancels against Ito's correction.
 * The formula holds for any step with that noise, whichever model made the step. So the densities of several models can
 * be followed along one trajectory. Its error is a sum of (z^2 - 1), which falls as the root of the step and is large
 * where noise dominates. But g = N(0, (1 + r^2) I), the noised distribution of data of unit variance, obeys the same
 * equation, and its change is known. So the equation is used for log p - log g alone. The error is then a multiple of
 * the difference of the scores.
 * @param x, t states [n, ...shape] and times [n] before the step @param next, to those after it
 * @returns [n], in nats
 */
export const itoIncrement = (
  model: ScoreModel,
  x: Tensor,
  t: Tensor,
  next: Tensor,
  to: Tensor,
  given?: Given,
): Tensor => {
  const [start, end] = [scaled(model, x, t), scaled(model, next, to)];
  const spread = (values: Tensor): Tensor => expandTime(values, x.rank);
  const score = noise(model, x, t, given).divide(spread(start.ratio)).negate();
  const reference = start.y.divide(spread(start.variance)).negate();
  const logReference = ({ y, variance }: typeof start): Tensor =>
    perSample(y.square())
      .divide(variance)
      .add(variance.log().multiply(sizeOf(model.shape)))
      .multiply(-0.5);
  const fall = start.ratio.square().subtract(end.ratio.square());
  // |score|^2 - |reference|^2, as a product
  const squares = perSample(score.subtract(reference).multiply(score.add(reference)));
  return perSample(score.subtract(reference).multiply(end.y.subtract(start.y)))
    .subtract(squares.multiply(fall).multiply(0.5))
    .add(logReference(end).subtract(logReference(start)))
    .subtract(end.logScale.subtract(start.logScale));
};

/**
 * The change along a step without noise, on the probability-flow ODE: minus the divergence of dy/dr = noise, by the
 * trapezoidal rule. It takes a derivative of the model for each element of a sample.
 * @returns [n], in nats
 */
export const flowIncrement = (
  model: ScoreModel,
  x: Tensor,
  t: Tensor,
  next: Tensor,
  to: Tensor,
  given?: Given,
): Tensor => {
  const [start, end] = [scaled(model, x, t), scaled(model, next, to)];
  const divergenceAt = (at: Tensor, time: Tensor): Tensor =>
    exactDivergence((point) => noise(model, point, time, given), at).divergences[0]!.multiply(
      model.process.alpha(time),
    );
  const mean = divergenceAt(x, t).add(divergenceAt(next, to)).multiply(0.5);
  return mean.multiply(start.ratio.subtract(end.ratio)).subtract(end.logScale.subtract(start.logScale));
};

/** A state of sampling. */
export interface TrajectoryState<D extends FloatType = FloatType> {
  readonly t: number;
  /** [n, ...shape] */
  readonly x: NdArray<D>;
}

/** Options of {@link itoLogDensity}. */
export interface ItoDensityOptions {
  /** What moved the samples: the reverse-time SDE (the default), or the probability-flow ODE. */
  readonly dynamics?: "sde" | "ode";
  /**
   * Log-densities of the first state, [n], in nats. Default: the prior's, for a trajectory from the process's last
   * time.
   */
  readonly start?: NdArray;
  /** What the model is conditioned on, as of `sample`. Default nothing. */
  readonly given?: GivenValues;
  readonly signal?: AbortSignal;
  readonly runtime?: Runtime;
}

const known = {
  dynamics: true,
  start: true,
  given: true,
  signal: true,
  runtime: true,
} satisfies Known<ItoDensityOptions>;

const priorLogDensities = ({ process }: ScoreModel, { t, x }: TrajectoryState): Float64Array => {
  if (t !== process.times.last)
    throw new ArgumentError(
      `itoLogDensity: expected a trajectory from the prior at ${process.times.last}, found a first time of ${t}; give the log-densities there as start`,
    );
  const size = sizeOf(x.shape.slice(1));
  return Float64Array.from({ length: x.shape[0]! }, (_, i) =>
    priorLogDensity(x.data.subarray(i * size, (i + 1) * size), process.priorDeviation),
  );
};

/**
 * log p_t of a model at every state of a trajectory, in nats, accumulated from its start. {@link itoIncrement} and
 * {@link flowIncrement} are the steps.
 * @param trajectory at least one state; times fall, and no state is the denoised estimate that ends sampling
 * @returns [states, n] in nats
 * @throws ArgumentError for bad options, times that do not fall, a start that is unknown or a condition that does not fit;
 *   ShapeError for states of other shapes; the signal's reason when aborted
 */
export const itoLogDensity = async (
  model: ScoreModel,
  trajectory: readonly TrajectoryState[],
  options: ItoDensityOptions = {},
): Promise<NdArray<"float64">> => {
  checkModel("itoLogDensity", model);
  checkOptions("itoLogDensity", options, known);
  const { dynamics = "sde", start, given, signal, runtime } = options;
  if (dynamics !== "sde" && dynamics !== "ode")
    throw new ArgumentError(`itoLogDensity: expected dynamics sde or ode, found ${showValue(dynamics)}`);
  if (start !== undefined) checkFloats("itoLogDensity start", start);
  if (!Array.isArray(trajectory))
    throw new ArgumentError(`itoLogDensity: expected a list of states { t, x }, found ${showValue(trajectory)}`);
  for (const state of trajectory) checkFloats("itoLogDensity state", state?.x);
  const [first] = trajectory;
  if (!first) throw new ArgumentError("itoLogDensity: expected at least one state, found none");
  const [n = 0, ...shape] = first.x.shape;
  if (start && start.shape.join() !== `${n}`)
    throw new ShapeError(`itoLogDensity: expected start to be [${n}], found [${start.shape}]`);
  for (const [k, { t, x }] of trajectory.entries()) {
    if (x.shape.join() !== [n, ...model.shape].join() || x.dtype !== first.x.dtype)
      throw new ShapeError(
        `itoLogDensity: expected states ${first.x.dtype}[${[n, ...model.shape]}], found ${x.dtype}[${x.shape}]`,
      );
    if (!(t >= model.process.times.first && (k === 0 || t < trajectory[k - 1]!.t)))
      throw new ArgumentError(
        `itoLogDensity: expected times that fall to ${model.process.times.first} at most, found ${t} at state ${k}`,
      );
  }
  const result = zeros([trajectory.length, n], "float64");
  result.data.set(start ? Float64Array.from(start.data as Float64Array, Number) : priorLogDensities(model, first));
  const states: Spec = { shape: [n, ...shape], dtype: first.x.dtype };
  const times: Spec = { shape: [n], dtype: first.x.dtype };
  const increment = dynamics === "sde" ? itoIncrement : flowIncrement;
  const conditions = givenRows("itoLogDensity", model, given, n, first.x.dtype);
  const rows = conditions.between(0, n);
  const compiled = await compile(
    (x: Tensor, t: Tensor, next: Tensor, to: Tensor, own: Given) => increment(model, x, t, next, to, own),
    [states, times, states, times, conditions.specs(n)],
    { runtime, name: "density increment" },
  );
  const all = (t: number): NdArray => {
    const array = zeros([n], first.x.dtype);
    array.data.fill(t);
    return array;
  };
  try {
    for (let k = 1; k < trajectory.length; k++) {
      signal?.throwIfAborted();
      const [from, to] = [trajectory[k - 1]!, trajectory[k]!];
      const change = await compiled(from.x, all(from.t), to.x, all(to.t), rows);
      for (let i = 0; i < n; i++) result.data[k * n + i] = result.data[(k - 1) * n + i]! + Number(change.data[i]);
    }
  } finally {
    await compiled.dispose();
  }
  return result;
};

/** The exact flow map of Gaussian data: the truth to measure others by. */
import { constant, type NdArray, ndarray, type Shape, ShapeError, type Tensor } from "@scorefield/tensor";
import { ArgumentError } from "../../errors.ts";
import { checkOptions, type Known } from "../../part/check-options.ts";
import { checkProcess } from "../../process/check-process.ts";
import type { Process } from "../../process/process.ts";
import { checkTraced } from "../check-traced.ts";
import { expandTime } from "../expand-time.ts";
import { checkConditionNames } from "../given.ts";
import type { FlowMap } from "./flow-map.ts";

/** Options of {@link gaussianFlowMap}. */
export interface GaussianFlowMapOptions {
  /** Mean of each number. */
  readonly mean: readonly number[];
  /** Standard deviation of each number, 0 or above; default 1. */
  readonly deviation?: readonly number[] | number;
}

/**
 * The flow map of independent Gaussian numbers N(m, s^2). With y = x / alpha and r = sigma / alpha,
 *
 *     y' = m + (y - m) sqrt((s^2 + r'^2) / (s^2 + r^2))
 *
 * Source: the probability-flow ODE of a Gaussian in closed form; for m = 0, the consistency function of Song et al. 2023.
 * @throws ArgumentError for unknown options, deviations below 0 and lists of another length. When traced: ShapeError unless x is
 *   [n, numbers] and the times are [n]
 */
export const gaussianFlowMap = (options: GaussianFlowMapOptions, process: Process): FlowMap => {
  const owner = "gaussianFlowMap";
  checkOptions(owner, options, { mean: true, deviation: true } satisfies Known<GaussianFlowMapOptions>);
  checkProcess(owner, process);
  const { mean, deviation = 1 } = options;
  const size = Array.isArray(mean) ? mean.length : 0;
  const deviations = typeof deviation === "number" ? new Array<number>(size).fill(deviation) : deviation;
  if (size === 0 || !mean.every(Number.isFinite))
    throw new ArgumentError(`${owner} mean: expected a list of numbers such as [0, 0], found ${JSON.stringify(mean)}`);
  if (deviations?.length !== size || !deviations.every((s) => s >= 0 && Number.isFinite(s)))
    throw new ArgumentError(
      `${owner} deviation: expected a number, or a list of ${size}, of 0 or above; found ${JSON.stringify(deviation)}`,
    );
  const shape: Shape = [size];
  const rowOf = (values: readonly number[], x: Tensor): Tensor =>
    constant(ndarray(Float64Array.from(values)) as NdArray).cast(x.dtype);
  return {
    process,
    shape,
    target: "any",
    map: (x, from, to, given = {}) => {
      checkConditionNames(owner, {}, Object.keys(given));
      checkTraced(x, from);
      checkTraced(x, to);
      const times = [from, to].every((t) => t.rank === 1 && t.shape[0] === x.shape[0]);
      if (x.rank !== 2 || x.shape[1] !== size || !times)
        throw new ShapeError(
          `${owner}: expected x [n, ${size}] and times [n], found x [${x.shape}] and times [${from.shape}] and [${to.shape}]`,
        );
      const m = rowOf(mean, x);
      const variance = rowOf(deviations, x).square();
      const levels = ([from, to] as const).map((t) => {
        const alpha = expandTime(process.alpha(t), 2);
        const r = expandTime(process.sigma(t), 2).divide(alpha);
        return { alpha, total: variance.add(r.square()) };
      }) as [{ alpha: Tensor; total: Tensor }, { alpha: Tensor; total: Tensor }];
      const [start, end] = levels;
      return x
        .divide(start.alpha)
        .subtract(m)
        .multiply(end.total.divide(start.total).sqrt())
        .add(m)
        .multiply(end.alpha);
    },
  };
};

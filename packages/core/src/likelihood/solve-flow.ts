/** The probability flow solved with its own step for every sample, and with the error of log-densities in view. */

import { checkPositive, checkWhole } from "../check.ts";
import { ArgumentError, SamplingError } from "../errors.ts";
import { type GivenUp, integrate, type Placed } from "../integrate/integrate.ts";
import { type Rates, rungeKutta, type TriedStep } from "../integrate/runge-kutta.ts";
import type { Controller } from "../integrate/step-control.ts";
import { dormandPrinceTableau } from "../integrate/tableau.ts";

/** How exactly the ODE is solved. */
export interface Accuracy {
  /**
   * Local error allowed in a step, default 1e-5. The error of the state is in units of sqrt(alpha^2 + sigma^2), the
   * deviation of noisy data. The error of the log-density is in nats per element of a sample. Steps adapt to it, for
   * every sample separately.
   */
  readonly tolerance?: number | undefined;
  /** A number of equal steps of log(sigma / alpha) instead, for any error. */
  readonly steps?: number | undefined;
}

/** A flow to solve. */
export interface FlowProblem extends Accuracy {
  readonly count: number;
  /** Elements of a sample. */
  readonly size: number;
  readonly channels: number;
  /** Samples under way at once. */
  readonly batch: number;
  /** First and last u = log(sigma / alpha), in either order. */
  readonly from: number;
  readonly to: number;
  /** Relative rounding error of an evaluation, below which no error can be measured. */
  readonly rounding: number;
  /** Writes the state of a sample at `from` into the row of a slot. */
  readonly load: (w: Float64Array, placed: Placed) => void;
  readonly rates: (w: Float64Array, u: Float64Array) => Promise<Rates>;
  readonly signal?: AbortSignal | undefined;
}

/** A flow that is solved. */
export interface SolvedFlow {
  /** Final states, [count, size]. */
  readonly w: Float64Array;
  /** The integral of each channel's divergence over u, [count, channels]. */
  readonly integrals: Float64Array;
  /**
   * [count]: the accumulated local errors, in nats for a flow with channels, else as root mean square of the state.
   */
  readonly errors: Float64Array;
  /** Evaluations of the model that each sample took, [count]. */
  readonly evaluations: Int32Array;
}

const firstStep = 0.1;
const mostSteps = 10_000;

/** Of a method whose local error is of order 5, without memory. */
const controller: Omit<Controller, "firstStep"> = {
  safety: 0.9,
  proportional: 1 / 5,
  integral: 0,
  shrink: 0.2,
  grow: 5,
  growAfterFailure: 5,
  leastError: 0,
  shortest: 1e-9,
  // A longer one could pass over all that data of one scale do to the flow without noticing.
  longest: 1,
};

/** @throws ArgumentError for a tolerance or a number of steps out of range */
export const checkAccuracy = (name: string, { tolerance, steps }: Accuracy): void => {
  if (tolerance !== undefined) checkPositive(`${name} tolerance`, tolerance);
  if (steps !== undefined) checkWhole(`${name} steps`, steps);
  if (steps !== undefined && tolerance !== undefined)
    throw new ArgumentError(`${name}: expected either tolerance or steps, found both`);
};

/**
 * The local error of a step and its share of what is allowed. What a local error e of the state does to the log-density in
 * the end is <score, e>, since log p(w) is what the remaining integral adds up to. So this, and the error of the integral
 * itself, is what a step is judged by where a log-density is wanted.
 */
const judge =
  (tolerance: number, rounding: number) =>
  ({ u, y, slope, error: e, integralError }: TriedStep): { readonly error: number; readonly share: number } => {
    const [size, channels] = [y.length, integralError.length];
    const ratio = Math.exp(u);
    let [square, squareW, dual, dualRounding] = [0, 0, 0, 0];
    for (let j = 0; j < size; j++) {
      // -grad log p(w) = s noise / r, by the definition of the slope
      const score = slope[j]! * (1 + ratio ** -2) + y[j]!;
      square += e[j]! ** 2;
      squareW += y[j]! ** 2;
      dual += e[j]! * score;
      dualRounding += Math.abs(y[j]! * score);
    }
    const error = Math.sqrt(square / size);
    const share = error / (tolerance + rounding * Math.sqrt(squareW / size));
    if (channels === 0) return { error, share };
    const change = integralError.reduce((sum, value) => sum + value / channels, 0);
    const nats = Math.abs(dual) + Math.abs(change);
    return { error: nats, share: Math.max(share, nats / (tolerance * size + rounding * (dualRounding + size))) };
  };

const givenUp = (reason: GivenUp, sample: number, u: number): SamplingError =>
  new SamplingError(
    `probability flow: sample ${sample} ${reason === "error" ? "is not finite" : "cannot be made as exact as asked"} ` +
      `at sigma / alpha = ${Math.exp(u).toPrecision(3)}; loosen the tolerance, or compute in float64`,
  );

/**
 * Solves dw/du by the method of Dormand & Prince 1980.
 * @throws SamplingError when a state is not finite, or a step cannot reach the tolerance; the signal's reason when
 *   aborted
 */
export const solveFlow = async (problem: FlowProblem): Promise<SolvedFlow> => {
  const { count, size, channels, batch, from, to, tolerance = 1e-5, steps, rounding, load, rates, signal } = problem;
  const result: SolvedFlow = {
    w: new Float64Array(count * size),
    integrals: new Float64Array(count * channels),
    errors: new Float64Array(count),
    evaluations: new Int32Array(count),
  };
  const method = rungeKutta({
    tableau: dormandPrinceTableau,
    slots: batch,
    size,
    channels,
    load,
    rates,
    judge: judge(tolerance, rounding),
    keep: (sample, { y, integrals, error, evaluations }) => {
      result.w.set(y, sample * size);
      result.integrals.set(integrals, sample * channels);
      result.errors[sample] = error;
      result.evaluations[sample] = evaluations;
    },
    signal,
  });
  const control = steps ?? { ...controller, firstStep: firstStep / Math.abs(to - from) };
  const limit = steps === undefined ? { mostSteps } : {};
  const way = { method, count, slots: batch, from, to, control, ...limit, error: givenUp, signal };
  for await (const _ of integrate(way));
  return result;
};

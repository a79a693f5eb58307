/** Integration of the probability flow with a step of its own for every sample. */

import { checkPositive, checkWhole } from "../check.ts";
import { ArgumentError, SamplingError } from "../errors.ts";
import { dormandPrinceTableau } from "../numeric/dormand-prince-tableau.ts";
import { roundedStep } from "../sampling/step-control.ts";
import type { Rates } from "./flow.ts";

/** How exactly the ODE is solved. */
export interface Accuracy {
  /**
   * Local error allowed in a step, default 1e-5: of the state in units of sqrt(alpha^2 + sigma^2), the deviation of noisy
   * data, and of the log-density in nats per element of a sample. Steps adapt to it, for every sample by itself.
   */
  readonly tolerance?: number | undefined;
  /** So many equal steps of log(sigma / alpha) instead, whatever the error. */
  readonly steps?: number | undefined;
}

export interface Integration extends Accuracy {
  readonly count: number;
  /** Elements of a sample. */
  readonly size: number;
  readonly channels: number;
  /** Samples under way at once. */
  readonly batch: number;
  /** First and last u = log(sigma / alpha), in either order. */
  readonly from: number;
  readonly to: number;
  /** Relative rounding error of an evaluation, below which no error can be told. */
  readonly rounding: number;
  /** Writes the state of a sample at `from` into the row of a slot. */
  readonly load: (w: Float64Array, slot: number, sample: number) => void;
  readonly rates: (w: Float64Array, u: Float64Array) => Promise<Rates>;
  readonly signal?: AbortSignal | undefined;
}

export interface Integrated {
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

const stages = dormandPrinceTableau.c.length;
const firstStep = 0.1;
// A longer one could pass over all that data of one scale do to the flow without noticing.
const longestStep = 1;
const leastStep = 1e-9;
const mostSteps = 10_000;

/** @throws ArgumentError for a tolerance or a number of steps out of range */
export const checkAccuracy = (name: string, { tolerance, steps }: Accuracy): void => {
  if (tolerance !== undefined) checkPositive(`${name} tolerance`, tolerance);
  if (steps !== undefined) checkWhole(`${name} steps`, steps);
  if (steps !== undefined && tolerance !== undefined)
    throw new ArgumentError(`${name}: expected either tolerance or steps, found both`);
};

/**
 * Solves dw/du by the method of Dormand & Prince 1980, the fifth-order solution going on. A slot whose sample is done
 * takes up the next one, so that a slow sample holds up nothing.
 *
 * What a local error e of the state does to the log-density in the end is <score, e>, since log p(w) is
 * what the remaining integral adds up to; so that, and the error of the integral itself, is what a step is judged by
 * where a log-density is wanted.
 * @throws SamplingError when a state is not finite, or a step cannot be made as exact as asked; the signal's reason
 */
export const integrate = async (problem: Integration): Promise<Integrated> => {
  const { count, size, channels, batch, from, to, tolerance = 1e-5, steps, rounding, load, rates, signal } = problem;
  const result: Integrated = {
    w: new Float64Array(count * size),
    integrals: new Float64Array(count * channels),
    errors: new Float64Array(count),
    evaluations: new Int32Array(count),
  };
  const { w: ends, integrals, errors, evaluations } = result;
  const direction = Math.sign(to - from);
  const fixed = steps === undefined ? undefined : (to - from) / steps;

  const sampleAt = new Int32Array(batch).fill(-1);
  const w = new Float64Array(batch * size);
  const u = new Float64Array(batch).fill(from);
  const h = new Float64Array(batch);
  const stepsTaken = new Int32Array(batch);
  const stage: Rates[] = [];
  const stageW = new Float64Array(batch * size);
  const stageU = new Float64Array(batch);

  let next = 0;
  const refill = (): boolean => {
    let fresh = false;
    for (let slot = 0; slot < batch && next < count; slot++)
      if (sampleAt[slot] === -1) {
        load(w, slot, next);
        sampleAt[slot] = next++;
        u[slot] = from;
        h[slot] = fixed ?? direction * Math.min(firstStep, Math.abs(to - from));
        stepsTaken[slot] = 0;
        fresh = true;
      }
    return fresh;
  };

  /** h sum_i weights_i k_i for one number of one part of the stages. */
  const combine = (weights: readonly number[], part: keyof Rates, index: number): number => {
    let sum = 0;
    for (let i = 0; i < weights.length; i++) sum += weights[i]! * stage[i]![part][index]!;
    return sum;
  };

  /** The local error of a slot's step, and its share of what is allowed. */
  const errorOf = (slot: number): { error: number; share: number } => {
    const ratio = Math.exp(stageU[slot]!);
    let [square, squareW, dual, dualRounding] = [0, 0, 0, 0];
    for (let j = slot * size; j < (slot + 1) * size; j++) {
      const e = h[slot]! * combine(dormandPrinceTableau.error, "slope", j);
      // -grad log p(w) = s noise / r, by the definition of the slope
      const score = stage[stages - 1]!.slope[j]! * (1 + ratio ** -2) + stageW[j]!;
      square += e * e;
      squareW += stageW[j]! ** 2;
      dual += e * score;
      dualRounding += Math.abs(stageW[j]! * score);
    }
    const error = Math.sqrt(square / size);
    const share = error / (tolerance + rounding * Math.sqrt(squareW / size));
    if (channels === 0) return { error, share };
    let change = 0;
    for (let k = 0; k < channels; k++)
      change += (h[slot]! * combine(dormandPrinceTableau.error, "divergence", slot * channels + k)) / channels;
    const nats = Math.abs(dual) + Math.abs(change);
    return { error: nats, share: Math.max(share, nats / (tolerance * size + rounding * (dualRounding + size))) };
  };

  const accept = (slot: number, error: number): void => {
    const sample = sampleAt[slot]!;
    for (let k = 0; k < channels; k++) {
      const index = slot * channels + k;
      integrals[sample * channels + k]! += h[slot]! * combine(dormandPrinceTableau.a[stages - 1]!, "divergence", index);
      stage[0]!.divergence[index] = stage[stages - 1]!.divergence[index]!;
    }
    for (let j = slot * size; j < (slot + 1) * size; j++) {
      w[j] = stageW[j]!;
      stage[0]!.slope[j] = stage[stages - 1]!.slope[j]!;
    }
    errors[sample]! += error;
    u[slot] = stageU[slot]!;
  };

  const finish = (slot: number): void => {
    ends.set(w.subarray(slot * size, (slot + 1) * size), sampleAt[slot]! * size);
    sampleAt[slot] = -1;
    h[slot] = 0;
  };

  for (;;) {
    if (refill()) {
      stage[0] = await rates(w, u);
      for (let slot = 0; slot < batch; slot++)
        if (sampleAt[slot] !== -1 && stepsTaken[slot] === 0) evaluations[sampleAt[slot]!]! += 1;
    }
    if (sampleAt.every((sample) => sample === -1)) return result;
    for (let s = 1; s < stages; s++) {
      signal?.throwIfAborted();
      for (let slot = 0; slot < batch; slot++) {
        stageU[slot] = u[slot]! + dormandPrinceTableau.c[s]! * h[slot]!;
        for (let j = slot * size; j < (slot + 1) * size; j++)
          stageW[j] = w[j]! + h[slot]! * combine(dormandPrinceTableau.a[s]!, "slope", j);
      }
      stage[s] = await rates(stageW, stageU);
    }
    for (let slot = 0; slot < batch; slot++) {
      const sample = sampleAt[slot]!;
      if (sample === -1) continue;
      evaluations[sample]! += stages - 1;
      stepsTaken[slot]! += 1;
      const { error, share } = errorOf(slot);
      const accepted = fixed !== undefined || share <= 1;
      if (accepted) accept(slot, error);
      const stuck =
        fixed === undefined && (stepsTaken[slot]! >= mostSteps || (!accepted && Math.abs(h[slot]!) < leastStep));
      if (stuck || (accepted && !Number.isFinite(error)))
        throw new SamplingError(
          `probability flow: sample ${sample} ${Number.isFinite(error) ? "cannot be made as exact as asked" : "is not finite"} ` +
            `at sigma / alpha = ${Math.exp(u[slot]!).toPrecision(3)}; loosen the tolerance, or compute in float64`,
        );
      const left = to - u[slot]!;
      const done = fixed !== undefined ? stepsTaken[slot] === steps : left * direction <= 1e-12 * Math.abs(to - from);
      if (done) finish(slot);
      else if (fixed === undefined) {
        // Nothing is known of a step whose error is not finite but that it was too long.
        const factor = Number.isFinite(share) ? Math.min(5, Math.max(0.2, 0.9 * share ** -0.2)) : 0.2;
        h[slot] = direction * Math.min(roundedStep(Math.abs(h[slot]!) * factor), longestStep, left * direction);
      }
    }
  }
};

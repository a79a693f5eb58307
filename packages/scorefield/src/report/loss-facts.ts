/** What the metrics of a run say of its training: how far it is, how long it took, and its losses. */
import { type LossPoint, runningMean } from "../figure/running-mean.ts";
import type { Metrics } from "../run/metrics.ts";

/** Numbers of a training; those that nothing was recorded for are left out. */
export interface LossFacts {
  /** Seconds of its steps, without the time for previews, checkpoints and the held-out loss. */
  readonly seconds: number;
  /** In the last block of steps. */
  readonly samplesPerSecond?: number;
  /** Mean over about the last 300 steps. */
  readonly loss?: number;
  readonly heldOut?: LossPoint;
  readonly leastHeldOut?: LossPoint;
}

const lastSteps = 300;

/** The losses on held-out data, with their steps. */
export const heldOutLosses = (metrics: readonly Metrics[]): LossPoint[] =>
  metrics.flatMap(({ step, heldOutLoss }) =>
    // What was not finite is null in JSON.
    Number.isFinite(heldOutLoss) ? [{ step, loss: heldOutLoss! }] : [],
  );

/** @param batch samples of a step */
export const lossFacts = (metrics: readonly Metrics[], batch: number): LossFacts => {
  const last = metrics.at(-1);
  if (!last) return { seconds: 0 };
  const steps = metrics.map(({ step }, i) => step - (metrics[i - 1]?.step ?? 0));
  let [counted, sum] = [0, 0];
  for (let i = metrics.length - 1; i >= 0 && counted < lastSteps; i--) {
    counted += steps[i]!;
    sum += steps[i]! * metrics[i]!.loss;
  }
  const held = heldOutLosses(metrics);
  return {
    seconds: metrics.reduce(
      (total, { samplesPerSecond }, i) => total + (samplesPerSecond > 0 ? (steps[i]! * batch) / samplesPerSecond : 0),
      0,
    ),
    samplesPerSecond: last.samplesPerSecond,
    loss: sum / counted,
    ...(held.length > 0 && {
      heldOut: held.at(-1)!,
      leastHeldOut: held.reduce((least, next) => (next.loss < least.loss ? next : least)),
    }),
  };
};

/** Running means of the losses over a twentieth of the course, as long as the list, narrower at its ends. */
export const smoothLosses = (metrics: readonly Metrics[]): LossPoint[] =>
  runningMean(metrics, 2 * Math.round(metrics.length / 40), false);

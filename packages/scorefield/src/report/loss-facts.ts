/** What the metrics of a run say of its training: how far it is, how long it took, and its losses. */
import type { Metrics } from "../run/metrics.ts";

/** A loss after a number of steps. */
export interface LossAt {
  readonly step: number;
  readonly loss: number;
}

/** Numbers of a training; those that nothing was recorded for are left out. */
export interface LossFacts {
  /** Seconds of its steps, without those of pictures, checkpoints and looks at the held-out loss. */
  readonly seconds: number;
  /** In the last block of steps. */
  readonly samplesPerSecond?: number;
  /** Mean over about the last 300 steps. */
  readonly loss?: number;
  readonly heldOut?: LossAt;
  readonly leastHeldOut?: LossAt;
}

const lastSteps = 300;

/** The losses on held-out data, with their steps. */
export const heldOutLosses = (metrics: readonly Metrics[]): LossAt[] =>
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
export const smoothLosses = (metrics: readonly Metrics[]): LossAt[] => {
  const half = Math.round(metrics.length / 40);
  const sums = [0];
  for (const { loss } of metrics) sums.push(sums.at(-1)! + loss);
  return metrics.map(({ step }, i) => {
    const reach = Math.min(half, i, metrics.length - 1 - i);
    return { step, loss: (sums[i + reach + 1]! - sums[i - reach]!) / (2 * reach + 1) };
  });
};

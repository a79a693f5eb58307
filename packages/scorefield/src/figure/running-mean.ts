/** Running means of losses. */

/** A loss after a number of steps. */
export interface LossPoint {
  readonly step: number;
  readonly loss: number;
}

/**
 * Centred running mean over `window` values. Where `log` is set, it is the geometric mean. The window is narrower at
 * the ends, so that the first and last value are not moved inwards.
 */
export const runningMean = (points: readonly LossPoint[], window: number, log: boolean): LossPoint[] => {
  const sums = [0];
  for (const { loss } of points) sums.push(sums.at(-1)! + (log ? Math.log(loss) : loss));
  return points.map(({ step }, i) => {
    const half = Math.min(window >> 1, i, points.length - 1 - i);
    const mean = (sums[i + half + 1]! - sums[i - half]!) / (2 * half + 1);
    return { step, loss: log ? Math.exp(mean) : mean };
  });
};

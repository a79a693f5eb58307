/** The Kalman filter and smoother of a scalar state: what a series of an AR(1) or a random walk is, given noisy points of it. */

/** x_1 ~ N(0, start), x_t = phi x_{t-1} + N(0, drive); a point is seen as x_t + N(0, noise). */
export interface StateSpace {
  readonly phi: number;
  readonly drive: number;
  readonly start: number;
  readonly noise: number;
}

/** The state given all points, and the log-likelihood of these, in nats. */
interface Smoothed {
  readonly means: Float64Array;
  readonly variances: Float64Array;
  readonly logLikelihood: number;
}

/**
 * The filter (Kalman 1960) and the smoother (Rauch, Tung & Striebel 1965).
 * @param seen a value for each step, NaN where nothing is seen
 */
export const kalmanSmoother = ({ phi, drive, start, noise }: StateSpace, seen: readonly number[]): Smoothed => {
  const n = seen.length;
  const [predicted, spread] = [new Float64Array(n), new Float64Array(n)];
  const [means, variances] = [new Float64Array(n), new Float64Array(n)];
  let logLikelihood = 0;
  for (let t = 0; t < n; t++) {
    predicted[t] = t === 0 ? 0 : phi * means[t - 1]!;
    spread[t] = t === 0 ? start : phi ** 2 * variances[t - 1]! + drive;
    if (Number.isNaN(seen[t]!)) {
      [means[t], variances[t]] = [predicted[t]!, spread[t]!];
      continue;
    }
    const innovation = seen[t]! - predicted[t]!;
    const total = spread[t]! + noise;
    const gain = spread[t]! / total;
    means[t] = predicted[t]! + gain * innovation;
    variances[t] = (1 - gain) * spread[t]!;
    logLikelihood -= 0.5 * (Math.log(2 * Math.PI * total) + innovation ** 2 / total);
  }
  for (let t = n - 2; t >= 0; t--) {
    const gain = (phi * variances[t]!) / spread[t + 1]!;
    means[t] = means[t]! + gain * (means[t + 1]! - predicted[t + 1]!);
    variances[t] = variances[t]! + gain ** 2 * (variances[t + 1]! - spread[t + 1]!);
  }
  return { means, variances, logLikelihood };
};

/** Sample autocorrelations and cross-correlations of a series. */

/** The mean of numbers. */
export const meanOf = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
};

/**
 * The correlation of x_t with y_{t + lag}, over the means and deviations of the whole series.
 * @param x [n] @param y [n]; default x @param lag steps, at least 0 and below n
 */
export const laggedCorrelation = (x: Float64Array, lag: number, y: Float64Array = x): number => {
  const n = x.length;
  const [mx, my] = [meanOf(x), meanOf(y)];
  let [product, xx, yy] = [0, 0, 0];
  for (let t = 0; t < n; t++) {
    if (t + lag < n) product += (x[t]! - mx) * (y[t + lag]! - my);
    xx += (x[t]! - mx) ** 2;
    yy += (y[t]! - my) ** 2;
  }
  return product / Math.sqrt(xx * yy);
};

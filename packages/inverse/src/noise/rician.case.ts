/** Magnitudes with Rician noise, by sums on the host, as truths of tests. */

/** I_0(w) e^-w, by its integral over 400 angles. */
const scaledBesselZero = (w: number): number => {
  const n = 400;
  let sum = 0;
  for (let k = 0; k < n; k++) sum += Math.exp(-2 * w * Math.sin((Math.PI * (k + 0.5)) / (2 * n)) ** 2);
  return sum / n;
};

/** The density of the magnitude m where without noise it is a. */
export const riceDensity = (m: number, a: number, sigma: number): number =>
  (m / sigma ** 2) * Math.exp(-((m - a) ** 2) / (2 * sigma ** 2)) * scaledBesselZero((m * a) / sigma ** 2);

/** E y as a function of z, by the midpoint rule to 8 deviations. */
export const ricianMean =
  (sigma: number, offset: number) =>
  (z: number): number => {
    const a = Math.abs(z + offset);
    const [from, to, n] = [Math.max(0, a - 8 * sigma), a + 8 * sigma, 800];
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const m = from + ((i + 0.5) * (to - from)) / n;
      sum += (m * riceDensity(m, a, sigma) * (to - from)) / n;
    }
    return sum - offset;
  };

/** The tail of the standard normal distribution. */

/** P(Z > z) for z >= 0: a series, and Laplace's continued fraction (Abramowitz & Stegun 1964, 26.2.11 and 26.2.14). */
export const normalTail = (z: number): number => {
  if (z < 3) {
    let term = z;
    let sum = z;
    for (let k = 1; Math.abs(term) > 1e-17 * sum; k++) {
      term *= (z * z) / (2 * k + 1);
      sum += term;
    }
    return 0.5 - (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
  }
  let fraction = z;
  for (let k = 60; k >= 1; k--) fraction = z + k / fraction;
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI) / fraction;
};

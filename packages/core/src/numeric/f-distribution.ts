/** Tails of the F and Student's t distribution. */
import { logGamma } from "./log-gamma.ts";

/** The continued fraction of the incomplete beta function (Olver et al., NIST handbook, equation 8.17.22), by Lentz's method. */
const betaFraction = (a: number, b: number, x: number): number => {
  const safe = (value: number): number => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let c = 1;
  let d = 1 / safe(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / safe(1 + even * d);
    c = safe(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / safe(1 + odd * d);
    c = safe(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return value;
};

/** The regularised incomplete beta function I_x(a, b). */
const incompleteBeta = (a: number, b: number, x: number): number => {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(a, b, x)) / a : 1 - (front * betaFraction(b, a, 1 - x)) / b;
};

/** P(F > f) of the F distribution with these degrees of freedom. 1 for f of at most 0. */
export const fTail = (f: number, above: number, below: number): number =>
  f <= 0 ? 1 : incompleteBeta(below / 2, above / 2, below / (below + above * f));

/** P(T > t) of Student's t distribution. */
export const tTail = (t: number, freedom: number): number => {
  const half = fTail(t * t, 1, freedom) / 2;
  return t > 0 ? half : 1 - half;
};

/** The chi-square distribution. */
import { logGamma } from "@scorefield/core/internal";

/**
 * P(X >= x) for chi-square with k degrees of freedom: the upper incomplete gamma function Q(k / 2, x / 2), by its series where
 * x < k + 2 and its continued fraction elsewhere (Abramowitz & Stegun 1964, equations 6.5.29 and 6.5.31).
 */
export const chiSquareTail = (x: number, k: number): number => {
  const [a, z] = [k / 2, x / 2];
  if (z <= 0) return 1;
  const scale = Math.exp(a * Math.log(z) - z - logGamma(a));
  if (z < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; Math.abs(term) > 1e-16 * sum; n++) {
      term *= z / (a + n);
      sum += term;
    }
    return 1 - scale * sum;
  }
  // Lentz's method.
  let b = z + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 1000; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return scale * fraction;
};

/** The chi-square distribution. */

/** log Gamma(x) for x > 0, to 1e-13 relative (Lanczos 1964, with g = 7 and nine terms). */
const logGamma = (x: number): number => {
  const terms = [
    676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const t = x + 6.5;
  const series = terms.reduce((sum, term, i) => sum + term / (x + i), 0.99999999999980993);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(series);
};

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

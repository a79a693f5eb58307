/** The gamma function. */

/**
 * log Gamma(x) for x > 0: Stirling's series from 10 upwards, and the recurrence below (Abramowitz & Stegun 1964, 6.1.41 and 6.1.15).
 * The relative error is about 1e-15 for large x; near 1 and 2 the absolute error is.
 */
export const logGamma = (x: number): number => {
  let shift = 1;
  let z = x;
  while (z < 10) shift *= z++;
  const inverse = 1 / (z * z);
  const series =
    (1 / 12 -
      inverse *
        (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse * (1 / 1188 - inverse * (691 / 360360)))))) /
    z;
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series - Math.log(shift);
};

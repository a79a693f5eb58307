/** The Kaiser-Bessel kernel of gridding, and its Fourier transform (Jackson et al. 1991). */

/** Modified Bessel function I_0, by its power series; for x up to a few hundred. */
const besselI0 = (x: number): number => {
  let [term, sum] = [1, 1];
  for (let k = 1; term > 1e-17 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
};

/**
 * A kernel that is 0 beyond width / 2 points of the grid.
 * @param width in points of the grid, at least 2
 * @param oversampling points of the grid per pixel of the image, above 1; the shape suits it (Beatty, Nishimura & Pauly 2005,
 *   equation 5)
 */
export const kaiserBessel = (width: number, oversampling: number) => {
  const beta = Math.PI * Math.sqrt((width / oversampling) ** 2 * (oversampling - 0.5) ** 2 - 0.8);
  return {
    at: (distance: number): number => {
      const inside = 1 - ((2 * distance) / width) ** 2;
      return inside < 0 ? 0 : besselI0(beta * Math.sqrt(inside));
    },
    /** Integral of the kernel times cos(2 pi f t), at frequency f in cycles per point. */
    transform: (frequency: number): number => {
      const square = beta ** 2 - (Math.PI * width * frequency) ** 2;
      const root = Math.sqrt(Math.abs(square));
      const ratio = root === 0 ? 1 : square > 0 ? Math.sinh(root) / root : Math.sin(root) / root;
      return width * ratio;
    },
  };
};

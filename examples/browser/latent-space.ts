/** Points of a latent space: standard normal noise, and a walk between four of it. */

/** Numbers of a standard normal distribution that a seed names: mulberry32, and the transform of Box and Muller. */
export const normals = (length: number, seed: number): Float32Array => {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
  const values = new Float32Array(length);
  for (let i = 0; i < length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    values[i] = radius * Math.cos(angle);
    if (i + 1 < length) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
};

/**
 * Between four noises that stand at the corners of a square. The weights have a sum of squares of 1, so that what is between is
 * standard normal too, and a model knows it.
 * @param corners at (0, 0), (1, 0), (0, 1) and (1, 1)
 */
export const between = (corners: readonly Float32Array[], u: number, v: number): Float32Array => {
  const weights = [(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v];
  const length = Math.hypot(...weights);
  return corners[0]!.map((_, i) => corners.reduce((sum, corner, k) => sum + (weights[k]! / length) * corner[i]!, 0));
};

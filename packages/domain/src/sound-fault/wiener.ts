/** Gains that take noise from a sound, found from the sound alone. No Node module is used here. */

/** The share of frames that are taken for those with noise alone. */
const quietShare = 0.1;

/** How much of the ratio of the last frame, whose noise is gone, counts in that of the next. */
const memory = 0.92;

/** The lowest a priori ratio of sound and noise, -25 dB. */
const leastRatio = 0.003;

/** Frames with less power than this share of the mean of all are silent. */
const silentShare = 1e-3;

/** The frames that are not silent. */
export const soundingFrames = (powers: ArrayLike<number>, frames: number): readonly number[] => {
  const sums = new Float64Array(frames);
  for (let k = 0; k < powers.length; k++) sums[k % frames]! += powers[k]!;
  const least = (silentShare * sums.reduce((a, b) => a + b, 0)) / frames;
  return Array.from(sums.keys()).filter((frame) => sums[frame]! > least);
};

/**
 * The power of noise at each frequency: of the quietest tenth of frames, divided by the quantile of an exponential distribution, which powers
 * of noise have, and averaged with two frequencies on each side.
 * @param powers [bins * frames] @param among frames to look at
 * @returns [bins]
 */
export const noisePowers = (
  powers: ArrayLike<number>,
  frames: number,
  among: readonly number[] = soundingFrames(powers, frames),
): Float64Array => {
  const heard = new Float64Array(among.length);
  const quiet = Float64Array.from({ length: powers.length / frames }, (_, bin) => {
    for (let k = 0; k < among.length; k++) heard[k] = powers[bin * frames + among[k]!]!;
    heard.sort();
    return (heard[Math.floor(quietShare * heard.length)] ?? 0) / -Math.log(1 - quietShare);
  });
  return quiet.map((_, bin) => {
    const near = quiet.subarray(Math.max(0, bin - 2), bin + 3);
    return near.reduce((sum, value) => sum + value, 0) / near.length;
  });
};

/** A gain from the ratios of powers of sound and noise: a posteriori, with the noise in the sound, and a priori, without. */
export type GainRule = (post: number, prior: number) => number;

/** Wiener's filter. */
export const wienerRule: GainRule = (_, prior) => prior / (1 + prior);

/**
 * Gains of a spectrogram, with the a priori ratio by decision direction (Ephraim & Malah 1984; Scalart & Vieira Filho 1996).
 * @param powers [bins * frames] @param noise [bins], by default what {@link noisePowers} finds
 * @returns [bins * frames]
 */
export const noiseGains = (
  powers: ArrayLike<number>,
  frames: number,
  { rule = wienerRule, noise = noisePowers(powers, frames) }: { rule?: GainRule; noise?: Float64Array } = {},
): Float64Array => {
  const gains = new Float64Array(powers.length);
  for (const [bin, level] of noise.entries()) {
    let before = 0;
    for (let at = bin * frames; at < (bin + 1) * frames; at++) {
      const post = powers[at]! / (level + 1e-20);
      const gain = rule(post, Math.max(memory * before + (1 - memory) * Math.max(post - 1, 0), leastRatio));
      before = gain ** 2 * post;
      gains[at] = gain;
    }
  }
  return gains;
};

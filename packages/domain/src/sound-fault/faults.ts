/** What goes wrong with sounds: noise, clipping, gaps and a limited band, in windows of numbers. No Node module is used here. */

/** Uniform draws in [0, 1), one after the other. */
export type Draw = () => number;

/** A number of a range. */
export const between = (draw: Draw, [low = 0, high = low]: readonly number[]): number => low + (high - low) * draw();

/** The mean of squares of some numbers. */
export const power = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let t = 0; t < values.length; t++) sum += values[t]! ** 2;
  return values.length > 0 ? sum / values.length : 0;
};

/**
 * A sound with noise that has its power at a ratio.
 * @param from and @param to the frames whose power is that of the sound, and of the noise
 * @param snr in dB
 */
export const withNoise = (
  sound: Float64Array,
  noise: ArrayLike<number>,
  { from = 0, to = sound.length, snr }: { readonly from?: number; readonly to?: number; readonly snr: number },
): Float64Array => {
  let loud = 0;
  for (let t = from; t < to; t++) loud += noise[t]! ** 2 / (to - from);
  const gain = loud > 0 ? Math.sqrt(power(sound.subarray(from, to)) / loud / 10 ** (snr / 10)) : 0;
  return sound.map((value, t) => value + gain * noise[t]!);
};

/** The loudest number. */
const peakOf = (sound: Float64Array): number => sound.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** A sound clipped at a level in units of its loudest number. */
export const clipped = (sound: Float64Array, level: number): Float64Array => {
  const most = level * peakOf(sound);
  return sound.map((value) => Math.max(-most, Math.min(most, value)));
};

/** A sound with silence in place of some frames. */
export const withGap = (sound: Float64Array, from: number, count: number): Float64Array =>
  sound.slice().fill(0, from, from + count);

/**
 * A sound without frequencies above a limit, by a windowed sinc of 129 taps; their delay is taken out.
 * @param highest in units of half the rate
 */
export const bandLimited = (sound: Float64Array, highest: number): Float64Array => {
  const half = 64;
  const taps = Float64Array.from({ length: 2 * half + 1 }, (_, i) => {
    const t = i - half;
    const hann = 0.5 + 0.5 * Math.cos((Math.PI * t) / (half + 1));
    return t === 0 ? highest : (Math.sin(Math.PI * highest * t) / (Math.PI * t)) * hann;
  });
  return sound.map((_, t) => {
    let sum = 0;
    const first = Math.max(0, half - t);
    const last = Math.min(2 * half, sound.length - 1 - t + half);
    for (let i = first; i <= last; i++) sum += taps[i]! * sound[t + i - half]!;
    return sum;
  });
};

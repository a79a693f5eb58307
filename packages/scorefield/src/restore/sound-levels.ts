/** How loud a sound is, in parts: read block by block. */
import type { SoundSource } from "@scorefield/data";

/** In units of full scale. */
export interface SoundLevels {
  /** The lowest number, at most 0. */
  readonly low: number;
  /** The highest number, at least 0. */
  readonly high: number;
  /** Mean square. */
  readonly power: number;
  /** Root mean square of the quietest tenth of frames of a length that are not 0 throughout: what noise leaves of silence. */
  readonly quietest: number;
}

const quietShare = 0.1;

/**
 * Reads a sound once.
 * @param frame numbers of a frame, such as 20 ms
 * @throws the signal's reason when aborted
 */
export const loudness = async (source: SoundSource, frame: number, signal?: AbortSignal): Promise<SoundLevels> => {
  let [low, high, sum, count] = [0, 0, 0, 0];
  const powers: number[] = [];
  const block = frame * 256;
  for (let from = 0; from < source.frames; from += block) {
    signal?.throwIfAborted();
    const { data, shape } = await source.read(from, Math.min(block, source.frames - from));
    const [channels = 1, n = 0] = shape;
    for (const value of data) {
      low = Math.min(low, value);
      high = Math.max(high, value);
      sum += value ** 2;
    }
    count += data.length;
    for (let at = 0; at + frame <= n; at += frame) {
      let power = 0;
      for (let k = 0; k < channels; k++)
        for (let t = at; t < at + frame; t++) power += data[k * n + t]! ** 2 / (channels * frame);
      // Where there is nothing at all, there is no noise to measure.
      if (power > 0) powers.push(power);
    }
  }
  powers.sort((a, b) => a - b);
  const quiet = powers.slice(0, Math.max(1, Math.floor(quietShare * powers.length)));
  return {
    low,
    high,
    power: count > 0 ? sum / count : 0,
    quietest: powers.length > 0 ? Math.sqrt(quiet.reduce((a, b) => a + b, 0) / quiet.length) : 0,
  };
};

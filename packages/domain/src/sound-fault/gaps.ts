/** Gaps of a sound: runs of zeros between its numbers. No Node module is used here. */
import type { SoundSource } from "@scorefield/data";

/** A gap from one frame to before another, counted from the beginning of the sound. */
export type Gap = readonly [from: number, to: number];

/** Which runs of zeros are gaps. */
export interface GapOptions {
  /** Frames of the shortest; fewer may be zeros that the sound has. */
  readonly shortest: number;
  /** Frames of the longest; more are silence. */
  readonly longest: number;
  readonly signal?: AbortSignal | undefined;
}

const block = 65_536;

/**
 * Reads a sound once, block by block. Silence at its beginning and its end is no gap.
 * @returns the gaps of each channel in order
 * @throws the signal's reason when aborted
 */
export const findGaps = async (
  source: SoundSource,
  { shortest, longest, signal }: GapOptions,
): Promise<readonly (readonly Gap[])[]> => {
  const gaps: Gap[][] = Array.from({ length: source.channels }, () => []);
  // Before the first number that is not 0 nothing can have begun.
  const last = new Array<number>(source.channels).fill(Number.NEGATIVE_INFINITY);
  for (let first = 0; first < source.frames; first += block) {
    signal?.throwIfAborted();
    const { data, shape } = await source.read(first, Math.min(block, source.frames - first));
    const n = shape[1]!;
    for (const [k, found] of gaps.entries())
      for (let t = 0; t < n; t++) {
        if (data[k * n + t] === 0) continue;
        const zeros = first + t - last[k]! - 1;
        if (zeros >= shortest && zeros <= longest) found.push([last[k]! + 1, first + t]);
        last[k] = first + t;
      }
  }
  return gaps;
};

/**
 * Which frames of a window are in gaps: 1 there, else 0.
 * @param gaps in order @param from the first frame of the window @param length its frames
 */
export const insideGaps = (gaps: readonly Gap[], from: number, length: number): Uint8Array => {
  const inside = new Uint8Array(length);
  let [low, high] = [0, gaps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (gaps[middle]![1] <= from) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < gaps.length && gaps[i]![0] < from + length; i++)
    inside.fill(1, Math.max(0, gaps[i]![0] - from), Math.min(length, gaps[i]![1] - from));
  return inside;
};

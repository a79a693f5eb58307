/** Gaps of a sound that is to be restored. */
import type { SoundSource } from "@scorefield/data";
import { findGaps, type Gap } from "@scorefield/domain/sound-fault";
import { RunError } from "../errors.ts";

const shortestSeconds = 0.002;

/**
 * Runs of zeros of at least 2 ms, shorter than a window.
 * @param about `rate` in Hz, and `length` of a window in frames
 * @returns of each channel
 * @throws RunError for a sound without any, which would stay as it is; the signal's reason when aborted
 */
export const gapsToFill = async (
  owner: string,
  source: SoundSource,
  {
    rate,
    length,
    signal,
  }: { readonly rate: number; readonly length: number; readonly signal?: AbortSignal | undefined },
): Promise<readonly (readonly Gap[])[]> => {
  const shortest = Math.max(2, Math.round(shortestSeconds * rate));
  const gaps = await findGaps(source, { shortest, longest: length - 1, signal });
  if (gaps.every(({ length: count }) => count === 0))
    throw new RunError(
      `${owner}: expected gaps, which are runs of ${shortest} to ${length - 1} zeros within the sound at ${rate} Hz, found none`,
    );
  return gaps;
};

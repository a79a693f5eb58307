/** Tries again, while a queue or a store is away. */
import type { Clock } from "./clock.ts";
import { JobError } from "./job-error.ts";

/** Milliseconds before the second try, and the longest between two. */
export const [firstPause, longestPause] = [500, 30_000];

/**
 * Tries until it works, with longer and longer pauses.
 * @param say told of each error
 * @returns undefined where the signal was aborted before
 * @throws JobError for which another attempt is of no use
 */
export const persistently = async <T>(
  what: () => Promise<T>,
  {
    clock,
    signal,
    say,
  }: { readonly clock: Clock; readonly signal: AbortSignal; readonly say: (error: unknown) => void },
): Promise<{ readonly value: T } | undefined> => {
  for (let pause = firstPause; !signal.aborted; pause = Math.min(longestPause, 2 * pause)) {
    try {
      return { value: await what() };
    } catch (error) {
      if (error instanceof JobError && !error.again) throw error;
      say(error);
      await clock.sleep(pause, signal);
    }
  }
  return undefined;
};

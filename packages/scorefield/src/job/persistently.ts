/** Tries again, while a queue or a store is away. */
import type { Clock } from "./clock.ts";
import { JobError } from "./job-error.ts";

/** Milliseconds before the second try, and the longest between two. */
const [firstPause, longestPause] = [500, 30_000];
/** Milliseconds after which it is said that something is away. */
const patience = 3000;

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

/**
 * A function that tries until something works, and says so in words: once when it has not worked for some seconds, and once when it works
 * again.
 * @returns that function. It throws JobError for which another attempt is of no use, and the signal's reason
 */
export const patiently = ({
  clock,
  signal,
  say,
}: {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}) => {
  let said = false;
  return async <T>(what: () => Promise<T>): Promise<T> => {
    const begun = clock.now();
    const sayAway = (error: unknown): void => {
      if (said || clock.now() - begun < patience) return;
      said = true;
      say(`${error instanceof Error ? error.message : String(error)}; trying again. What is done is kept`);
    };
    const done = await persistently(what, { clock, signal, say: sayAway });
    if (!done) throw signal.reason;
    if (said) say("connected again");
    said = false;
    return done.value;
  };
};

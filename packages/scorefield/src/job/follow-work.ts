/** Follows work of a queue, by its news and by a look now and then, since news may be lost. */
import type { Clock } from "./clock.ts";
import type { JobFacts, JobQueue } from "./job-queue.ts";
import { patiently } from "./persistently.ts";
import type { QueueNews } from "./queue-news.ts";

/** What is followed, and by what. */
export interface FollowOptions {
  readonly queue: JobQueue;
  readonly news: QueueNews;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds between two looks at the queue. */
  readonly lookEvery: number;
  /** Told once when the queue has been away for some seconds, and once when it is back. */
  readonly say: (text: string) => void;
  /** Told how much the queue does not know any more, as when it was emptied or its server restarted without a file. It may throw. */
  readonly onGone?: (count: number) => void;
  /** Adds that again. */
  readonly add: () => Promise<unknown>;
}

/**
 * Follows work until `see` has seen enough, or the signal is aborted. While the queue is away it is tried again.
 * @param ids of the work, as of now
 * @param see is given what is known of the work, in order and without what the queue does not know; true ends it, and a number is
 *   of milliseconds after which it is asked again though there is no news
 * @throws what `see` and `onGone` throw, and JobError for which another attempt is of no use
 */
export const followWork = async (
  ids: () => readonly string[],
  see: (facts: readonly JobFacts[]) => Promise<true | number>,
  { queue, news, clock, signal, lookEvery, say, onGone = () => {}, add }: FollowOptions,
): Promise<void> => {
  const facts = new Map<string, JobFacts>();
  let fresh = new AbortController();
  const unlisten = news.listen(({ id, ...event }) => {
    const known = facts.get(id);
    if (!known) return;
    facts.set(id, { ...known, ...event });
    fresh.abort();
  });
  const still = patiently({ clock, signal, say });
  let goneBefore = false;
  try {
    while (!signal.aborted) {
      const listed = await still(() => queue.list(ids()));
      facts.clear();
      for (const one of listed) facts.set(one.id, one);
      // Work that is added may be listed a little later.
      const gone = ids().length - facts.size;
      if (gone > 0 && goneBefore) {
        onGone(gone);
        await still(add);
      }
      goneBefore = gone > 0;
      const until = clock.now() + lookEvery;
      while (!signal.aborted) {
        // News that come while they are looked at count.
        fresh = new AbortController();
        const next = await see(ids().flatMap((id) => facts.get(id) ?? []));
        if (next === true) return;
        const left = Math.min(next, until - clock.now());
        if (left > 0) await clock.sleep(left, AbortSignal.any([signal, fresh.signal]));
        if (clock.now() >= until) break;
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    unlisten();
  }
};

/** Waits for the results of a round: until all are there, or until its deadline with whoever came. */
import type { Clock } from "./clock.ts";
import { JobError } from "./job-error.ts";
import type { JobQueue } from "./job-queue.ts";
import { persistently } from "./persistently.ts";
import type { Store } from "./store.ts";
import { type Receipt, type Work, workId } from "./work.ts";

/** Milliseconds until a result is lost. A shared folder may show a new file to other machines only after its caches lapse. */
const lostAfter = 60_000;

/** A result that did not come in time, and why. */
export interface Missing<W> {
  readonly work: W;
  readonly id: string;
  readonly why: string;
}

/** What came of a round. */
export interface Collected<W> {
  /** In the order of the work. */
  readonly arrived: readonly { readonly work: W; readonly receipt: Receipt }[];
  readonly missing: readonly Missing<W>[];
}

/** What a wait needs. */
export interface CollectOptions {
  readonly queue: JobQueue;
  readonly store: Store;
  readonly title: string;
  /** Milliseconds after which the round closes if anybody came, Infinity for a round that waits for all. */
  readonly patience: number;
  readonly clock: Clock;
  /** Milliseconds between two looks at the queue, where it has no news. */
  readonly lookEvery: number;
  /** Ends a wait between two looks: there is news. */
  readonly news: () => AbortSignal;
  readonly signal: AbortSignal;
}

/**
 * Adds work to the queue and waits for its results. Results that are there already count: whoever coordinates may have died after they
 * came. What is missing at the end is cancelled.
 * @throws JobError where all work failed; the signal's reason
 */
export const collectRound = async <W extends Work>(
  works: readonly W[],
  { queue, store, title, patience, clock, lookEvery, news, signal }: CollectOptions,
): Promise<Collected<W>> => {
  const ids = works.map(workId);
  const receipts = new Map<string, Receipt>();
  const why = new Map<string, string>();
  const still = async <T>(what: () => Promise<T>): Promise<T> => {
    const done = await persistently(what, { clock, signal, say: () => {} });
    if (!done) throw signal.reason;
    return done.value;
  };
  const missing = (): string[] => ids.filter((id) => !receipts.has(id));
  const look = async (of: readonly string[]): Promise<void> => {
    for (const id of of) {
      const receipt = await still(() => store.receipt(id));
      if (receipt && (await still(() => store.has(receipt.content)))) receipts.set(id, receipt);
    }
  };
  const add = () => still(() => queue.add({ work: works.filter((_, i) => !receipts.has(ids[i]!)), title }));
  /** When results that are not there were looked for first, and whether they were made again since. */
  const lost = new Map<string, { readonly since: number; readonly again: boolean }>();
  /** What is done, but whose result does not come, is done again, once. */
  const redo = async (of: readonly string[]): Promise<void> => {
    for (const id of of) {
      if (receipts.has(id)) continue;
      const { since, again } = lost.get(id) ?? { since: clock.now(), again: false };
      const late = clock.now() - since >= lostAfter;
      if (late && again) why.set(id, `it is done, but its result is not in ${store.title}; do all machines share it?`);
      else if (late) await still(() => queue.retry([id], { done: true }));
      lost.set(id, late ? { since: clock.now(), again: true } : { since, again });
    }
  };
  let goneBefore = false;
  await look(ids);
  const begun = clock.now();
  try {
    if (missing().length > 0) {
      await add();
      // Of a round that was given up before.
      const facts = await still(() => queue.list(missing()));
      const given = facts.filter(({ state }) => state === "cancelled" || state === "dead").map(({ id }) => id);
      if (given.length > 0) await still(() => queue.retry(given));
    }
    while (missing().length > 0) {
      signal.throwIfAborted();
      // Taken before the look, so that news which come during it end the wait after it.
      const fresh = news();
      const facts = await still(() => queue.list(missing()));
      // A queue that was emptied is filled again.
      const gone = facts.length < missing().length;
      if (gone && goneBefore) await add();
      goneBefore = gone;
      const done = facts.filter(({ state }) => state === "done").map(({ id }) => id);
      await look(done);
      await redo(done);
      for (const { id, state, error } of facts)
        if (state === "dead" || state === "cancelled") why.set(id, error ?? `it was ${state}`);
      const open = missing().filter((id) => !why.has(id));
      if (open.length === 0) break;
      if (clock.now() - begun >= patience) {
        // Who was cut off from the queue may still have reached the store.
        await look(open);
        if (receipts.size > 0) break;
      }
      const left = patience - (clock.now() - begun);
      await clock.sleep(left > 0 ? Math.min(lookEvery, left) : lookEvery, AbortSignal.any([signal, fresh]));
    }
  } finally {
    const late = missing();
    if (late.length > 0) await queue.cancel(late).catch(() => {});
  }
  if (receipts.size === 0)
    throw new JobError(
      `${title}: expected at least one place to finish, found that all failed: ${[...why.values()][0]}; look at them with scorefield jobs, put it right, and continue with --resume`,
    );
  return {
    arrived: works.flatMap((work, i) => {
      const receipt = receipts.get(ids[i]!);
      return receipt ? [{ work, receipt }] : [];
    }),
    missing: works.flatMap((work, i) => {
      const id = ids[i]!;
      return receipts.has(id) ? [] : [{ work, id, why: why.get(id) ?? "it did not come before the deadline" }];
    }),
  };
};

/** Waits for the results of a round: until all are there, or until its deadline with whoever came. */
import type { Clock } from "./clock.ts";
import { followWork } from "./follow-work.ts";
import { JobError } from "./job-error.ts";
import type { JobFacts, JobQueue } from "./job-queue.ts";
import { patiently } from "./persistently.ts";
import type { QueueNews } from "./queue-news.ts";
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
  /** Milliseconds between two looks at the queue, beside its news. */
  readonly lookEvery: number;
  readonly news: QueueNews;
  readonly signal: AbortSignal;
  /** Told once when the queue or the store has been away for some seconds, and once when it is back. */
  readonly say: (text: string) => void;
}

/**
 * Adds work to the queue and waits for its results. Results that are there already count: whoever coordinates may have died after they
 * came. What is missing at the end is cancelled.
 * @throws JobError where all work failed; the signal's reason
 */
export const collectRound = async <W extends Work>(
  works: readonly W[],
  { queue, store, title, patience, clock, lookEvery, news, signal, say }: CollectOptions,
): Promise<Collected<W>> => {
  const ids = works.map(workId);
  const receipts = new Map<string, Receipt>();
  const why = new Map<string, string>();
  const still = patiently({ clock, signal, say });
  const missing = (): string[] => ids.filter((id) => !receipts.has(id));
  const look = async (of: readonly string[]): Promise<void> => {
    for (const id of of) {
      const receipt = await still(() => store.receipt(id));
      if (receipt && (await still(() => store.has(receipt.content)))) receipts.set(id, receipt);
    }
  };
  const add = () => queue.add({ work: works.filter((_, i) => !receipts.has(ids[i]!)), title });
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
  const see = async (facts: readonly JobFacts[]): Promise<true | number> => {
    const done = facts.filter(({ state }) => state === "done").map(({ id }) => id);
    await look(done);
    await redo(done);
    for (const { id, state, error } of facts)
      if (state === "dead" || state === "cancelled") why.set(id, error ?? `it was ${state}`);
    const open = missing().filter((id) => !why.has(id));
    if (open.length === 0) return true;
    const left = patience - (clock.now() - begun);
    if (left > 0) return left;
    // Who was cut off from the queue may still have reached the store.
    await look(open);
    return receipts.size > 0 || Number.POSITIVE_INFINITY;
  };
  await look(ids);
  const begun = clock.now();
  try {
    if (missing().length > 0) {
      await still(add);
      // Of a round that was given up before.
      const facts = await still(() => queue.list(missing()));
      const given = facts.filter(({ state }) => state === "cancelled" || state === "dead").map(({ id }) => id);
      if (given.length > 0) await still(() => queue.retry(given));
    }
    if (missing().length > 0)
      await followWork(missing, see, { ...{ queue, news, clock, signal, lookEvery, say }, add });
    signal.throwIfAborted();
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

/** A worker: takes work, holds it while it is done, keeps the result, and hands back what it cannot do. */
import { ArgumentError, checkOptions, type Known } from "@scorefield/core/calls";
import { type Clock, realClock } from "./clock.ts";
import { describeWork } from "./describe-work.ts";
import { JobError } from "./job-error.ts";
import type { JobQueue, Lease } from "./job-queue.ts";
import { persistently } from "./persistently.ts";
import type { Store } from "./store.ts";
import type { Content, Receipt, Work } from "./work.ts";

/**
 * Milliseconds that a worker rests after a failure which another may not have, and the longest. It is twice as long after each such
 * failure, and twice as long as the work waits for its next attempt (1, 2, 4, ... s), so that others are first. Else a machine with a full
 * disk, which is always free, would use up all attempts.
 */
const [firstRest, longestRest] = [2000, 600_000];

/** Milliseconds before the second look at a queue that is found empty. */
const firstLook = 5;

/** What work comes to, before its receipt. */
export interface Performed {
  readonly content: Content;
  readonly facts?: Receipt["facts"];
}

/** Does a piece of work. Its result depends on the work alone. */
export type Perform = (
  work: Work,
  options: { readonly signal: AbortSignal; readonly onProgress: (share: number) => void },
) => Promise<Performed>;

/** What a worker says. */
export interface WorkerEvent {
  readonly kind: "took" | "done" | "failed" | "lost" | "cancelled" | "returned" | "away" | "back";
  readonly worker: string;
  readonly id?: string;
  /** Such as `shard 3/64 of sample`. */
  readonly what?: string;
  readonly seconds?: number;
  /** What went wrong, and what happens next. */
  readonly message?: string;
}

/** How a worker works. */
export interface WorkerOptions {
  readonly queue: JobQueue;
  readonly store: Store;
  /** Which worker it is, for messages and receipts. */
  readonly name: string;
  /** What it computes with: it takes no work that asks for another. See `codeVersion`. */
  readonly code: string;
  readonly perform: Perform;
  /** Ends the worker. What it holds goes back to the queue. */
  readonly signal: AbortSignal;
  /** End when no work is waiting, default false. */
  readonly once?: boolean;
  /** Milliseconds between two renewals, default 500. */
  readonly renewEvery?: number;
  /**
   * The most milliseconds between two looks at an empty queue, default 500. After work the first look is soon, and each pause is twice as
   * long as the one before: where work follows work, as in training, it is taken at once.
   */
  readonly lookEvery?: number;
  readonly onEvent?: (event: WorkerEvent) => void;
  readonly clock?: Clock;
}

const known = {
  queue: true,
  store: true,
  name: true,
  code: true,
  perform: true,
  signal: true,
  once: true,
  renewEvery: true,
  lookEvery: true,
  onEvent: true,
  clock: true,
} satisfies Known<WorkerOptions>;

/** Errors of what was given, which no other machine does better: see `errors.ts`. */
const ofTheWork = new Set([
  "ArgumentError",
  "DataError",
  "DataTypeError",
  "RecipeError",
  "RunError",
  "ShapeError",
  "UsageError",
]);

const isPermanent = (error: unknown): boolean =>
  error instanceof JobError ? !error.again : error instanceof Error && ofTheWork.has(error.name);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Why work was stopped. */
type Stop = "lost" | "cancelled" | "worker";

/**
 * Works until the signal is aborted; with `once`, until nothing is waiting. A queue or a store that cannot be reached is tried again,
 * with longer and longer pauses.
 */
export const workOn = async (options: WorkerOptions): Promise<void> => {
  checkOptions("workOn", options, known);
  if (typeof options?.queue?.take !== "function" || !(options.signal instanceof AbortSignal))
    throw new ArgumentError("workOn: expected a queue, a store and the signal that ends it, found others");
  const { queue, store, name, code, perform, signal, clock = realClock } = options;
  const { once = false, renewEvery = 500, lookEvery = 500, onEvent = () => {} } = options;
  let away = false;
  const say = (kind: WorkerEvent["kind"], lease?: Lease, more: Partial<WorkerEvent> = {}): void =>
    onEvent({ kind, worker: name, ...(lease && { id: lease.id, what: describeWork(lease.work) }), ...more });
  const sayAway = (error: unknown): void => {
    if (!away) say("away", undefined, { message: `${messageOf(error)}; trying again` });
    away = true;
  };
  const sayBack = (): void => {
    if (away) say("back");
    away = false;
  };

  /** Renews a lease until `ended`; stops the work where it is no longer held. */
  const hold = async (lease: Lease, shareOf: () => number, stop: (why: Stop) => void, ended: AbortSignal) => {
    while (!ended.aborted) {
      await clock.sleep(renewEvery, ended);
      if (ended.aborted) return;
      try {
        const state = await queue.renew(lease, { share: shareOf() });
        sayBack();
        if (state !== "held") return stop(state);
      } catch (error) {
        // Work goes on: its result is kept whether or not the lease lapses.
        sayAway(error);
      }
    }
  };

  /** @returns milliseconds to pause before the next work */
  const doOne = async (lease: Lease, failures: number): Promise<number> => {
    const begun = clock.now();
    const [work, ended] = [new AbortController(), new AbortController()];
    let why: Stop | undefined;
    const stop = (reason: Stop): void => {
      why ??= reason;
      work.abort(new JobError(`stopped: ${reason}`, { again: true }));
    };
    const onStop = (): void => stop("worker");
    signal.addEventListener("abort", onStop);
    let share = 0;
    const holding = hold(lease, () => share, stop, ended.signal);
    const still = { clock, signal: work.signal, say: sayAway };
    try {
      if (signal.aborted) stop("worker");
      // An earlier attempt may have ended without the queue's hearing of it.
      const earlier = await persistently(async () => {
        const found = await store.receipt(lease.id);
        // A result that was lost is made again.
        return found && (await store.has(found.content)) ? found : undefined;
      }, still);
      let receipt = earlier?.value;
      if (!receipt) {
        const onProgress = (now: number): void => {
          share = now;
        };
        work.signal.throwIfAborted();
        const performed = await perform(lease.work, { signal: work.signal, onProgress });
        const seconds = (clock.now() - begun) / 1000;
        const kept = await persistently(
          () => store.putReceipt({ work: lease.id, ...performed, worker: name, seconds }),
          still,
        );
        receipt = kept?.value;
      }
      work.signal.throwIfAborted();
      const finished = await persistently(() => queue.finish(lease, receipt!), still);
      // A renewal on its way may have found the lease gone, since the work is done.
      if (!finished?.value) work.signal.throwIfAborted();
      sayBack();
      if (finished?.value) say("done", lease, { seconds: (clock.now() - begun) / 1000 });
      else say("lost", lease, { message: "another worker has it; its result is the same" });
      return 0;
    } catch (error) {
      if (why === "lost") {
        say("lost", lease, { message: "it was not renewed in time; another worker has it" });
        return 0;
      }
      if (why === "cancelled") {
        say("cancelled", lease);
        return 0;
      }
      if (why === "worker") {
        await queue.release(lease).catch(() => false);
        say("returned", lease, { message: "this worker stops; the work waits for another" });
        return 0;
      }
      const permanent = isPermanent(error);
      const next = permanent
        ? "another attempt is of no use"
        : lease.attempt >= lease.attempts
          ? "it was the last attempt"
          : `attempt ${lease.attempt + 1} of ${lease.attempts} follows`;
      const message = `${messageOf(error)}; ${next}`;
      say("failed", lease, { message });
      await persistently(() => queue.fail(lease, `${name}: ${messageOf(error)}`, permanent), {
        clock,
        signal,
        say: sayAway,
      });
      // What fails here may be this machine's fault, as a full disk is: others go first.
      return permanent ? 0 : Math.min(longestRest, firstRest * 2 ** Math.max(failures, lease.attempt - 1));
    } finally {
      ended.abort();
      signal.removeEventListener("abort", onStop);
      await holding;
    }
  };

  let failures = 0;
  let look = firstLook;
  while (!signal.aborted) {
    const taken = await persistently(() => queue.take({ name, code, signal }), { clock, signal, say: sayAway });
    if (!taken) break;
    sayBack();
    const lease = taken.value;
    if (!lease) {
      if (once) break;
      await clock.sleep(Math.min(look, lookEvery), signal);
      look = Math.min(lookEvery, 2 * look);
      continue;
    }
    look = firstLook;
    say("took", lease);
    const pause = await doOne(lease, failures);
    failures = pause > 0 ? failures + 1 : 0;
    if (pause > 0) await clock.sleep(pause, signal);
  }
};

/** A queue in this process: for one machine, for tests, and for simulated schedules. */
import { type Clock, realClock } from "./clock.ts";
import { describeWork } from "./describe-work.ts";
import {
  type Flow,
  type JobEvent,
  type JobFacts,
  type JobQueue,
  type JobState,
  type Lease,
  longestBackoff,
  mostLapses,
} from "./job-queue.ts";
import { type Receipt, type Work, workId, workSchema } from "./work.ts";

interface Entry {
  readonly id: string;
  readonly work: Work;
  readonly title: string;
  readonly priority: number;
  readonly attempts: number;
  readonly backoff: number;
  readonly order: number;
  /** What it waits for. */
  readonly after: readonly string[];
  state: JobState;
  attempt: number;
  lapses: number;
  /** Of the lease, or of the wait before the next attempt. */
  until: number;
  token: string;
  worker?: string | undefined;
  share?: number | undefined;
  error?: string | undefined;
  receipt?: Receipt | undefined;
}

/**
 * A queue in memory.
 * @param options `lease`: milliseconds that work is held without being renewed, default 30,000
 */
export const memoryQueue = ({
  clock = realClock,
  lease: leaseTime = 30_000,
}: {
  readonly clock?: Clock;
  readonly lease?: number;
} = {}): JobQueue => {
  const entries = new Map<string, Entry>();
  const watchers = new Set<(event: JobEvent) => void>();
  let taken = 0;

  const tell = (event: JobEvent): void => {
    for (const watcher of watchers) watcher(event);
  };
  const become = (entry: Entry, state: JobState): void => {
    entry.state = state;
    if (state !== "active") entry.token = "";
    const { id, worker, error } = entry;
    tell({
      id,
      state,
      ...(worker !== undefined && { worker }),
      ...(error !== undefined && (state === "dead" || state === "delayed") && { error }),
    });
  };
  const isReady = ({ after }: Entry): boolean => after.every((id) => entries.get(id)?.state === "done");

  /** What has happened by the clock alone. */
  const settle = (): void => {
    const now = clock.now();
    for (const entry of entries.values()) {
      if (entry.state === "active" && entry.until <= now) {
        entry.lapses += 1;
        entry.error = `${entry.worker} stopped answering`;
        become(entry, entry.lapses >= mostLapses ? "dead" : "waiting");
      } else if (entry.state === "delayed" && entry.until <= now) become(entry, "waiting");
      else if (entry.state === "held" && isReady(entry)) become(entry, "waiting");
    }
  };
  /** The entry of a lease that is still held. */
  const held = ({ id, token }: Lease): Entry | undefined => {
    settle();
    const entry = entries.get(id);
    return entry?.state === "active" && entry.token === token ? entry : undefined;
  };
  const chosen = (ids: readonly string[]): Entry[] => ids.flatMap((id) => entries.get(id) ?? []);

  const insert = (
    given: Work,
    { title, priority = 0, attempts = 5, backoff = 1000 }: Flow,
    after: readonly string[],
  ): string => {
    const work = workSchema.parse(given);
    const id = workId(work);
    if (!entries.has(id)) {
      const state = after.length > 0 ? "held" : "waiting";
      const about = { id, work, title, priority, attempts, backoff, order: entries.size, after };
      const entry: Entry = { ...about, state, attempt: 0, lapses: 0, until: 0, token: "" };
      entries.set(id, entry);
      become(entry, state);
    }
    return id;
  };

  return {
    add: async (flow) => {
      const ids = flow.work.map((work) => insert(work, flow, []));
      return { ids, ...(flow.last && { last: insert(flow.last, flow, ids) }) };
    },
    take: async ({ name, code }) => {
      settle();
      let next: Entry | undefined;
      for (const entry of entries.values()) {
        if (entry.state !== "waiting" || entry.work.code !== code) continue;
        if (!next || entry.priority < next.priority || (entry.priority === next.priority && entry.order < next.order))
          next = entry;
      }
      if (!next) return undefined;
      next.attempt += 1;
      next.worker = name;
      next.share = 0;
      next.until = clock.now() + leaseTime;
      become(next, "active");
      next.token = `${++taken}`;
      const { id, work, title, attempt, attempts, token } = next;
      return { id, work, title, attempt, attempts, token };
    },
    renew: async (lease, { share } = {}) => {
      const entry = held(lease);
      if (!entry) return entries.get(lease.id)?.state === "cancelled" ? "cancelled" : "lost";
      entry.until = clock.now() + leaseTime;
      if (share !== undefined && share !== entry.share) {
        entry.share = share;
        tell({ id: entry.id, share, worker: entry.worker! });
      }
      return "held";
    },
    finish: async (lease, receipt) => {
      const entry = held(lease);
      if (!entry) return false;
      entry.receipt = receipt;
      entry.error = undefined;
      become(entry, "done");
      settle();
      return true;
    },
    fail: async (lease, error, permanent = false) => {
      const entry = held(lease);
      if (!entry) return false;
      entry.error = error;
      entry.until = clock.now() + Math.min(longestBackoff, entry.backoff * 2 ** (entry.attempt - 1));
      become(entry, permanent || entry.attempt >= entry.attempts ? "dead" : "delayed");
      return true;
    },
    release: async (lease) => {
      const entry = held(lease);
      if (!entry) return false;
      entry.attempt -= 1;
      become(entry, "waiting");
      return true;
    },
    list: async (ids) => {
      settle();
      return (ids ? chosen(ids) : [...entries.values()]).map(
        ({ id, title, work, state, attempt, worker, share, error, receipt }): JobFacts => ({
          id,
          title,
          what: describeWork(work),
          state,
          attempt,
          code: work.code,
          ...(worker !== undefined && { worker }),
          ...(share !== undefined && { share }),
          ...(error !== undefined && { error }),
          ...(receipt && { receipt }),
        }),
      );
    },
    cancel: async (ids) => {
      settle();
      for (const entry of chosen(ids)) if (entry.state !== "done") become(entry, "cancelled");
    },
    retry: async (ids, { done = false } = {}) => {
      settle();
      for (const entry of chosen(ids)) {
        if (entry.state !== "dead" && entry.state !== "cancelled" && !(done && entry.state === "done")) continue;
        Object.assign(entry, { attempt: 0, lapses: 0, error: undefined });
        become(entry, isReady(entry) ? "waiting" : "held");
      }
    },
    async *watch(signal) {
      const events: JobEvent[] = [];
      let wake: () => void = () => {};
      const watcher = (event: JobEvent): void => {
        events.push(event);
        wake();
      };
      const stop = (): void => wake();
      watchers.add(watcher);
      signal.addEventListener("abort", stop);
      try {
        while (!signal.aborted) {
          if (events.length > 0) yield events.shift()!;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
      } finally {
        watchers.delete(watcher);
        signal.removeEventListener("abort", stop);
      }
    },
    close: async () => {},
  };
};

/** News of all queues of a server as one stream. */
import { QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import type { JobEvent, JobState } from "scorefield/job";
import { cancelledReason, shareOf } from "./job-data.ts";
import type { ServerOptions } from "./redis-address.ts";

/** Milliseconds between two looks for queues that were not there before. */
const lookEvery = 1000;

/** Milliseconds that a connection has to be closed cleanly. A server that is away never answers. */
const closingTime = 1000;

/** Closes a part of BullMQ, whether or not its server is there. */
export const closed = async (one: { close(): Promise<unknown>; disconnect(): Promise<unknown> }): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      void one.disconnect().catch(() => {});
      resolve();
    }, closingTime);
  });
  await Promise.race([one.close().catch(() => {}), late]);
  clearTimeout(timer);
};

interface Watched {
  readonly client: Redis;
  readonly options: ServerOptions;
  readonly prefix: string;
  /** Names of queues, with the code version of each. */
  readonly versionNames: () => Promise<ReadonlyMap<string, string>>;
  /** What to call when this process has made another one. */
  readonly looks: Set<() => void>;
  readonly signal: AbortSignal;
}

/** Events of all queues, from now until the signal is aborted, of queues that come later too. */
export async function* watchQueues({
  client,
  options,
  prefix,
  versionNames,
  looks,
  signal,
}: Watched): AsyncGenerator<JobEvent> {
  const waiting: JobEvent[] = [];
  const open: QueueEvents[] = [];
  let wake = (): void => {};
  const tell = (event: JobEvent): void => {
    waiting.push(event);
    wake();
  };
  const reasonOf = async (name: string, id: string): Promise<{ readonly error?: string }> => {
    const error = await client.hget(`${prefix}:${name}:${id}`, "failedReason").catch(() => null);
    return error ? { error } : {};
  };
  const names = new Set<string>();
  let over = false;
  const listen = async (name: string, later: boolean): Promise<void> => {
    const [last] = later ? [] : await client.xrevrange(`${prefix}:${name}:events`, "+", "-", "COUNT", 1);
    // A look may outlast the generator, which then closes nothing any more.
    if (over) return;
    const events = new QueueEvents(name, {
      connection: options,
      prefix,
      skipVersionCheck: true,
      blockingTimeout: 2000,
      lastEventId: last?.[0] ?? "0-0",
    });
    open.push(events);
    const become = (state: JobState) => {
      return ({ jobId: id }: { readonly jobId: string }) => tell({ id, state });
    };
    events.on("error", () => {});
    events.on("waiting", become("waiting"));
    events.on("active", become("active"));
    events.on("waiting-children", become("held"));
    events.on("completed", become("done"));
    events.on("progress", ({ jobId: id, data }) => tell({ id, ...shareOf(data) }));
    events.on("delayed", ({ jobId: id }) => {
      void reasonOf(name, id).then((error) => tell({ id, state: "delayed", ...error }));
    });
    events.on("stalled", ({ jobId: id }) => tell({ id, state: "waiting", error: "its worker stopped answering" }));
    events.on("failed", ({ jobId: id, failedReason: error }) =>
      tell(error === cancelledReason ? { id, state: "cancelled" } : { id, state: "dead", error }),
    );
    // Of our own, from cancel().
    events.on("cancelled" as "waiting", become("cancelled"));
  };
  const look = async (later: boolean): Promise<void> => {
    for (const name of (await versionNames()).keys()) {
      if (names.has(name)) continue;
      names.add(name);
      await listen(name, later);
    }
  };

  const stop = (): void => wake();
  signal.addEventListener("abort", stop);
  const lookAgain = (): void => void look(true).catch(() => {});
  looks.add(lookAgain);
  const timer = setInterval(lookAgain, lookEvery);
  try {
    await look(false);
    while (!signal.aborted) {
      if (waiting.length > 0) yield waiting.shift()!;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    over = true;
    clearInterval(timer);
    looks.delete(lookAgain);
    signal.removeEventListener("abort", stop);
    await Promise.all(open.map(closed));
  }
}

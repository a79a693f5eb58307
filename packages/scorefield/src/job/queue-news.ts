/** News of a queue, shared by all who wait for its work in this process. */
import type { JobEvent, JobQueue } from "./job-queue.ts";

/** News as they come. */
export interface QueueNews {
  /** @returns what ends it */
  listen(listener: (event: JobEvent) => void): () => void;
  /** Settles once the news have ended, by the signal or because the queue has none. */
  readonly ended: Promise<void>;
}

/** News from now until `signal` is aborted. A queue without news is looked at from time to time all the same. */
export const queueNews = (queue: JobQueue, signal: AbortSignal): QueueNews => {
  const listeners = new Set<(event: JobEvent) => void>();
  const pass = async (): Promise<void> => {
    for await (const event of queue.watch(signal)) for (const listener of listeners) listener(event);
  };
  return {
    ended: pass().catch(() => {}),
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};

import { expect, test } from "vitest";
import type { Clock } from "./clock.ts";
import { collectRound } from "./collect-round.ts";
import { receiptFor, someShards } from "./job-queue.case.ts";
import type { JobQueue } from "./job-queue.ts";
import { memoryQueue } from "./memory-queue.ts";
import { memoryStore } from "./memory-store.case.ts";
import { queueNews } from "./queue-news.ts";

/** A clock on which a sleep takes no time. */
const fastClock = (): Clock => {
  let now = 0;
  return {
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  };
};

const quiet = new AbortController().signal;

const waiting = (queue: JobQueue, signal = quiet) => ({
  ...{ queue, store: memoryStore(), title: "a round", patience: Number.POSITIVE_INFINITY, signal },
  ...{ clock: fastClock(), lookEvery: 250, news: queueNews(queue, signal), say: () => {} },
});

test("work whose result is not in this store is done once more, and not waited for without end", async () => {
  const queue = memoryQueue();
  const works = someShards(1);
  // A worker that keeps its results elsewhere.
  let times = 0;
  const list: JobQueue["list"] = async (ids) => {
    const lease = await queue.take({ name: "a", code: works[0]!.code });
    if (lease && (await queue.finish(lease, receiptFor(lease.id)))) times += 1;
    return queue.list(ids);
  };
  await expect(collectRound(works, waiting({ ...queue, list }))).rejects.toThrow(/its result is not in .*share it/);
  expect(times).toBe(2);
});

test("a round that is stopped while its work is added leaves none of it to the workers", async () => {
  const plain = memoryQueue();
  const controller = new AbortController();
  const queue: JobQueue = {
    ...plain,
    add: async (flow) => {
      const added = await plain.add(flow);
      controller.abort(new Error("stopped"));
      return added;
    },
  };
  await expect(collectRound(someShards(3), waiting(queue, controller.signal))).rejects.toThrow("stopped");
  expect((await plain.list()).map(({ state }) => state)).toEqual(new Array(3).fill("cancelled"));
});

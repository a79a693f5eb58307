import { expect, test } from "vitest";
import { someShards } from "./job-queue.case.ts";
import type { JobQueue } from "./job-queue.ts";
import { memoryQueue } from "./memory-queue.ts";
import { memoryStore } from "./memory-store.case.ts";
import { type WorkerEvent, workOn } from "./work-on.ts";

test("a renewal that comes after the end of the work does not make it lost", async () => {
  const plain = memoryQueue();
  let renewed: () => void = () => {};
  const renewal = new Promise<void>((resolve) => {
    renewed = resolve;
  });
  const queue: JobQueue = {
    ...plain,
    // The answer is on its way until a renewal has found the lease gone.
    finish: async (lease, receipt) => {
      const done = await plain.finish(lease, receipt);
      await renewal;
      return done;
    },
    renew: async (lease, progress) => {
      const state = await plain.renew(lease, progress);
      if (state === "lost") setTimeout(renewed, 5);
      return state;
    },
  };
  const [work] = someShards(1);
  await queue.add({ work: [work!], title: "a shard" });
  const store = memoryStore();
  const events: WorkerEvent[] = [];
  await workOn({
    ...{ queue, store, name: "a", code: work!.code, once: true, renewEvery: 2 },
    perform: async () => ({ content: await store.put(new Uint8Array(1)) }),
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
  });
  expect(events.map(({ kind }) => kind)).toEqual(["took", "done"]);
});

import { expect, test } from "vitest";
import { JobError } from "./job-error.ts";
import { someShards } from "./job-queue.case.ts";
import type { JobQueue } from "./job-queue.ts";
import { memoryQueue } from "./memory-queue.ts";
import { memoryStore } from "./memory-store.case.ts";
import { simulatedClock } from "./simulated-clock.case.ts";
import { type Perform, type WorkerEvent, workOn } from "./work-on.ts";

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

test("what fails on one machine is done by another that is free, before the first tries again", async () => {
  const clock = simulatedClock();
  const queue = memoryQueue({ clock });
  const store = memoryStore();
  const [work] = someShards(1);
  const stop = new AbortController();
  const events: WorkerEvent[] = [];
  const start = (name: string, perform: Perform): Promise<void> =>
    workOn({
      ...{ queue, store, name, code: work!.code, perform, clock, signal: stop.signal },
      onEvent: (event) => events.push(event),
    });
  const { ids } = await queue.add({ work: [work!], title: "a shard" });
  const full = start("full", async () => {
    throw new JobError("no room on the disk", { again: true });
  });
  const failures = () => events.filter(({ kind }) => kind === "failed").length;
  // Alone it tries again, after longer and longer rests.
  await clock.run(9000, () => failures() === 3);
  expect([failures(), clock.now()]).toEqual([3, 6000]);
  // The work waits for 4 s, and the first machine for 8 s.
  const good = start("good", async () => ({ content: await store.put(new Uint8Array(1)) }));
  await clock.run(20_000, () => events.some(({ kind }) => kind === "done"));
  expect(await queue.list(ids)).toMatchObject([{ state: "done", worker: "good" }]);
  expect(failures()).toBe(3);
  stop.abort();
  await Promise.all([full, good]);
});

test("a worker looks soon after its work, and less and less often at a queue that stays empty", async () => {
  const clock = simulatedClock();
  const plain = memoryQueue({ clock });
  const store = memoryStore();
  const looks: number[] = [];
  const queue: JobQueue = {
    ...plain,
    take: (worker) => {
      looks.push(clock.now());
      return plain.take(worker);
    },
  };
  const [work] = someShards(1);
  const stop = new AbortController();
  const working = workOn({
    ...{ queue, store, name: "a", code: work!.code, clock, signal: stop.signal },
    perform: async () => ({ content: await store.put(new Uint8Array(1)) }),
  });
  await clock.run(3000);
  const pauses = looks.slice(1).map((time, i) => time - looks[i]!);
  expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 320, 500, 500, 500, 500]);
  await plain.add({ work: [work!], title: "a shard" });
  looks.length = 0;
  await clock.run(600);
  // The first of them finds the work.
  expect(looks.slice(1, 4).map((time) => time - looks[0]!)).toEqual([0, 5, 15]);
  stop.abort();
  await working;
});

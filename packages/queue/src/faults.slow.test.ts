/** What may happen to workers: each piece of work is done all the same, and once. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JobError, type Perform, type WorkerEvent, workOn } from "scorefield/job";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { someShards } from "../../scorefield/src/job/job-queue.case.ts";
import { memoryStore } from "../../scorefield/src/job/memory-store.case.ts";
import { type RedisQueue, redisQueue } from "./redis-queue.ts";
import { cutProxy } from "./testing/cut-proxy.ts";
import { hasRedis, type RedisServer, startRedis } from "./testing/redis-server.ts";

const passed = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));
const until = async (what: () => Promise<boolean> | boolean, seconds = 30): Promise<void> => {
  for (const end = Date.now() + 1000 * seconds; !(await what()); await passed(50))
    if (Date.now() > end) throw new Error("waited for too long");
};

describe.skipIf(!hasRedis)("workers over Redis", () => {
  let server: RedisServer;
  const prefix = "faults";
  const folder = mkdtempSync(join(tmpdir(), "scorefield-faults-"));
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  /** A worker of this process. */
  const start = (queue: RedisQueue, store: ReturnType<typeof memoryStore>, name: string, perform: Perform) => {
    const stop = new AbortController();
    const events: WorkerEvent[] = [];
    const ended = workOn({
      queue,
      store,
      name,
      code: "a",
      perform,
      signal: stop.signal,
      onEvent: (event) => events.push(event),
    });
    return {
      events,
      end: async () => {
        stop.abort();
        await ended;
        await queue.close();
      },
    };
  };
  const storing =
    (store: ReturnType<typeof memoryStore>, time: number): Perform =>
    async (work, { signal }) => {
      await passed(time);
      signal.throwIfAborted();
      return { content: await store.put(new TextEncoder().encode(JSON.stringify(work))) };
    };

  // Nearly all of its time is waiting.
  test("one that is cut off for 30 s, six times its lease, finishes nothing twice, and works on when it is back", async () => {
    const [lease, away] = [5000, 30_000];
    const proxy = await cutProxy(server.port);
    const [near, far] = [
      await redisQueue(server.url, { prefix, lease }),
      await redisQueue(`redis://127.0.0.1:${proxy.port}`, { prefix, lease }),
    ];
    const client = await redisQueue(server.url, { prefix, lease });
    const store = memoryStore();
    // What the server says was finished, each time that it was.
    const finished: string[] = [];
    const looking = new AbortController();
    const watched = (async () => {
      for await (const { id, state } of client.watch(looking.signal)) if (state === "done") finished.push(id);
    })();
    const { ids } = await client.add({ work: someShards(40), title: "t" });
    const cut = start(far, store, "cut", storing(store, 1000));
    await until(() => cut.events.some(({ kind }) => kind === "took"));
    proxy.cut();
    const other = start(near, store, "other", storing(store, 500));
    await passed(away);
    // What was taken by the one that is cut off is done by the other, before it is back.
    expect((await client.list(ids)).map(({ state, worker }) => [state, worker])).toEqual(
      ids.map(() => ["done", "other"]),
    );
    expect(cut.events.map(({ kind }) => kind)).toEqual(["took", "away"]);
    // What it sent meanwhile arrives now.
    proxy.mend();
    const after = await client.add({ work: someShards(41).slice(40), title: "more" });
    await until(() => cut.events.some(({ kind }) => kind === "back"));
    await until(async () => (await client.list(after.ids)).every(({ state }) => state === "done"));
    await until(() => cut.events.some(({ kind }) => kind === "lost"));
    await until(() => finished.length >= 41);
    await passed(200);
    looking.abort();
    await watched;
    expect(finished.sort()).toEqual([...ids, ...after.ids].sort());
    expect(store.receipts.size).toBe(41);
    await Promise.all([cut.end(), other.end(), client.close(), proxy.close()]);
  }, 60_000);

  test("the work of one whose disk is full goes to another", async () => {
    const open = (): Promise<RedisQueue> => redisQueue(server.url, { prefix: "full" });
    const store = memoryStore();
    const full = start(await open(), store, "full", async () => {
      throw new JobError(`${folder}: no room on the disk`, { again: true });
    });
    const client = await open();
    const { ids } = await client.add({ work: someShards(6), title: "t", backoff: 100 });
    await until(() => full.events.some(({ kind }) => kind === "failed"));
    const good = start(await open(), store, "good", storing(store, 50));
    await until(async () => (await client.list(ids)).every(({ state }) => state === "done"));
    expect((await client.list(ids)).map(({ worker }) => worker)).toEqual(Array(6).fill("good"));
    expect(full.events.find(({ kind }) => kind === "failed")!.message).toMatch(/no room.*attempt 2 of 5 follows/);
    await Promise.all([full.end(), good.end(), client.close()]);
  });

  test("work that is cancelled stops within a second, also while it is done", async () => {
    const open = (): Promise<RedisQueue> => redisQueue(server.url, { prefix: "cancelled" });
    const store = memoryStore();
    const worker = start(await open(), store, "w", (_, { signal }) => {
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    const client = await open();
    const { ids } = await client.add({ work: someShards(3), title: "t" });
    await until(() => worker.events.some(({ kind }) => kind === "took"));
    const begun = performance.now();
    await client.cancel(ids);
    await until(() => worker.events.some(({ kind }) => kind === "cancelled"));
    expect(performance.now() - begun).toBeLessThan(1000);
    await passed(300);
    expect(worker.events.filter(({ kind }) => kind === "took")).toHaveLength(1);
    await Promise.all([worker.end(), client.close()]);
  });

  test("a worker that stops hands its work back within a second", async () => {
    const open = (): Promise<RedisQueue> => redisQueue(server.url, { prefix: "stopped" });
    const store = memoryStore();
    const client = await open();
    await client.add({ work: someShards(1), title: "t" });
    const worker = start(await open(), store, "w", (_, { signal }) => {
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    await until(() => worker.events.some(({ kind }) => kind === "took"));
    const begun = performance.now();
    await worker.end();
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(await client.take({ name: "next", code: "a" })).toMatchObject({ attempt: 1 });
    await client.close();
  });

  test("watching ends, and a queue is closed, while the server is away for good", async () => {
    const own = await startRedis();
    const queue = await redisQueue(own.url);
    await queue.add({ work: someShards(1), title: "t" });
    const stop = new AbortController();
    const watching = (async () => {
      for await (const _ of queue.watch(stop.signal));
    })();
    await passed(300);
    await own.close();
    await passed(300);
    stop.abort();
    const begun = Date.now();
    await watching;
    await queue.close();
    expect(Date.now() - begun).toBeLessThan(5000);
  }, 20_000);
});

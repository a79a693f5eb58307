import { afterEach, describe, expect, test } from "vitest";
import { gathering, receiptFor, someShards } from "../job/job-queue.case.ts";
import { memoryQueue } from "../job/memory-queue.ts";
import { memoryStore } from "../job/memory-store.case.ts";
import type { ServedQueue } from "../job/queue-package.ts";
import { type Content, workId } from "../job/work.ts";
import { called } from "../testing/called-command.ts";
import type { Output } from "./output.ts";
import { waitForFlow } from "./wait-for-flow.ts";

const before = { queue: process.env.SCOREFIELD_QUEUE, store: process.env.SCOREFIELD_STORE };
afterEach(() => {
  for (const [name, value] of [
    ["SCOREFIELD_QUEUE", before.queue],
    ["SCOREFIELD_STORE", before.store],
  ] as const)
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
});

describe("command lines", () => {
  test.each([
    [["worker", "--store", "."], /expected --queue, the address of a queue/],
    [["worker", "--queue", "redis://h"], /expected --store, a folder that all machines share/],
    [["worker", "--queue", "http://u:secret@h", "--store", "."], /expected an address such as redis:\/\/localhost/],
    [["worker", "--queue", "redis://u:secret@127.0.0.1:1", "--store", "."], /no Redis server listens there; start one/],
    [["jobs", "lst", "--queue", "redis://h"], /expected list, watch, cancel or retry, found lst; did you mean list/],
    [["jobs", "list", "abc", "--queue", "redis://h"], /expected no ids, found abc/],
    [["sample", "no-run", "--queue", "redis://h"], /--queue: expected --out with it/],
    [
      ["sample", "no-run", "--queue", "redis://h", "--out", "x.csv", "--shard", "1/2"],
      /--queue and --shard: expected one/,
    ],
    [["sample", "no-run", "--queue", "redis://h", "--out", "x.csv"], /expected --store/],
    [["sample", "no-run", "--parts", "3"], /--parts is for work over a queue; add --queue/],
    [["restore", "no-run", "--queue-prefix", "a"], /--queue-prefix is for work over a queue/],
    [
      ["likelihood", "no-run", "--queue", "redis://h", "--store", ".", "--out", "x.xlsx"],
      /expected .csv, .tsv with --queue, found .xlsx/,
    ],
  ] as const)("%j is answered before any work", async (args, message) => {
    delete process.env.SCOREFIELD_QUEUE;
    delete process.env.SCOREFIELD_STORE;
    const { code, stderr } = await called(...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("secret");
  });
});

describe("waiting for work", () => {
  const said: string[] = [];
  const out: Output = { json: false, text: () => {}, result: () => {}, remark: (text) => void said.push(text) };
  const served = (queue: ReturnType<typeof memoryQueue>): ServedQueue => ({
    ...queue,
    title: "memory",
    remarks: [],
    versions: async () => [],
  });
  const work = someShards(2);
  const flow = { work, last: gathering(work), title: "sample run" };
  const worker = { name: "w", code: "a" };
  const never = new AbortController().signal;
  const take = async (queue: ServedQueue) => (await queue.take(worker))!;

  test("gives the content of the last of it, and who worked", async () => {
    const [queue, store] = [served(memoryQueue()), memoryStore()];
    const waiting = waitForFlow(flow, { queue, store, out, signal: never });
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (let k = 0; k < 3; k++) {
      const one = await take(queue);
      await store.putReceipt(receiptFor(one.id));
      await queue.finish(one, receiptFor(one.id));
    }
    expect(await waiting).toMatchObject({ content: receiptFor("").content, parts: 2, workers: ["w"] });
  });

  test("says why work is dead, once all else is done; given again, it is tried again", async () => {
    const [queue, store] = [served(memoryQueue()), memoryStore()];
    const means = { queue, store, out, signal: never };
    const waiting = waitForFlow(flow, means);
    const failed = expect(waiting).rejects.toThrow(
      /shard 1\/2 of sample: given up after 1 attempt: w: no luck; what is done is kept in memory/,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    const [one, two] = [await take(queue), await take(queue)];
    await queue.fail(one, "w: no luck", true);
    await store.putReceipt({ ...receiptFor(two.id), content: await store.put(new Uint8Array(1)) });
    await queue.finish(two, receiptFor(two.id));
    await failed;
    expect(said.join("\n")).toMatch(/shard 1\/2 of sample: given up: w: no luck/);
    const again = waitForFlow(flow, means);
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (let k = 0; k < 2; k++) {
      const next = await take(queue);
      await store.putReceipt(receiptFor(next.id));
      await queue.finish(next, receiptFor(next.id));
    }
    expect((await again).parts).toBe(2);
  });

  test("is cancelled with all its work by the user", async () => {
    const [queue, store, stop] = [served(memoryQueue()), memoryStore(), new AbortController()];
    const waiting = waitForFlow(flow, { queue, store, out, signal: stop.signal });
    await new Promise((resolve) => setTimeout(resolve, 50));
    stop.abort();
    await expect(waiting).rejects.toThrow("stopped; 0 of 2 parts are kept: give the command again to go on");
    expect((await queue.list()).map(({ state }) => state)).toEqual(Array(3).fill("cancelled"));
  });

  /** Does work until `done` pieces of it are done. */
  const workUntil = async (queue: ServedQueue, done: number, finish: (id: string) => Promise<unknown>) => {
    for (let k = 0; k < done; ) {
      const one = await queue.take(worker);
      if (!one) await new Promise((resolve) => setTimeout(resolve, 20));
      else {
        await finish(one.id);
        await queue.finish(one, receiptFor(one.id));
        k += 1;
      }
    }
  };

  test("says so where the result is in another store, after all was done again", async () => {
    const [queue, store] = [served(memoryQueue()), memoryStore()];
    await queue.add(flow);
    await workUntil(queue, 3, async () => {});
    const waiting = waitForFlow(flow, { queue, store, out, signal: never });
    const failed = expect(waiting).rejects.toThrow(/its result is not in memory; was it done with another store/);
    await workUntil(queue, 3, async () => {});
    await failed;
  });

  test("results that were lost are made again, and those of parts before what is made of them", async () => {
    const [queue, store] = [served(memoryQueue()), memoryStore()];
    const finish = async (id: string) => {
      await store.putReceipt({ ...receiptFor(id), content: await store.put(new TextEncoder().encode(id)) });
    };
    const { last } = await queue.add(flow);
    await workUntil(queue, 3, finish);
    const lost = new Set([(await store.receipt(work.map(workId)[0]!))!, (await store.receipt(last!))!]);
    const gone = new Set([...lost].map(({ content }) => content.sha256));
    const harmed = { ...store, has: async (content: Content) => !gone.has(content.sha256) && store.has(content) };
    said.length = 0;
    const waiting = waitForFlow(flow, { queue, store: harmed, out, signal: never });
    const order: string[] = [];
    await workUntil(queue, 2, async (id) => {
      order.push(id);
      gone.delete((await store.receipt(id))!.content.sha256);
    });
    expect((await waiting).parts).toBe(2);
    expect(order).toEqual([workId(work[0]!), last]);
    expect(said.join()).toContain("2 pieces of this work were done, but their results are not in memory");
  });

  test("work that is gone from the queue is said and added again", async () => {
    const store = memoryStore();
    const inner = [memoryQueue(), memoryQueue()];
    const now = () => inner[0]!;
    const queue = served({
      ...now(),
      add: (given) => now().add(given),
      take: (by) => now().take(by),
      list: (ids) => now().list(ids),
      finish: (lease, receipt) => now().finish(lease, receipt),
    });
    said.length = 0;
    const waiting = waitForFlow(flow, { queue, store, out, signal: never });
    await new Promise((resolve) => setTimeout(resolve, 50));
    inner.shift();
    await workUntil(queue, 3, (id) => store.putReceipt(receiptFor(id)));
    expect((await waiting).parts).toBe(2);
    expect(said.join()).toMatch(/3 pieces of its work are gone from memory.*added again/);
  }, 15_000);
});

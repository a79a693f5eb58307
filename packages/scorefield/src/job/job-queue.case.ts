/** What every queue does: see {@link JobQueue}. */
import { expect, test } from "vitest";
import type { JobQueue, Lease } from "./job-queue.ts";
import { type GatherWork, type Receipt, type ShardWork, type Work, workId } from "./work.ts";

const hash = (n: number): string => n.toString(16).padStart(64, "0");

/** Some shards of one whole. */
export const someShards = (parts: number, code = "a"): ShardWork[] =>
  Array.from({ length: parts }, (_, i) => ({
    kind: "shard",
    code,
    command: "sample",
    run: { sha256: hash(1), bytes: 10, folder: true },
    options: { count: 10 * parts, seed: 3 },
    inputs: {},
    part: i + 1,
    parts,
    ending: ".csv",
  }));

/** What puts them together. */
export const gathering = (work: readonly Work[], code = "a"): GatherWork => ({
  kind: "gather",
  code,
  shards: work.map(workId),
  ending: ".csv",
});

/** A receipt of some content. */
export const receiptFor = (id: string, worker = "w"): Receipt => ({
  work: id,
  content: { sha256: hash(7), bytes: 3 },
  worker,
  seconds: 0.1,
});

/**
 * Tests of a queue.
 * @param open an empty queue with a lease of this many milliseconds, and how to let time pass
 */
export const queueCases = (
  open: (
    lease: number,
  ) => Promise<{ readonly queue: JobQueue; readonly pass: (milliseconds: number) => Promise<void> }>,
): void => {
  const worker = { name: "w", code: "a" };
  const lease = 1500;
  const taken = async (queue: JobQueue, from = worker): Promise<Lease> => {
    const found = await queue.take(from);
    if (!found) throw new Error("expected work, found none");
    return found;
  };
  const stateOf = async (queue: JobQueue, id: string) => (await queue.list([id]))[0]?.state;

  test("work is taken in order, each piece once, and done when it is finished", async () => {
    const { queue } = await open(lease);
    const work = someShards(3);
    const { ids } = await queue.add({ work, title: "t" });
    expect(ids).toEqual(work.map(workId));
    const held = [await taken(queue), await taken(queue), await taken(queue)];
    expect(held.map(({ id }) => id)).toEqual(ids);
    expect(held.map(({ work }) => work)).toEqual(work);
    expect(await queue.take(worker)).toBeUndefined();
    for (const one of held) expect(await queue.finish(one, receiptFor(one.id))).toBe(true);
    const all = await queue.list(ids);
    expect(all.map(({ state }) => state)).toEqual(["done", "done", "done"]);
    expect(all[1]!.receipt).toEqual(receiptFor(ids[1]!));
    expect(await queue.finish(held[0]!, receiptFor(held[0]!.id))).toBe(false);
    await queue.close();
  });

  test("work that is added twice is there once, also after it is done", async () => {
    const { queue } = await open(lease);
    const work = someShards(2);
    await queue.add({ work, title: "t" });
    await queue.add({ work, title: "t" });
    for (let k = 0; k < 2; k++) {
      const one = await taken(queue);
      await queue.finish(one, receiptFor(one.id));
    }
    await queue.add({ work, title: "t" });
    expect(await queue.take(worker)).toBeUndefined();
    expect(await queue.list()).toHaveLength(2);
    await queue.close();
  });

  test("what waits for all of a flow begins when the last of it is done", async () => {
    const { queue } = await open(lease);
    const work = someShards(2);
    const { last } = await queue.add({ work, last: gathering(work), title: "t" });
    const [one, two] = [await taken(queue), await taken(queue)];
    expect(await stateOf(queue, last!)).toBe("held");
    await queue.finish(two, receiptFor(two.id));
    expect(await queue.take(worker)).toBeUndefined();
    await queue.finish(one, receiptFor(one.id));
    const then = await taken(queue);
    expect(then.id).toBe(last);
    expect(then.work).toEqual(gathering(work));
    await queue.close();
  });

  test("a lease that is renewed is held, and one that is not lapses: another worker has the work, and the first cannot finish it", async () => {
    const { queue, pass } = await open(lease);
    const [work] = someShards(1);
    await queue.add({ work: [work!], title: "t" });
    const first = await taken(queue);
    for (let k = 0; k < 4; k++) {
      await pass(lease / 2);
      expect(await queue.renew(first, { share: k / 4 })).toBe("held");
      expect(await queue.take({ name: "other", code: "a" })).toBeUndefined();
    }
    await pass(2 * lease);
    const second = await taken(queue, { name: "other", code: "a" });
    expect(second.id).toBe(first.id);
    expect(await queue.renew(first)).toBe("lost");
    expect(await queue.finish(first, receiptFor(first.id))).toBe(false);
    expect(await queue.fail(first, "late")).toBe(false);
    expect(await queue.release(first)).toBe(false);
    expect(await queue.finish(second, receiptFor(second.id, "other"))).toBe(true);
    expect((await queue.list())[0]).toMatchObject({ state: "done", worker: "other" });
    await queue.close();
  });

  test("work that fails is tried again later and later, and is dead after its last attempt; retry tries it once more", async () => {
    const { queue, pass } = await open(lease);
    const [work] = someShards(1);
    const { ids } = await queue.add({ work: [work!], title: "t", attempts: 2, backoff: 400 });
    const first = await taken(queue);
    expect([first.attempt, first.attempts]).toEqual([1, 2]);
    expect(await queue.fail(first, "no luck")).toBe(true);
    expect(await queue.take(worker)).toBeUndefined();
    expect((await queue.list(ids))[0]).toMatchObject({ state: "delayed", error: "no luck" });
    await pass(600);
    const second = await taken(queue);
    expect(second.attempt).toBe(2);
    await queue.fail(second, "none again");
    await pass(2000);
    expect(await queue.take(worker)).toBeUndefined();
    expect((await queue.list(ids))[0]).toMatchObject({ state: "dead", error: "none again" });
    await queue.retry(ids);
    const third = await taken(queue);
    expect(await queue.fail(third, "for ever", true)).toBe(true);
    expect(await stateOf(queue, ids[0]!)).toBe("dead");
    await queue.close();
  });

  test("work that is handed back waits again at once, without an attempt", async () => {
    const { queue } = await open(lease);
    const [work] = someShards(1);
    await queue.add({ work: [work!], title: "t" });
    expect(await queue.release(await taken(queue))).toBe(true);
    expect((await taken(queue)).attempt).toBe(1);
    await queue.close();
  });

  test("work for another version of the code is not taken", async () => {
    const { queue } = await open(lease);
    await queue.add({ work: someShards(1, "b"), title: "t" });
    expect(await queue.take(worker)).toBeUndefined();
    expect((await queue.list())[0]).toMatchObject({ state: "waiting", code: "b" });
    expect((await taken(queue, { name: "w", code: "b" })).work.code).toBe("b");
    await queue.close();
  });

  test("urgent work goes first", async () => {
    const { queue } = await open(lease);
    const [one, two] = someShards(2);
    await queue.add({ work: [one!], title: "later", priority: 10 });
    await queue.add({ work: [two!], title: "soon", priority: 1 });
    expect((await taken(queue)).title).toBe("soon");
    expect((await taken(queue)).title).toBe("later");
    await queue.close();
  });

  test("cancelled work is not taken; its worker learns of it when it renews; retry brings it back", async () => {
    const { queue } = await open(lease);
    const work = someShards(2);
    const { ids, last } = await queue.add({ work, last: gathering(work), title: "t" });
    const first = await taken(queue);
    await queue.cancel([...ids, last!]);
    expect(await queue.renew(first)).toBe("cancelled");
    expect(await queue.finish(first, receiptFor(first.id))).toBe(false);
    expect(await queue.take(worker)).toBeUndefined();
    expect((await queue.list([...ids, last!])).map(({ state }) => state)).toEqual(Array(3).fill("cancelled"));
    await queue.retry([...ids, last!]);
    for (let k = 0; k < 2; k++) {
      const one = await taken(queue);
      expect(ids).toContain(one.id);
      await queue.finish(one, receiptFor(one.id));
    }
    expect((await taken(queue)).id).toBe(last);
    await queue.close();
  });

  test("what is done is done again where it is asked for, since its result was lost", async () => {
    const { queue } = await open(lease);
    const work = someShards(2);
    const { ids, last } = await queue.add({ work, last: gathering(work), title: "t" });
    for (let k = 0; k < 3; k++) {
      const one = await taken(queue);
      await queue.finish(one, receiptFor(one.id));
    }
    await queue.retry(ids);
    expect(await queue.take(worker)).toBeUndefined();
    for (const id of [ids[0]!, last!]) {
      await queue.retry([id], { done: true });
      const one = await taken(queue);
      expect(one).toMatchObject({ id, attempt: 1 });
      await queue.finish(one, receiptFor(id));
      expect(await queue.take(worker)).toBeUndefined();
    }
    expect((await queue.list()).map(({ state }) => state)).toEqual(Array(3).fill("done"));
    await queue.close();
  });

  test("news tell of states and of progress", async () => {
    const { queue, pass } = await open(lease);
    const stop = new AbortController();
    const events: unknown[] = [];
    const watching = (async () => {
      for await (const event of queue.watch(stop.signal)) events.push(event);
    })();
    await pass(100);
    const { ids } = await queue.add({ work: someShards(1), title: "t" });
    const one = await taken(queue);
    await queue.renew(one, { share: 0.5 });
    await queue.finish(one, receiptFor(one.id));
    await pass(300);
    stop.abort();
    await watching;
    const id = ids[0]!;
    expect(events).toContainEqual(expect.objectContaining({ id, share: 0.5 }));
    expect(events).toContainEqual(expect.objectContaining({ id, state: "active" }));
    expect(events).toContainEqual(expect.objectContaining({ id, state: "done" }));
    await queue.close();
  });
};

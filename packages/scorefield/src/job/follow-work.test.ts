import { expect, test } from "vitest";
import { followWork } from "./follow-work.ts";
import { JobError } from "./job-error.ts";
import { receiptFor, someShards } from "./job-queue.case.ts";
import type { JobFacts, JobQueue } from "./job-queue.ts";
import { memoryQueue } from "./memory-queue.ts";
import { queueNews } from "./queue-news.ts";
import { simulatedClock } from "./simulated-clock.case.ts";

/** Follows two shards in a queue of memory, until both are done. */
const followed = async (change: (plain: JobQueue, now: () => number) => Partial<JobQueue> = () => ({})) => {
  const clock = simulatedClock();
  const plain = memoryQueue({ clock });
  const queue: JobQueue = { ...plain, ...change(plain, clock.now) };
  const work = someShards(2);
  const add = () => plain.add({ work, title: "t" });
  const { ids } = await add();
  const stop = new AbortController();
  const said: string[] = [];
  const gone: number[] = [];
  const looks: { readonly at: number; readonly done: number }[] = [];
  const see = async (facts: readonly JobFacts[]): Promise<true | number> => {
    const done = facts.filter(({ state }) => state === "done").length;
    looks.push({ at: clock.now(), done });
    return done === 2 || Number.POSITIVE_INFINITY;
  };
  const options = {
    ...{ queue, clock, lookEvery: 2000, news: queueNews(queue, stop.signal), signal: stop.signal, add },
    say: (text: string) => void said.push(text),
    onGone: (count: number) => void gone.push(count),
  };
  const ended = { is: false };
  const following = followWork(() => ids, see, options).then(() => {
    ended.is = true;
  });
  const finish = async (): Promise<void> => {
    const lease = (await plain.take({ name: "w", code: "a" }))!;
    await plain.finish(lease, receiptFor(lease.id));
  };
  return { clock, said, gone, looks, finish, stop, following, hasEnded: () => ended.is };
};

test("news are seen at once, not first at the next look", async () => {
  const { clock, looks, finish, following, stop, hasEnded } = await followed();
  await clock.run(500);
  await finish();
  await clock.run(0);
  await finish();
  await clock.run(0, hasEnded);
  await following;
  expect(looks[0]).toEqual({ at: 0, done: 0 });
  expect(looks.at(-1)).toEqual({ at: 500, done: 2 });
  stop.abort();
});

test("a queue that is away for long is said once, and so is that it is back; a short while is not", async () => {
  for (const [away, count] of [
    [60_000, 2],
    [1000, 0],
  ] as const) {
    const { clock, said, finish, following, stop, hasEnded } = await followed((plain, now) => ({
      watch: async function* () {},
      list: async (ids) => {
        if (now() > 0 && now() <= away) throw new JobError("the queue is away", { again: true });
        return plain.list(ids);
      },
    }));
    await clock.run(1500);
    await finish();
    await finish();
    expect(await clock.run(2 * away + 10_000, hasEnded)).toBe(true);
    await following;
    expect(said).toHaveLength(count);
    if (count > 0) expect(said).toEqual(["the queue is away; trying again. What is done is kept", "connected again"]);
    stop.abort();
  }
});

test("what is gone from the queue is added again, once it was missed twice", async () => {
  let emptied = false;
  const { clock, gone, finish, following, stop, hasEnded } = await followed((plain, now) => ({
    list: async (ids) => {
      emptied = now() >= 2000 && now() < 6000;
      return emptied ? [] : plain.list(ids);
    },
  }));
  await clock.run(3000);
  expect(gone).toEqual([]);
  await clock.run(3000);
  expect(gone).toEqual([2]);
  await finish();
  await finish();
  await clock.run(5000, hasEnded);
  await following;
  stop.abort();
});

test("it ends without an error when it is stopped, also while the queue is away", async () => {
  const { clock, stop, following } = await followed(() => ({
    list: async () => {
      throw new JobError("away", { again: true });
    },
  }));
  await clock.run(10_000);
  stop.abort(new Error("stopped"));
  await following;
});

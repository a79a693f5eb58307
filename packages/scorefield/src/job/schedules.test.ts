/**
 * Random schedules of workers that are killed, cut off and slow, with the real worker loop on a simulated clock and network (as
 * FoundationDB is tested; Zhou et al. 2021). Each seed is one schedule, and always the same.
 */
import { uniform } from "@scorefield/core";
import { expect, test } from "vitest";
import { sha256 } from "./identity.ts";
import { JobError } from "./job-error.ts";
import { gathering, someShards } from "./job-queue.case.ts";
import type { JobQueue } from "./job-queue.ts";
import { memoryQueue } from "./memory-queue.ts";
import { memoryStore } from "./memory-store.case.ts";
import { type SimulatedClock, simulatedClock } from "./simulated-clock.case.ts";
import type { Store } from "./store.ts";
import type { Work } from "./work.ts";
import { type Perform, type WorkerEvent, workOn } from "./work-on.ts";

/** What goes wrong in a schedule. */
interface Trouble {
  /** Mean milliseconds of a worker's life; killed ones are replaced. */
  readonly life: number;
  /** Chance that a message is lost, and that an answer is. */
  readonly lost: number;
  /** Mean milliseconds between two times in which a worker is cut off, and of each. */
  readonly connected: number;
  readonly cutOff: number;
  /** Chance that work fails on a machine. */
  readonly failing: number;
  /** Chance that a process stands still for longer than a lease. */
  readonly standing: number;
}

const [lease, shardTime, shards, workers] = [3000, 2000, 12, 4];

const drawsOf = (seed: number): (() => number) => {
  let [block, at] = [0, 0];
  let values = uniform([4096], { seed, step: 0 }).data;
  return () => {
    if (at === values.length) {
      block += 1;
      at = 0;
      values = uniform([4096], { seed, step: block }).data;
    }
    return values[at++]!;
  };
};

const never = new Promise<never>(() => {});

/** A process on a machine: it may be killed, and hears and says nothing while it is cut off. */
const machine = (clock: SimulatedClock, draw: () => number, { lost, connected, cutOff }: Trouble) => {
  let alive = true;
  const exponential = (mean: number): number => -mean * Math.log(1 - draw());
  let cutFrom = exponential(connected);
  let cutTo = cutFrom + exponential(cutOff);
  const offline = (): boolean => {
    while (clock.now() >= cutTo) {
      cutFrom = cutTo + exponential(connected);
      cutTo = cutFrom + exponential(cutOff);
    }
    return clock.now() >= cutFrom;
  };
  const away = (): JobError => new JobError("the network is away", { again: true });
  /** A call over the network: the message takes time, may be lost, and so may the answer. */
  const call = async <T>(what: () => Promise<T>): Promise<T> => {
    if (!alive) return never;
    await clock.sleep(1 + 20 * draw());
    if (!alive) return never;
    if (offline() || draw() < lost) {
      await clock.sleep(200);
      throw away();
    }
    const answer = await what();
    await clock.sleep(1 + 20 * draw());
    if (!alive) return never;
    if (offline() || draw() < lost) throw away();
    return answer;
  };
  /** The object, each of whose functions is called over the network. */
  const over = <T extends object>(object: T): T =>
    new Proxy(object, {
      get: (from, key) => {
        const value = from[key as keyof T];
        return typeof value === "function"
          ? (...values: unknown[]) => call(async () => (value as (...all: unknown[]) => unknown)(...values))
          : value;
      },
    });
  const own: SimulatedClock = {
    ...clock,
    sleep: async (milliseconds, signal) => {
      await clock.sleep(milliseconds, signal);
      if (!alive) return never;
    },
  };
  return {
    over,
    clock: own,
    kill: () => {
      alive = false;
    },
    alive: () => alive,
  };
};

/** As clients of stores try calls again by themselves. */
const thrice = async <T>(what: () => Promise<T>): Promise<T> => what().catch(() => what().catch(what));

/** What shard i of the work is. */
const bytesOf = (work: Work): Uint8Array => {
  if (work.kind !== "shard") throw new Error("expected a shard");
  return new TextEncoder().encode(`rows of part ${work.part} of ${work.parts}, seed ${work.options.seed}\n`);
};

/** One schedule. @returns what is to be checked */
const schedule = async (seed: number, trouble: Trouble) => {
  const draw = drawsOf(seed);
  const clock = simulatedClock();
  const queue = memoryQueue({ clock, lease });
  const store = memoryStore();
  const events: WorkerEvent[] = [];
  const finished = new Map<string, number>();
  const counted: JobQueue = {
    ...queue,
    finish: async (held, receipt) => {
      const right = await queue.finish(held, receipt);
      if (right) finished.set(held.id, (finished.get(held.id) ?? 0) + 1);
      return right;
    },
  };
  const performOn =
    (own: SimulatedClock, far: Store): Perform =>
    async (work, { signal, onProgress }) => {
      if (work.kind === "gather") {
        const parts: Uint8Array[] = [];
        for (const id of work.shards) {
          const receipt = await thrice(() => far.receipt(id));
          if (!receipt) throw new JobError(`shard ${id} has no receipt`);
          parts.push(await thrice(() => far.get(receipt.content)));
        }
        return { content: await thrice(() => far.put(Buffer.concat(parts))) };
      }
      for (let step = 0; step < 4; step++) {
        await own.sleep((shardTime / 4) * (0.5 + draw()), signal);
        signal.throwIfAborted();
        onProgress((step + 1) / 4);
        if (draw() < trouble.failing / 4) throw new JobError("no space left on this device", { again: true });
        // A process that is swapped out, or a machine that sleeps: it goes on later as if nothing had been.
        if (draw() < trouble.standing / 4) await own.sleep(lease * (1 + 2 * draw()));
      }
      return { content: await far.put(bytesOf(work)) };
    };

  const work = someShards(shards).map((one) => ({ ...one, options: { ...one.options, seed } }));
  const { last } = await queue.add({ work, last: gathering(work), title: "simulated", attempts: 40, backoff: 100 });
  let ended = false;
  let begun = 0;
  const startWorker = (): void => {
    begun += 1;
    const own = machine(clock, draw, trouble);
    const stop = new AbortController();
    const far = own.over(store as Store);
    void workOn({
      queue: own.over(counted),
      store: far,
      name: `worker ${begun}`,
      code: "a",
      perform: performOn(own.clock, far),
      signal: stop.signal,
      onEvent: (event) => own.alive() && events.push(event),
      clock: own.clock,
    });
    void (async () => {
      await clock.sleep(-trouble.life * Math.log(1 - draw()));
      if (ended) return stop.abort();
      own.kill();
      await clock.sleep(1000 * draw());
      startWorker();
    })();
  };
  for (let k = 0; k < workers; k++) startWorker();
  const done = await clock.run(3_600_000, () => finished.has(last!));
  ended = true;
  return { done, time: clock.now(), queue, store, work, last: last!, finished, events, begun };
};

/** Eight kinds of trouble in turn, from none to all. */
const troubleOf = (seed: number): Trouble => ({
  life: seed & 1 ? 6000 : 1e9,
  lost: seed & 2 ? 0.05 : 0,
  connected: seed & 2 ? 15_000 : 1e9,
  cutOff: 4000,
  failing: seed & 4 ? 0.1 : 0,
  standing: seed & 4 ? 0.1 : 0,
});

const schedules = 200;

test(`${schedules} schedules: every shard is there once, and the whole is right`, async () => {
  const seen = { killed: 0, lost: 0, failed: 0, away: 0, slowest: 0 };
  for (let seed = 1; seed <= schedules; seed++) {
    const { done, time, queue, store, work, last, finished, events, begun } = await schedule(seed, troubleOf(seed));
    const about = `schedule ${seed}`;
    expect(done, `${about}: all is done within an hour`).toBe(true);
    const facts = await queue.list();
    expect(
      facts.map(({ state }) => state),
      about,
    ).toEqual(Array(shards + 1).fill("done"));
    expect([...finished.values()], `${about}: each finished once`).toEqual(Array(shards + 1).fill(1));
    expect(store.receipts.size, about).toBe(shards + 1);
    const whole = Buffer.concat(work.map(bytesOf));
    expect(store.receipts.get(last)!.content.sha256, `${about}: the whole`).toBe(sha256(whole));
    for (const fact of facts) expect(fact.receipt, about).toEqual(store.receipts.get(fact.id));
    for (const { kind } of events) if (kind === "lost" || kind === "failed" || kind === "away") seen[kind] += 1;
    seen.killed += begun - workers;
    seen.slowest = Math.max(seen.slowest, time);
  }
  // The schedules held what they are for.
  expect(seen.killed).toBeGreaterThan(200);
  for (const kind of ["lost", "failed", "away"] as const) expect(seen[kind], kind).toBeGreaterThan(50);
});

test("a schedule is the same each time", async () => {
  const [one, two] = [await schedule(7, troubleOf(7)), await schedule(7, troubleOf(7))];
  expect(one.events).toEqual(two.events);
  expect(one.time).toBe(two.time);
});

test("without trouble, work is done in about the time that it takes", async () => {
  const { time } = await schedule(8, troubleOf(8));
  expect(time).toBeGreaterThan((0.8 * shards * shardTime) / workers);
  expect(time).toBeLessThan((1.6 * shards * shardTime) / workers + 1500);
});

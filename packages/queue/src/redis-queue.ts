/** A queue over Redis, by BullMQ: each code version has its own, so that no worker is ever given work of another. */
import { randomUUID } from "node:crypto";
import { FlowProducer, type Job, Queue, QueueEventsProducer, UnrecoverableError, Worker } from "bullmq";
import { Redis } from "ioredis";
import {
  type Flow,
  JobError,
  type JobFacts,
  type Lease,
  mostLapses,
  type QueueSettings,
  realClock,
  type ServedQueue,
  sha256,
  type Work,
  workId,
  workSchema,
} from "scorefield/job";
import { checkSettings } from "./check-settings.ts";
import { attemptOf, cancelledReason, factsOf, type JobData, readJob, stateOf } from "./job-data.ts";
import { closed, watchQueues } from "./job-events.ts";
import { redisAddress, redisError, type ServerOptions } from "./redis-address.ts";
import { serverRemarks } from "./server-remarks.ts";

/** Options of {@link redisQueue}. */
export type RedisQueueOptions = QueueSettings;

/** A queue over Redis. */
export type RedisQueue = ServedQueue;

const optionTypes = {
  password: "string",
  ca: "string",
  prefix: "string",
  lease: "number",
  rate: "number",
} satisfies Record<keyof RedisQueueOptions, string>;

const types = ["waiting", "prioritized", "delayed", "active", "waiting-children", "completed", "failed"] as const;
/** Jobs that are over stay for a week, so that work which is added again is known. */
const kept = { age: 7 * 24 * 3600 };

/** Milliseconds between two tries at the end of a rate's wait, since clocks differ a little. */
const shortestWait = 10;

const checkedWork = (given: Work): Work => {
  const parsed = workSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new JobError(`add: expected work, found other data: ${issue?.path.join(".")}: ${issue?.message}`);
};

/** Whether BullMQ refused something because the lease is another's, or the job no longer there. */
const isLost = (error: unknown): boolean => [-1, -2, -3, -6].includes((error as { code?: number }).code ?? 0);

/**
 * Connects to a Redis server (6.2 or later, or one that speaks as it does). One append-only file and the policy `noeviction` let it lose nothing: see `remarks`.
 * @param address `redis://user:password@host:port`, or `rediss://` for TLS
 * @throws JobError for a wrong address or option, and where the server cannot be reached; no password is in its message
 */
export const redisQueue = async (address: string, settings: RedisQueueOptions = {}): Promise<RedisQueue> => {
  checkSettings("redisQueue", settings, optionTypes);
  const { password, ca, prefix = "scorefield", lease: leaseTime = 10_000, rate } = settings;
  if (typeof address !== "string") throw new JobError(`redisQueue: expected an address, found ${typeof address}`);
  if (!/^[\w.-]{1,100}$/.test(prefix))
    throw new JobError(`the queue: expected a prefix of letters, digits, - and _, found ${prefix}`);
  if (!(leaseTime >= 1000)) throw new JobError(`the queue: expected a lease of at least 1000 ms, found ${leaseTime}`);
  if (rate !== undefined && !(rate > 0)) throw new JobError(`the queue: expected a positive rate, found ${rate}`);
  const { title, options } = redisAddress(address, {
    ...(password !== undefined && { password }),
    ...(ca !== undefined && { ca }),
  });
  const remarks = serverRemarks(title, await firstInfo(title, options));
  const client = new Redis(options);
  client.on("error", () => {});
  await new Promise<void>((resolve) => client.once("ready", () => resolve()));
  const keys = { versions: `${prefix}:versions`, cancelled: `${prefix}:cancelled` };
  const common = { connection: client, prefix, skipVersionCheck: true };
  const flows = new FlowProducer(common);
  flows.on("error", () => {});

  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw redisError(title, error);
    }
  };
  /** `work`, or false where the lease is no longer held. */
  const whileHeld = (work: () => Promise<unknown>): Promise<boolean> =>
    guarded(async () => {
      try {
        await work();
        return true;
      } catch (error) {
        if (isLost(error)) return false;
        throw error;
      }
    });

  /** The queue of a code version. */
  const nameOf = (code: string): string => `work-${sha256(code).slice(0, 16)}`;
  const queues = new Map<string, Queue>();
  const producers = new Map<string, QueueEventsProducer>();
  const workers = new Map<string, Worker>();
  const made = <T extends { on(event: "error", listener: () => void): unknown }>(
    all: Map<string, T>,
    name: string,
    make: () => T,
  ): T => {
    const one = all.get(name) ?? make();
    if (!all.has(name)) one.on("error", () => {});
    all.set(name, one);
    return one;
  };
  const queueNamed = (name: string): Queue => made(queues, name, () => new Queue(name, common));
  const waitingIn = (name: string, ...more: readonly "delayed"[]): Promise<number> =>
    queueNamed(name).getJobCountByTypes("waiting", "prioritized", ...more);
  const producerOf = (name: string): QueueEventsProducer =>
    made(producers, name, () => new QueueEventsProducer(name, common));
  const workerOf = (code: string, name: string): Worker =>
    made(workers, `${nameOf(code)} ${name}`, () => {
      const worker = new Worker(nameOf(code), null, {
        ...common,
        name,
        autorun: false,
        lockDuration: leaseTime,
        stalledInterval: leaseTime / 4,
        maxStalledCount: mostLapses - 1,
        ...(rate !== undefined && { limiter: { max: 1, duration: 1000 / rate } }),
      });
      void worker.startStalledCheckTimer().catch(() => {});
      return worker;
    });
  const versionNames = async (): Promise<Map<string, string>> => {
    const codes = await client.hgetall(keys.versions);
    return new Map(Object.entries(codes));
  };
  /** What watchers do when there is a queue that was not there before. */
  const looks = new Set<() => void>();
  /** Jobs with their queues. */
  const find = async (ids: readonly string[]): Promise<{ readonly job: Job; readonly queue: Queue }[]> => {
    const names = [...(await versionNames()).keys()];
    const found = await Promise.all(
      ids.map(async (id) => {
        for (const name of names) {
          const queue = queueNamed(name);
          const job = await queue.getJob(id);
          if (job) return [{ job, queue }];
        }
        return [];
      }),
    );
    return found.flat();
  };

  /** Jobs that are held by leases of this process. */
  const held = new Map<string, Job>();
  const heldJob = ({ token, id }: Lease): Job => {
    const job = held.get(token);
    if (job?.id !== id) throw Object.assign(new Error("no such lease"), { code: -2 });
    return job;
  };
  const isCancelled = async (id: string): Promise<boolean> => (await client.sismember(keys.cancelled, id)) === 1;
  const dropCancelled = (job: Job, token: string): Promise<unknown> =>
    job.moveToFailed(new UnrecoverableError(cancelledReason), token);

  const jobOf = (work: Work, { title: name, priority = 0, attempts = 5, backoff = 1000 }: Flow) => {
    const data: JobData = { work, title: name };
    return {
      name: work.kind,
      queueName: nameOf(work.code),
      data,
      opts: {
        jobId: workId(work),
        attempts,
        backoff: { type: "exponential", delay: backoff },
        removeOnComplete: kept,
        removeOnFail: kept,
        ...(priority > 0 && { priority }),
      },
    };
  };

  return {
    title,
    remarks,
    add: (flow) =>
      guarded(async () => {
        const works = flow.work.map(checkedWork);
        const last = flow.last && checkedWork(flow.last);
        const codes = new Set([...works, ...(last ? [last] : [])].map(({ code }) => code));
        if (last && codes.size > 1)
          throw new JobError("add: expected work of one code version in a flow, found several");
        for (const code of codes)
          if (await client.hset(keys.versions, nameOf(code), code)) for (const look of looks) look();
        const jobs = works.map((work) => jobOf(work, flow));
        if (last) await flows.add({ ...jobOf(last, flow), children: jobs });
        else
          for (const code of codes)
            await queueNamed(nameOf(code)).addBulk(jobs.filter(({ queueName }) => queueName === nameOf(code)));
        return { ids: works.map(workId), ...(last && { last: workId(last) }) };
      }),
    take: ({ name, code, signal }) =>
      guarded(async () => {
        const worker = workerOf(code, name);
        // It has a connection of its own, which is closed cleanly only after it was opened.
        await worker.waitUntilReady();
        while (true) {
          const token = randomUUID();
          // Its blocking take waits for up to 10 s in one command, and no command here may: see commandTimeout.
          const job = (await worker.getNextJob(token, { block: false })) as Job | undefined;
          if (!job) {
            // Work that waits for the rate alone is waiting all the same.
            if (rate === undefined || (await waitingIn(nameOf(code))) === 0) return undefined;
            const left = await queueNamed(nameOf(code)).getRateLimitTtl(1);
            await realClock.sleep(Math.max(left, shortestWait), signal);
            if (signal?.aborted) return undefined;
            continue;
          }
          const read = readJob(job);
          const attempts = job.opts.attempts ?? 1;
          if ("wrong" in read || read.work.code !== code || job.deferredFailure) {
            const why =
              "wrong" in read
                ? read.wrong
                : `its workers stopped answering ${mostLapses} times, ${job.processedBy} last`;
            await job.moveToFailed(new UnrecoverableError(why), token);
            continue;
          }
          if (await isCancelled(job.id!)) {
            await dropCancelled(job, token);
            continue;
          }
          await job.updateProgress({ share: 0, worker: name });
          held.set(token, job);
          return { id: job.id!, work: read.work, title: read.title, attempt: attemptOf(job), attempts, token };
        }
      }),
    renew: (lease, { share } = {}) =>
      guarded(async () => {
        const job = held.get(lease.token);
        const [extended, cancelled] = await Promise.all([
          job ? job.extendLock(lease.token, leaseTime) : 0,
          isCancelled(lease.id),
        ]);
        if (cancelled) {
          if (extended && job) await dropCancelled(job, lease.token).catch(() => {});
          held.delete(lease.token);
          return "cancelled";
        }
        if (!extended || !job) return "lost";
        const worker = job.processedBy ?? "";
        if (share !== undefined && share !== (job.progress as { share?: number }).share)
          await job.updateProgress({ share, worker });
        return "held";
      }),
    finish: async (lease, receipt) => {
      const done = await whileHeld(async () => {
        const job = heldJob(lease);
        if (await isCancelled(lease.id)) {
          await dropCancelled(job, lease.token);
          throw Object.assign(new Error(cancelledReason), { code: -2 });
        }
        await job.moveToCompleted(receipt, lease.token, false);
      });
      held.delete(lease.token);
      return done;
    },
    fail: async (lease, error, permanent = false) => {
      const last = permanent || lease.attempt >= lease.attempts;
      const failure = last ? new UnrecoverableError(error) : new Error(error);
      const failed = await whileHeld(async () => heldJob(lease).moveToFailed(failure, lease.token));
      held.delete(lease.token);
      return failed;
    },
    release: async (lease) => {
      const released = await whileHeld(async () => heldJob(lease).moveToWait(lease.token));
      held.delete(lease.token);
      return released;
    },
    list: (ids) =>
      guarded(async () => {
        const cancelled = new Set(await client.smembers(keys.cancelled));
        const facts = (job: Job, state: string): JobFacts =>
          factsOf(job, cancelled.has(job.id!) && state !== "completed" ? "cancelled" : stateOf(state));
        if (ids) {
          const found = await find(ids);
          return await Promise.all(found.map(async ({ job, queue }) => facts(job, await queue.getJobState(job.id!))));
        }
        const all: JobFacts[] = [];
        for (const name of (await versionNames()).keys())
          for (const type of types)
            for (const job of await queueNamed(name).getJobs([type])) if (job) all.push(facts(job, type));
        // A job that moved on between two looks is listed once.
        return [...new Map(all.map((one) => [one.id, one])).values()];
      }),
    cancel: (ids) =>
      guarded(async () => {
        for (const { job, queue } of await find(ids)) {
          if ((await queue.getJobState(job.id!)) === "completed") continue;
          await client.sadd(keys.cancelled, job.id!);
          await producerOf(queue.name).publishEvent({ eventName: "cancelled", jobId: job.id! });
        }
      }),
    retry: (ids, { done = false } = {}) =>
      guarded(async () => {
        for (const { job, queue } of await find(ids)) {
          const cancelled = (await client.srem(keys.cancelled, job.id!)) === 1;
          const state = await queue.getJobState(job.id!);
          if (state === "failed" || (done && state === "completed")) {
            // Lapses are counted from the beginning too.
            await client.hdel(queue.toKey(job.id!), "stc", "defa");
            await job.retry(state, { resetAttemptsMade: true, resetAttemptsStarted: true });
          } else if (cancelled) await producerOf(queue.name).publishEvent({ eventName: "waiting", jobId: job.id! });
        }
      }),
    watch: (signal) => watchQueues({ client, options, prefix, versionNames, looks, signal }),
    versions: () =>
      guarded(async () => {
        const names = [...(await versionNames())];
        return await Promise.all(
          names.map(async ([name, code]) => ({
            code,
            waiting: await waitingIn(name, "delayed"),
          })),
        );
      }),
    close: async () => {
      const all = [...workers.values(), ...queues.values(), ...producers.values(), flows];
      await Promise.all(all.map((one) => closed({ close: () => one.close(true), disconnect: () => one.disconnect() })));
      client.disconnect();
    },
  };
};

/** What the server says of itself, which shows that it can be reached. */
const firstInfo = async (title: string, options: ServerOptions): Promise<string> => {
  const client = new Redis({ ...options, lazyConnect: true, retryStrategy: () => null });
  let last: Error | undefined;
  client.on("error", (error: Error) => {
    last = error;
  });
  try {
    await client.connect();
    return await client.info();
  } catch (error) {
    throw redisError(title, last ?? error);
  } finally {
    client.disconnect();
  }
};

/** Work of a queue, while the user watches. */
import { JobError } from "../job/job-error.ts";
import type { Flow, JobFacts } from "../job/job-queue.ts";
import type { ServedQueue } from "../job/queue-package.ts";
import type { Store } from "../job/store.ts";
import type { Content, Work } from "../job/work.ts";
import { Interrupted } from "./interrupt.ts";
import type { Output } from "./output.ts";
import { progress } from "./progress.ts";

/** What all the work came to. */
export interface FlowResult {
  readonly content: Content;
  readonly parts: number;
  /** Who did it. */
  readonly workers: readonly string[];
  readonly seconds: number;
}

interface Means {
  readonly queue: ServedQueue;
  readonly store: Store;
  readonly out: Output;
  readonly signal: AbortSignal;
}

/** Milliseconds between two looks, beside the queue's own news. */
const lookEvery = 2000;
/** Milliseconds that the queue may be away. */
const patience = 600_000;

/** How many workers are named in a line, and how many failures are printed one by one. */
const shown = 4;
/** Milliseconds until it is said that nobody takes the work. */
const lonely = 10_000;
/** How often work that is gone from the queue is added again. */
const mostAdded = 3;

/** Who works now, in a few words. */
const workersText = (jobs: readonly JobFacts[]): string => {
  const names = [
    ...new Set(jobs.flatMap(({ state, worker }) => (state === "active" && worker ? [worker] : []))),
  ].sort();
  if (names.length === 0) return "no worker";
  const more = names.length > shown ? ` and ${names.length - shown} more` : "";
  return `${names.length === 1 ? "worker" : `${names.length} workers:`} ${names.slice(0, shown).join(", ")}${more}`;
};

const shareDone = ({ state, share = 0 }: JobFacts): number => (state === "done" ? 1 : state === "active" ? share : 0);

/** What keeps it from ever being done, once nothing else moves. */
const obstacleOf = (jobs: readonly JobFacts[], store: Store): JobError | undefined => {
  if (jobs.some(({ state }) => state === "waiting" || state === "active" || state === "delayed")) return undefined;
  const [dead, ...more] = jobs.filter(({ state }) => state === "dead");
  if (dead)
    return new JobError(
      `${dead.what}: given up after ${dead.attempt} ${dead.attempt === 1 ? "attempt" : "attempts"}: ${dead.error}${more.length > 0 ? ` (and ${more.length} other pieces of work)` : ""}; what is done is kept in ${store.title}. Remove the cause and give the command again, or see scorefield jobs list --state dead`,
    );
  const cancelled = jobs.find(({ state }) => state === "cancelled");
  return cancelled && new JobError(`${cancelled.what}: cancelled; give the command again to go on`);
};

/**
 * Facts of the work as news come in, and now and then anew, since news may be lost.
 * @param see whether that is all
 * @param addAgain adds what the queue does not know any more, as when it was emptied or its server restarted without a file
 */
const follow = async (
  ids: readonly string[],
  { queue, signal }: Means,
  see: (jobs: readonly JobFacts[]) => Promise<boolean>,
  addAgain: (gone: number) => Promise<void>,
): Promise<void> => {
  const facts = new Map<string, JobFacts>();
  const stop = new AbortController();
  let wake = (): void => {};
  const onAbort = (): void => {
    stop.abort();
    wake();
  };
  signal.addEventListener("abort", onAbort);
  let changed = false;
  const ours = new Set(ids);
  const watching = (async () => {
    for await (const { id, ...news } of queue.watch(stop.signal)) {
      const known = facts.get(id);
      if (!ours.has(id) || !known) continue;
      facts.set(id, { ...known, ...news });
      changed = true;
      wake();
    }
  })().catch(() => {});
  let since = performance.now();
  let goneBefore = false;
  try {
    while (!signal.aborted) {
      try {
        const listed = await queue.list(ids);
        facts.clear();
        for (const one of listed) facts.set(one.id, one);
        const gone = ids.length - facts.size;
        if (gone > 0 && goneBefore) await addAgain(gone);
        goneBefore = gone > 0;
        since = performance.now();
      } catch (error) {
        if (error instanceof JobError && !error.again) throw error;
        // The server may come back.
        if (performance.now() - since > patience) throw error;
      }
      const until = performance.now() + lookEvery;
      do {
        changed = false;
        const all = ids.flatMap((id) => facts.get(id) ?? []);
        if (all.length === ids.length && (await see(all))) return;
        if (changed) continue;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.max(0, until - performance.now()));
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      } while (!signal.aborted && performance.now() < until);
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    stop.abort();
    await watching;
  }
};

/** Whether a result is where its receipt says. */
const isKept = async (store: Store, id: string): Promise<boolean> => {
  const receipt = await store.receipt(id);
  return receipt !== undefined && (await store.has(receipt.content));
};

/** Work that is done, as the queue says, but whose result is not in the store: of the last, and of parts where that one needs them. */
const lostResults = async (jobs: readonly JobFacts[], store: Store): Promise<JobFacts[]> => {
  const last = jobs.at(-1);
  if (last?.state === "done" && (await isKept(store, last.id))) return [];
  const lost: JobFacts[] = [];
  for (const job of jobs) if (job.state === "done" && !(await isKept(store, job.id))) lost.push(job);
  return lost;
};

/**
 * Adds work to a queue and waits for all of it, with a line of progress. Work that was given up or cancelled before is tried again.
 * @throws JobError where work is dead or was cancelled elsewhere; Interrupted where the user stopped it: it is then cancelled
 */
export const waitForFlow = async (flow: Flow & { readonly last: Work }, means: Means): Promise<FlowResult> => {
  const { queue, store, out, signal } = means;
  const begun = performance.now();
  const { ids, last } = await queue.add(flow);
  const all = [...ids, last!];
  const before = await queue.list(all);
  const lost = await lostResults(before, store);
  const stopped = before.filter(({ state }) => state === "dead" || state === "cancelled");
  if (stopped.length > 0)
    out.remark(`${stopped.length} pieces of this work were given up or cancelled before: they are tried again`);
  if (lost.length > 0)
    out.remark(
      `${lost.length} pieces of this work were done, but their results are not in ${store.title}: they are done again`,
    );
  const tried = [...stopped, ...lost].map(({ id }) => id);
  // It does not wait for parts that are done again: it is tried after them.
  const lastAfter = tried.includes(last!) && lost.length > 0;
  await queue.retry(lastAfter ? tried.filter((id) => id !== last) : tried, { done: true });
  const line = progress(flow.title, ids.length);
  const dead = new Set<string>();
  let told = -1;
  let lonelySince = performance.now();
  let added = 0;
  const addAgain = async (gone: number): Promise<void> => {
    added += 1;
    line.clear();
    const news = `${flow.title}: ${gone} pieces of its work are gone from ${queue.title}, as if it was emptied, or restarted without an append-only file`;
    if (added > mostAdded)
      throw new JobError(
        `${news}, for the ${added}th time; what is done is kept in ${store.title}. Give the command again to go on`,
      );
    out.remark(`${news}: they are added again; what is done is kept`);
    await queue.add(flow);
  };
  const see = async (jobs: readonly JobFacts[]): Promise<boolean> => {
    const shards = jobs.slice(0, -1);
    const done = shards.filter(({ state }) => state === "done").length;
    for (const { id, state, what, error } of jobs)
      if (state === "dead" && !dead.has(id)) {
        dead.add(id);
        line.clear();
        if (dead.size <= shown) out.remark(`${what}: given up: ${error}`);
        else if (dead.size === shown + 1) out.remark("more work is given up; it is not listed here");
      }
    if (jobs.some(({ state }) => state !== "waiting" && state !== "held")) lonelySince = Number.POSITIVE_INFINITY;
    if (performance.now() - lonelySince > lonely) {
      lonelySince = Number.POSITIVE_INFINITY;
      line.clear();
      out.remark(
        `no worker has taken any of it yet. Start one of ${flow.last.code} with the same queue and store: scorefield worker --queue ${queue.title} --store ${store.title}`,
      );
    }
    // Parts of shards count, but all of them only at the end.
    const share = Math.min(
      ids.length - (done < ids.length ? 1e-3 : 0),
      shards.reduce((sum, job) => sum + shareDone(job), 0),
    );
    if (told < ids.length) line.update(done === ids.length ? done : Math.floor(share), [workersText(jobs)]);
    if (out.json && done !== told)
      out.result({ event: "progress", done, parts: ids.length, share: share / ids.length });
    told = done;
    return obstacleOf(jobs, store) !== undefined || jobs.at(-1)!.state === "done";
  };
  try {
    if (lastAfter) {
      const held: JobFacts = { ...before.at(-1)!, state: "held" };
      const partsDone = async (jobs: readonly JobFacts[]): Promise<boolean> => {
        await see([...jobs, held]);
        return obstacleOf(jobs, store) !== undefined || jobs.every(({ state }) => state === "done");
      };
      await follow(ids, means, partsDone, addAgain);
      if (!signal.aborted) await queue.retry([last!], { done: true });
    }
    await follow(all, means, see, addAgain);
  } finally {
    line.end();
  }
  if (signal.aborted) {
    await queue.cancel(all).catch((error: unknown) => {
      throw new JobError(`stopped, but its work could not be cancelled: ${(error as Error).message}`, { cause: error });
    });
    throw new Interrupted(
      `stopped; ${Math.max(0, told)} of ${ids.length} parts are kept: give the command again to go on`,
    );
  }
  // News say less than the queue knows.
  const found = await queue.list(all);
  const failure = obstacleOf(found, store);
  if (failure) throw failure;
  const receipt = await store.receipt(last!);
  if (!receipt)
    throw new JobError(
      `${flow.title}: it is done, as the queue says, but its result is not in ${store.title}; was it done with another store? Give that one, or another --queue-prefix for this one`,
    );
  return {
    content: receipt.content,
    parts: ids.length,
    // Not those that failed at it.
    workers: [...new Set(found.flatMap(({ receipt }) => receipt?.worker ?? []))].sort(),
    seconds: (performance.now() - begun) / 1000,
  };
};

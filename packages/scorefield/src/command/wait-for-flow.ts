/** Work of a queue, while the user watches. */
import { realClock } from "../job/clock.ts";
import { followWork } from "../job/follow-work.ts";
import { JobError } from "../job/job-error.ts";
import type { Flow, JobFacts } from "../job/job-queue.ts";
import { patiently } from "../job/persistently.ts";
import { queueNews } from "../job/queue-news.ts";
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
  const say = (text: string): void => {
    line.clear();
    out.remark(text);
  };
  const onGone = (gone: number): void => {
    added += 1;
    const news = `${flow.title}: ${gone} pieces of its work are gone from ${queue.title}, as if it was emptied, or restarted without an append-only file`;
    if (added > mostAdded)
      throw new JobError(
        `${news}, for the ${added}th time; what is done is kept in ${store.title}. Give the command again to go on`,
      );
    say(`${news}: they are added again; what is done is kept`);
  };
  const see = (jobs: readonly JobFacts[]): boolean => {
    const shards = jobs.slice(0, -1);
    const done = shards.filter(({ state }) => state === "done").length;
    for (const { id, state, what, error } of jobs)
      if (state === "dead" && !dead.has(id)) {
        dead.add(id);
        if (dead.size <= shown) say(`${what}: given up: ${error}`);
        else if (dead.size === shown + 1) say("more work is given up; it is not listed here");
      }
    if (jobs.some(({ state }) => state !== "waiting" && state !== "held")) lonelySince = Number.POSITIVE_INFINITY;
    if (performance.now() - lonelySince > lonely) {
      lonelySince = Number.POSITIVE_INFINITY;
      say(
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
  const ended = new AbortController();
  const news = queueNews(queue, AbortSignal.any([signal, ended.signal]));
  const followOptions = { queue, news, clock: realClock, signal, lookEvery, say, onGone, add: () => queue.add(flow) };
  const follow = (of: readonly string[], seen: (jobs: readonly JobFacts[]) => boolean): Promise<void> =>
    followWork(
      () => of,
      // Work that is gone is not over.
      async (jobs) => (jobs.length === of.length && seen(jobs)) || Number.POSITIVE_INFINITY,
      followOptions,
    );
  const still = patiently(followOptions);
  try {
    if (lastAfter) {
      const held: JobFacts = { ...before.at(-1)!, state: "held" };
      await follow(ids, (jobs) => {
        see([...jobs, held]);
        return obstacleOf(jobs, store) !== undefined || jobs.every(({ state }) => state === "done");
      });
      if (!signal.aborted) await queue.retry([last!], { done: true });
    }
    await follow(all, see);
  } finally {
    ended.abort();
    await news.ended;
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
  const found = await still(() => queue.list(all));
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

/** Work of every kind. What does one is loaded with the first work of that kind. */
import { orOfMachine } from "./machine-error.ts";
import type { Work } from "./work.ts";
import type { Performed } from "./work-on.ts";
import type { WorkerCache } from "./worker-cache.ts";

/** What a worker does work with. */
interface Means extends WorkerCache {
  readonly signal: AbortSignal;
  readonly onProgress: (share: number) => void;
}

const performed = async (work: Work, means: Means): Promise<Performed> => {
  if (work.kind === "shard") {
    const { runShard } = await import("./run-shard.ts");
    return runShard(work, means);
  }
  if (work.kind === "gather") {
    const { gatherShards } = await import("./gather-shards.ts");
    return gatherShards(work, means);
  }
  const { performSteps } = await import("./perform-steps.ts");
  return performSteps(work, means);
};

/**
 * Does a piece of work. Everything that is read and written is in the store, or below the folder `cache`.
 * @throws what the work throws; JobError after which another machine may succeed, where it was this one's fault, as a full disk is
 */
export const performWork = async (work: Work, means: Means): Promise<Performed> => {
  try {
    return await performed(work, means);
  } catch (error) {
    throw orOfMachine(error);
  }
};

/** Work of every kind. */
import { gatherShards } from "./gather-shards.ts";
import { performSteps } from "./perform-steps.ts";
import { runShard } from "./run-shard.ts";
import type { Store } from "./store.ts";
import type { Work } from "./work.ts";
import type { Performed } from "./work-on.ts";

/**
 * Does a piece of work. Everything that is read and written is in the store, or below the folder `cache`.
 * @throws what the work throws
 */
export const performWork = async (
  work: Work,
  options: {
    readonly store: Store;
    /** A folder of this worker's own. */
    readonly cache: string;
    readonly signal: AbortSignal;
    readonly onProgress: (share: number) => void;
  },
): Promise<Performed> => {
  if (work.kind === "shard") return runShard(work, options);
  if (work.kind === "gather") return gatherShards(work, options);
  return performSteps(work, options);
};

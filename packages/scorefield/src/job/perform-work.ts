/** Work of every kind. What does one is loaded with the first work of that kind. */
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
  if (work.kind === "shard") {
    const { runShard } = await import("./run-shard.ts");
    return runShard(work, options);
  }
  if (work.kind === "gather") {
    const { gatherShards } = await import("./gather-shards.ts");
    return gatherShards(work, options);
  }
  const { performSteps } = await import("./perform-steps.ts");
  return performSteps(work, options);
};

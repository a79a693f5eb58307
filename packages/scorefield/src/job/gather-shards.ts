/** Parts of a whole, as a worker puts them together. */
import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { JobError } from "./job-error.ts";
import { joinParts } from "./join-parts.ts";
import type { ShardOptions } from "./run-shard.ts";
import { copyPlace, putPlace } from "./stored-places.ts";
import type { GatherWork } from "./work.ts";
import type { Performed } from "./work-on.ts";

/**
 * Puts the results of shards together, in order, each checked by its SHA-256.
 * @throws JobError for a shard without a result, and where the store refuses; DataError for results that do not fit together
 */
export const gatherShards = async (
  { shards, ending }: GatherWork,
  { store, cache, signal, onProgress }: ShardOptions,
): Promise<Performed> => {
  const folder = join(cache, "gathering", randomBytes(8).toString("hex"));
  await mkdir(folder, { recursive: true });
  try {
    const places: string[] = [];
    for (const [k, shard] of shards.entries()) {
      signal.throwIfAborted();
      const receipt = await store.receipt(shard);
      if (!receipt)
        throw new JobError(`${store.title}: expected the result of shard ${k + 1} of ${shards.length}, found none`, {
          again: true,
        });
      const place = join(folder, `${k}${ending === "/" ? "" : ending}`);
      await copyPlace(store, receipt.content, place, signal);
      places.push(place);
      onProgress((0.5 * (k + 1)) / shards.length);
    }
    const out = join(folder, ending === "/" ? "whole" : `whole${ending}`);
    await joinParts(places, ending, out);
    return { content: await putPlace(store, out), facts: { shards: shards.length } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

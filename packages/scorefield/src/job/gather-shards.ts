/** Stand-in until branch shards has it. */
import { JobError } from "./job-error.ts";
import type { Store } from "./store.ts";
import type { GatherWork } from "./work.ts";
import type { Performed } from "./work-on.ts";

export const gatherShards = async (work: GatherWork, { store }: { store: Store }): Promise<Performed> => {
  const texts: string[] = [];
  for (const shard of work.shards) {
    const receipt = await store.receipt(shard);
    if (!receipt) throw new JobError(`gather: no receipt of ${shard}`, { again: true });
    const text = new TextDecoder().decode(await store.get(receipt.content));
    texts.push(texts.length === 0 ? text : text.slice(text.indexOf("\n") + 1));
  }
  return { content: await store.put(new TextEncoder().encode(texts.join(""))) };
};

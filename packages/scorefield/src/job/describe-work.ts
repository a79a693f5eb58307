/** Work in words. */
import type { Work } from "./work.ts";

/** Such as `shard 3/64 of sample`. */
export const describeWork = (work: Work): string => {
  if (work.kind === "shard") return `shard ${work.part}/${work.parts} of ${work.command}`;
  if (work.kind === "gather") return `gathering of ${work.shards.length} shards`;
  if (work.kind === "gradient") return `step ${work.step + 1}, place ${work.place + 1}/${work.places} of training`;
  return `round ${work.round + 1}, place ${work.place + 1}/${work.places} of training`;
};

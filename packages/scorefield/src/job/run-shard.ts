/** Stand-in until branch shards has it. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { shardRange } from "../command/options.ts";
import { writeSamples } from "../command/write-samples.ts";
import { drawSamples } from "../run/draw-samples.ts";
import { type LoadedRun, loadRun } from "../run/load.ts";
import type { Store } from "./store.ts";
import { folderSchema, type ShardWork } from "./work.ts";
import type { Performed } from "./work-on.ts";

const runs = new Map<string, LoadedRun>();
export const runShard = async (
  work: ShardWork,
  {
    store,
    cache,
    signal,
    onProgress,
  }: { store: Store; cache: string; signal: AbortSignal; onProgress: (share: number) => void },
): Promise<Performed> => {
  const path = join(cache, work.run.sha256);
  if (!runs.has(work.run.sha256)) {
    const files = folderSchema.parse(JSON.parse(new TextDecoder().decode(await store.get(work.run))));
    for (const { path: file, content } of files) {
      await mkdir(dirname(join(path, file)), { recursive: true });
      await store.copyTo(content, join(path, file));
    }
    runs.set(work.run.sha256, await loadRun(path));
  }
  const run = runs.get(work.run.sha256)!;
  const { count, seed } = work.options as { count: number; seed: number };
  const range = shardRange(count, work);
  const { samples } = await drawSamples(run, {
    count: range.count,
    firstSample: range.first,
    seed,
    sampler: run.sampler,
    signal,
    onProgress: (n) => onProgress(n / range.count),
  });
  const file = join(cache, `part-${work.part}${work.ending}`);
  await writeSamples(file, samples, {
    domain: run.domain,
    made: run.made,
    classes: undefined,
    firstSample: range.first,
    format: work.ending,
  } as never);
  const content = await store.put({ file });
  await rm(file);
  void writeFile;
  return { content, facts: { count: range.count } };
};

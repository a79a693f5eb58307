/**
 * What a part of `sample` costs a worker beyond its samples: reading the work, the file, the store.
 * `npx tsx --conditions=source bench/shard-overhead.ts [PARTS] [ROWS]`, half a minute. Times are of the processor, one thread.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { createRun, loadRun, normal, trainRun } from "scorefield";
import { keepSteps } from "scorefield/core";
import { folderStore } from "../packages/scorefield/src/job/folder-store.ts";
import { runShard } from "../packages/scorefield/src/job/run-shard.ts";
import { shardWorkOf } from "../packages/scorefield/src/job/shard-work-of.ts";
import { drawSamples } from "../packages/scorefield/src/run/draw-samples.ts";

const [parts = 64, rows = 1563] = process.argv.slice(2).map(Number);
setDefaultRuntime(native({ threads: 1 }));
const folder = mkdtempSync(join(tmpdir(), "scorefield-overhead-"));
const at = (name: string): string => join(folder, name);

const columns = 7;
const z = normal([2000, columns], { seed: 0 }).data;
const lines = Array.from({ length: 2000 }, (_, i) =>
  Array.from({ length: columns }, (_, j) => z[i * columns + j]!.toFixed(4)).join(","),
);
writeFileSync(
  at("table.csv"),
  `${Array.from({ length: columns }, (_, j) => `x${j}`).join(",")}\n${lines.join("\n")}\n`,
);
for await (const _ of trainRun(
  await createRun({ data: at("table.csv"), training: { steps: 50 } }, { out: at("run") }),
));

/** Milliseconds of the processor for each of some pieces of work, without the first two, which compile. */
const measured = async (work: (k: number) => Promise<unknown>): Promise<number> => {
  for (const k of [0, 1]) await work(k);
  const begun = process.cpuUsage();
  for (let k = 2; k < parts; k++) await work(k);
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000 / (parts - 2);
};

mkdirSync(at("store"));
const store = folderStore(at("store"));
const work = await shardWorkOf("sample", at("run"), { count: parts * rows, seed: 0, out: "x.csv" }, parts, store);
const options = { store, cache: at("cache"), signal: new AbortController().signal, onProgress: () => {} };
const run = await loadRun(at("run"));
const keep = keepSteps();
const alone = await measured((k) =>
  drawSamples(run, { count: rows, firstSample: k * rows, seed: 0, sampler: run.sampler, keep }),
);
const whole = await measured((k) => runShard(work[k]!, options));
const nothing = await shardWorkOf("sample", at("run"), { count: parts * 4, seed: 0, out: "x.csv" }, parts, store);
const few = await measured((k) => runShard(nothing[k]!, options));
const fewAlone = await measured((k) =>
  drawSamples(run, { count: 4, firstSample: k * 4, seed: 0, sampler: run.sampler, keep }),
);
await keep.dispose();
console.log(
  `${rows} rows: ${alone.toFixed(1)} ms of samples, ${whole.toFixed(1)} ms for a part, file and store included`,
);
console.log(`4 rows: ${fewAlone.toFixed(1)} ms of samples, ${few.toFixed(1)} ms for a part`);
rmSync(folder, { recursive: true });

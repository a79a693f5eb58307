/**
 * AUROC of the scores of `scorefield anomaly` on tables with labels, each run trained by default on half of the normal rows and
 * judged on all others: `npm run bench bench/anomaly.ts -- [--seeds 0] [--scalings quantile,standard] [--quick] TABLE.npz ...`.
 * A table is an NPZ file with rows X and labels y (1: anomaly). `--quick` leaves out the log-density at one noise level, whose
 * differential equation takes most of the time, and the network for diffusion times.
 */
import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { auroc, averagePrecision } from "@scorefield/assess";
import { firstSamples } from "@scorefield/domain";
import { ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { scoreAll, timeOfNoise } from "../packages/scorefield/src/command/anomaly-scores.ts";
import { createRun, loadRun, trainRun } from "../packages/scorefield/src/index.ts";
import { ownData } from "../packages/scorefield/src/run/own-data.ts";
import { unseenSamples } from "../packages/scorefield/src/run/unseen-samples.ts";

const { values, positionals } = parseArgs({
  options: {
    seeds: { type: "string", default: "0" },
    scalings: { type: "string", default: "quantile,standard" },
    quick: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const data = join(process.env.SCOREFIELD_DATA ?? "../shared/data", "adbench");
const files =
  positionals.length > 0
    ? positionals
    : readdirSync(data)
        .filter((name) => name.endsWith(".npz"))
        .map((name) => join(data, name));

const runtime = native({ threads: 2 });
setDefaultRuntime(runtime);
const { signal } = new AbortController();

/** AUROC, average precision and seconds of each score, by title. */
type Measures = Map<string, readonly number[]>;

const measure = async (path: string, seed: number, scaling: string, folder: string): Promise<Measures> => {
  const out = join(folder, `${basename(path)}-${scaling}-${seed}`);
  const prepared = await createRun({ data: { path, label: "y", only: ["0"] }, heldOut: 0.5, scaling, seed } as never, {
    out,
  });
  for await (const _ of trainRun(prepared));
  const run = await loadRun(out);
  const { training } = (await ownData(run))!;
  const given = await run.domain.given(path, {
    like: run.made,
    settings: run.record.training?.recipe.data,
    label: "y",
    signal,
  });
  const chosen = await unseenSamples(given.samples, training);
  const truth = ndarray(Float64Array.from(chosen, (i) => given.labels![i]!));
  const rows = await given.samples.read(chosen);
  const { scored } = await scoreAll(
    run,
    await firstSamples(training),
    { rows, range: { first: 0, count: chosen.length } },
    { time: timeOfNoise(run, 0.1), tolerance: 1e-3, steps: 3000, seed, quick: values.quick },
    signal,
  );
  return new Map(
    scored.map(({ title, scores, seconds }) => [
      title,
      [auroc(scores, truth), averagePrecision(scores, truth), seconds] as const,
    ]),
  );
};

const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
const folder = await mkdtemp(join(tmpdir(), "anomaly-"));
try {
  for (const scaling of values.scalings.split(","))
    for (const seed of values.seeds.split(",").map(Number)) {
      console.log(`\nscaling ${scaling}, seed ${seed}: AUROC (average precision; seconds)\n`);
      const all: Measures[] = [];
      for (const file of files) {
        const found = await measure(file, seed, scaling, folder);
        if (all.length === 0) {
          console.log(`| table | ${[...found.keys()].join(" | ")} |`);
          console.log(`| --- | ${[...found].map(() => "---:").join(" | ")} |`);
        }
        all.push(found);
        const cells = [...found.values()].map(([a, p, s]) => `${a!.toFixed(4)} (${p!.toFixed(3)}; ${s!.toFixed(1)})`);
        console.log(`| ${[basename(file, ".npz"), ...cells].join(" | ")} |`);
      }
      const titles = [...all[0]!.keys()];
      const averages = titles.map((title) => [0, 1].map((k) => mean(all.map((found) => found.get(title)![k]!))));
      console.log(`| **mean** | ${averages.map(([a, p]) => `${a!.toFixed(4)} (${p!.toFixed(3)})`).join(" | ")} |`);
    }
} finally {
  await rm(folder, { recursive: true, force: true });
  await runtime.dispose();
}

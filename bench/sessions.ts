/**
 * What sampling from a U-Net of 10.8 million parameters loads: sessions, the bytes of their weights, start-up time, peak memory and
 * seconds per step. `npm run bench bench/sessions.ts [TREE] [COUNT]`, with TREE the root of another checkout to measure, also
 * one from before conditions were inputs, and COUNT samples at once, default 4. Each case runs in a separate process.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type * as Core from "@scorefield/core";
import type { Runtime } from "@scorefield/tensor";
import type * as Native from "@scorefield/tensor/native";

const script = fileURLToPath(import.meta.url);
const [tree = resolve(script, "../.."), count = "4", only] = process.argv.slice(2);
const source = (path: string): string => pathToFileURL(resolve(tree, "packages", path)).href;

interface Case {
  readonly name: string;
  readonly sampler: (core: typeof Core) => Core.Sampler;
  readonly guidance?: Core.GuidanceOptions;
}

const cases: readonly Case[] = [
  { name: "heun", sampler: ({ heun }) => heun({ steps: 6 }) },
  { name: "unipc:order=3", sampler: ({ unipc }) => unipc({ order: 3, steps: 12 }) },
  {
    name: "unipc:order=3, guided between 0.3 and 5",
    sampler: ({ unipc }) => unipc({ order: 3, steps: 12 }),
    guidance: { weight: 2, interval: [0.3, 5] },
  },
];

/** A runtime that counts what it loads. */
const counting = (inner: Runtime) => {
  const counts = { sessions: 0, megabytes: 0 };
  const runtime: Runtime = {
    ...inner,
    load: (model) => {
      counts.sessions++;
      counts.megabytes += model.byteLength / 1e6;
      return inner.load(model);
    },
  };
  return { runtime, counts };
};

/** One case, in this process. */
const measure = async ({ sampler, guidance }: Case): Promise<Record<string, number>> => {
  const core: typeof Core = await import(source("core/src/index.ts"));
  const { native }: typeof Native = await import(source("tensor/src/runtime/native.ts"));
  const { runtime, counts } = counting(native());
  const classes = guidance ? 10 : 0;
  const network = core.unet({ multipliers: [1, 2, 3], classes });
  const shape = [1, 32, 32];
  const parts = { process: core.edm(), network, preconditioning: core.edmPreconditioning() };
  const trained = core.trainedModel(parts, network.initialise(shape, 0), shape);
  // Before conditions were inputs, `guided` took the class.
  const guided = core.guided as (...args: unknown[]) => Core.ScoreModel;
  const asInput = trained.conditions !== undefined;
  const model = guidance ? (asInput ? guided(trained, guidance) : guided(trained, 3, guidance)) : trained;
  const times: number[] = [];
  const begun = performance.now();
  await core.sample(model, {
    count: Number(count),
    sampler: sampler(core),
    runtime,
    ...(guidance && asInput && { given: { class: 3 } }),
    onProgress: () => times.push((performance.now() - begun) / 1000),
  });
  const steps = times.slice(1).map((t, k) => t - times[k]!);
  const secondsPerStep = steps.reduce((sum, t) => sum + t, 0) / steps.length;
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
  return {
    ...counts,
    // The first step apart, which ends at the first event.
    startSeconds: times[0]! - steps[0]!,
    secondsPerStep,
    peakMegabytes: (Number(peak?.[1]) * 1024) / 1e6,
  };
};

if (only !== undefined) {
  console.log(JSON.stringify(await measure(cases.find(({ name }) => name === only)!)));
  process.exit(0);
}
console.log("| sampler | sessions | models, MB | start, s | a step, s | peak memory, MB |");
console.log("| ------- | -------: | ---------: | -------: | --------: | --------------: |");
for (const { name } of cases) {
  const args = [...process.execArgv, script, tree, count, name];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  const found = JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<string, number>;
  const numbers = [
    found.sessions!,
    found.megabytes!.toFixed(0),
    found.startSeconds!.toFixed(2),
    found.secondsPerStep!.toFixed(2),
    found.peakMegabytes!.toFixed(0),
  ];
  console.log(`| ${name} | ${numbers.join(" | ")} |`);
}

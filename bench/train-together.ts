/**
 * Training on many places against one machine, at the same number of samples: held-out losses, losses of places, and traffic.
 *
 *     npx tsx --conditions=source bench/train-together.ts --set moons
 *     npx tsx --conditions=source bench/train-together.ts --set mnist
 *     npx tsx --conditions=source bench/train-together.ts --set mnist --only efficiency   # by the clock: see together-efficiency.ts
 *
 * The queue is in memory and all places are worked on here, one after the other, with one thread: what is measured are losses and bytes,
 * which do not depend on it, and the processor's time. With `lose`, one of four places is killed after a fourth of the rounds and never comes
 * back, and another comes too late in every other round.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { decodeIdx } from "@scorefield/data";
import { setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { createRun, trainRun } from "../packages/scorefield/src/index.ts";
import { realClock } from "../packages/scorefield/src/job/clock.ts";
import { codeVersion } from "../packages/scorefield/src/job/code-version.ts";
import { folderStore } from "../packages/scorefield/src/job/folder-store.ts";
import { JobError } from "../packages/scorefield/src/job/job-error.ts";
import { memoryQueue } from "../packages/scorefield/src/job/memory-queue.ts";
import { performSteps } from "../packages/scorefield/src/job/perform-steps.ts";
import type { TogetherOptions } from "../packages/scorefield/src/job/together-options.ts";
import type { TogetherEvent } from "../packages/scorefield/src/job/train-in-rounds.ts";
import { trainTogether } from "../packages/scorefield/src/job/train-together.ts";
import type { GradientWork, StepsWork } from "../packages/scorefield/src/job/work.ts";
import { workOn } from "../packages/scorefield/src/job/work-on.ts";
import { spent } from "./harness.ts";
import { efficiency } from "./together-efficiency.ts";

const { values } = parseArgs({
  options: {
    set: { type: "string", default: "moons" },
    steps: { type: "string" },
    batch: { type: "string" },
    every: { type: "string" },
    outer: { type: "string", default: "default" },
    data: { type: "string", default: process.env.SCOREFIELD_DATA ?? "../shared/data" },
    only: { type: "string", default: "single,places,lose,traffic" },
  },
});

setDefaultRuntime(native({ threads: 1 }));
const folder = await mkdtemp(join(tmpdir(), "train-together-"));
const isMnist = values.set === "mnist";
const steps = Number(values.steps ?? (isMnist ? 4800 : 8000));
const every = Number(values.every ?? (isMnist ? 300 : 500));
const only = values.only.split(",");
const places = 4;
const recipe = isMnist
  ? {
      data: { kind: "images", path: join(folder, "digits-idx3-ubyte") },
      network: { kind: "mlp", width: 256, depth: 3 },
      objective: { kind: "denoising", noiseDistribution: { kind: "log-normal", mean: -0.5, deviation: 1.2 } },
      training: { steps, batch: Number(values.batch ?? 64) },
    }
  : {
      data: { set: "moons" },
      network: { kind: "mlp", width: 64, depth: 3 },
      objective: { kind: "denoising", noiseDistribution: { kind: "log-normal", mean: -0.5, deviation: 1.2 } },
      training: { steps, batch: Number(values.batch ?? 256) },
    };
/** The digits at half their size, in a file of IDX: 14 x 14. */
const writeDigits = async (): Promise<void> => {
  const { data, shape } = await decodeIdx(
    gunzipSync(await readFile(join(values.data, "mnist/train-images-idx3-ubyte.gz"))),
    "mnist",
  );
  const count = shape[0]!;
  const bytes = new Uint8Array(16 + count * 196);
  for (const [k, value] of [0x803, count, 14, 14].entries()) new DataView(bytes.buffer).setUint32(4 * k, value);
  for (let i = 0; i < count * 196; i++) {
    const [image, y, x] = [Math.floor(i / 196), Math.floor((i % 196) / 14), i % 14];
    const from = image * 784 + 56 * y + 2 * x;
    const sum = [0, 1, 28, 29].reduce((sum, offset) => sum + Number(data[from + offset]), 0);
    bytes[16 + i] = Math.round(sum / 4);
  }
  await writeFile(join(folder, "digits-idx3-ubyte"), bytes);
};
if (isMnist) await writeDigits();
const newRun = (name: string, changes: object = {}) =>
  createRun({ ...recipe, ...changes, previews: 0, seed: 0 } as never, { out: join(folder, name) });

/** Trains on places, of which `fate` says what becomes of their work: as it should, killed, or late. */
const together = async (
  name: string,
  fate: (work: StepsWork | GradientWork) => "well" | "killed" | "late",
  options: Partial<TogetherOptions> = {},
): Promise<TogetherEvent[]> => {
  await mkdir(join(folder, "store"), { recursive: true });
  const [queue, store] = [memoryQueue(), folderStore(join(folder, "store"))];
  const ended = new AbortController();
  // The deadline passes as soon as all but late places are done: to wait for it would measure nothing.
  let skipped = 0;
  const clock = { ...realClock, now: () => Date.now() + skipped };
  const worker = (workerName: string) =>
    workOn({
      queue,
      store,
      name: workerName,
      code: codeVersion(),
      signal: ended.signal,
      lookEvery: 5,
      perform: async (given, about) => {
        const work = given as StepsWork | GradientWork;
        const becomes = fate(work);
        if (becomes === "killed") throw new JobError("killed");
        if (becomes === "late") await realClock.sleep(1e8, about.signal);
        about.signal.throwIfAborted();
        return performSteps(work, { ...about, store, cache: join(folder, "cache") });
      },
    });
  const working = [worker("one"), worker("two")];
  const timer = setInterval(async () => {
    const open = (await queue.list()).filter(({ state }) => state === "waiting" || state === "active");
    if (open.length > 0 && open.every(({ id }) => late.has(id))) skipped += 1e9;
  }, 50);
  const late = new Set<string>();
  const watching = (async () => {
    for await (const { id, state } of queue.watch(ended.signal)) {
      if (state !== "active") continue;
      const [facts] = await queue.list([id]);
      // "round 2, place 3/4 of training"
      const [, round, place] = /round (\d+), place (\d+)/.exec(facts!.what) ?? [];
      const work = { kind: "steps", round: Number(round) - 1, place: Number(place) - 1 } as StepsWork;
      if (round !== undefined && fate(work) === "late") late.add(id);
    }
  })();
  const outer =
    values.outer === "default"
      ? {}
      : { outer: { learningRate: Number(values.outer.split("/")[0]), momentum: Number(values.outer.split("/")[1]) } };
  const events: TogetherEvent[] = [];
  const run = await newRun(name, options.synchronous ? { training: { ...recipe.training, steps: 8 } } : {});
  for await (const event of trainTogether(run, {
    queue,
    store,
    places,
    every,
    clock,
    lookEvery: 20,
    deadline: 1e5,
    ...outer,
    ...options,
  }))
    events.push(event);
  clearInterval(timer);
  ended.abort();
  await Promise.all([...working, watching]);
  return events;
};

const measured = async <T>(work: () => Promise<T>): Promise<readonly [T, number]> => {
  const begun = spent();
  return [await work(), (spent() - begun) / 1000];
};

console.log(
  `${values.set}: ${steps} steps of ${recipe.training.batch} samples, ${places} places, rounds of ${every} steps`,
);
let single: number | undefined;
if (only.includes("single")) {
  const [loss, seconds] = await measured(async () => {
    let last = Number.NaN;
    for await (const { heldOutLoss } of trainRun(await newRun("single"))) last = heldOutLoss ?? last;
    return last;
  });
  single = loss;
  console.log(`one machine:               held-out loss ${loss.toFixed(4)}, ${seconds.toFixed(0)} s of the processor`);
}
const beside = (loss: number): string =>
  single === undefined ? "" : ` (${loss > single ? "+" : ""}${(100 * (loss / single - 1)).toFixed(1)} %)`;
let perRound: number | undefined;
const killedFrom = Math.ceil(steps / every / 4);
const runs = [
  ["places", "places apart:             ", () => "well"],
  [
    "lose",
    "one killed, one often late:",
    ({ place, round = 0 }: { readonly place: number; readonly round?: number }) =>
      place === 3 && round >= killedFrom ? "killed" : place === 2 && round % 2 === 1 ? "late" : "well",
  ],
] as const;
for (const [name, title, fate] of runs) {
  if (!only.includes(name)) continue;
  const [events, seconds] = await measured(() => together(name, fate as never));
  const loss = events.at(-1)!.heldOutLoss!;
  const missing = events.reduce((sum, event) => sum + event.missing.length, 0);
  const { up, down } = events[events.length >> 1]!.traffic;
  perRound ??= up + down;
  console.log(
    `${title} held-out loss ${loss.toFixed(4)}${beside(loss)}, ${events.length} rounds, ${missing} of ${places * events.length} contributions missing, ${seconds.toFixed(0)} s of the processor`,
  );
}
if (only.includes("traffic") && perRound !== undefined) {
  const events = await together("synchronous", () => "well", { synchronous: true, every: 4 });
  const { up, down } = events.at(-1)!.traffic;
  const perStep = (up + down) / 4;
  console.log(
    `traffic of all machines: ${(perStep / 1e6).toFixed(2)} MB for a synchronous step, ${(perRound / 1e6).toFixed(2)} MB for a round of ${every} steps: ${((perStep * every) / perRound).toFixed(0)} times less`,
  );
}
if (only.includes("efficiency"))
  await efficiency((name, training) => newRun(name, { training: { ...recipe.training, ...training } }), {
    steps,
    batch: recipe.training.batch,
    every,
    folder,
  });
await rm(folder, { recursive: true });
process.exit(0);

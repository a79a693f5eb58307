/**
 * Kills trainings and resumes them: `npm run bench bench/reliability/kill-and-resume.ts -- --kills 100 --seed 0 --minutes
 * 30`. A small run is killed (SIGKILL) again and again: while it starts, at random moments, and while files are being
 * written. Once it comes to its end, all that it left must be what a run left that nobody disturbed, bit for bit. Exits with
 * 1 where that is not so, where a run refuses to go on, or where a checkpoint that was there is gone.
 */
import { type FSWatcher, mkdtempSync, readdirSync, watch } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { uniform } from "@scorefield/core";
import type { RecipeInput } from "../../packages/scorefield/src/recipe/schema.ts";
import { checkpointSteps } from "../../packages/scorefield/src/run/checkpoint.ts";
import { isRun } from "../../packages/scorefield/src/run/folder.ts";
import { lockName } from "../../packages/scorefield/src/run/lock.ts";
import { readMetrics } from "../../packages/scorefield/src/run/metrics.ts";
import { type Begun, scorefield } from "./command.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "100" },
    seed: { type: "string", default: "0" },
    minutes: { type: "string", default: "1000000" },
  },
});
const [wanted, seed, minutes] = [values.kills, values.seed, values.minutes].map(Number) as [number, number, number];
if (!(wanted >= 1 && minutes > 0)) throw new Error("expected --kills of at least 1 and --minutes above 0");

const recipe: RecipeInput = {
  data: { set: "moons", count: 300 },
  network: { width: 24, depth: 2 },
  objective: { uncertainty: true },
  training: {
    steps: 1500,
    batch: 32,
    accumulate: 2,
    average: { widths: [0.05, 0.1], snapshots: 5 },
    checkpointSeconds: 0,
    keepCheckpoints: 2,
  },
};

const folder = mkdtempSync(join(tmpdir(), "scorefield-kills-"));
const at = (...names: string[]): string => join(folder, ...names);
await writeFile(at("recipe.json"), JSON.stringify(recipe));

/** All that a run leaves, except how fast it was. */
const contentOf = async (name: string): Promise<string> => {
  const files: Record<string, string> = {};
  for (const part of ["checkpoints", "averages"])
    for (const file of (await readdir(at(name, part))).sort())
      files[`${part}/${file}`] = (await readFile(at(name, part, file))).toString("base64");
  const lines = (await readMetrics(at(name))).map(({ samplesPerSecond: _, ...line }) => line);
  return JSON.stringify({ files, lines, names: (await readdir(at(name))).sort() });
};

const lastStep = async (name: string): Promise<number> => (await checkpointSteps(at(name))).at(-1) ?? 0;

/** Begins the run of the recipe, or continues it where it is one already. */
const train = async (name: string): Promise<Begun> =>
  scorefield(folder, "train", ...((await isRun(at(name))) ? [name, "--resume"] : ["recipe.json", "--out", name]));

const isOver = ({ child }: Begun): boolean => child.exitCode !== null || child.signalCode !== null;

/** Waits until something is so, or the process has ended. */
const until = async (begun: Begun, isSo: () => Promise<boolean>): Promise<void> => {
  while (!isOver(begun) && !(await isSo())) await sleep(3);
};

/** Waits until files were begun this many times, or the process has ended. */
const begunFiles = async (begun: Begun, name: string, count: number): Promise<void> => {
  const watchers: FSWatcher[] = [];
  await until(begun, () => isRun(at(name)));
  let left = count;
  const seen = new Promise<void>((resolve) => {
    void begun.ended.then(() => resolve());
    for (const part of ["", "checkpoints", "averages"])
      try {
        const onChange = (kind: string, file: string | null): void => {
          if (kind === "rename" && file?.endsWith(".tmp") && --left === 0) resolve();
        };
        watchers.push(watch(at(name, part), onChange).on("error", () => {}));
      } catch {
        // Not made yet.
      }
  });
  await seen;
  for (const watcher of watchers) watcher.close();
};

const unfinished = (name: string): string[] =>
  ["", "checkpoints", "averages"].flatMap((part) => {
    try {
      return readdirSync(at(name, part)).filter((file) => file.endsWith(".tmp"));
    } catch {
      return [];
    }
  });

const begunAt = performance.now();
const secondsSince = (time: number): number => (performance.now() - time) / 1000;

const whole = await train("whole");
await until(whole, async () => (await lastStep("whole")) > 0);
// How long starting takes, and training from then on; both are followed, as machines become faster and slower.
let startSeconds = secondsSince(begunAt);
const { code, stderr } = await whole.ended;
let trainSeconds = secondsSince(begunAt) - startSeconds;
if (code !== 0) throw new Error(`the undisturbed run ended with ${code}: ${stderr}`);
const expected = await contentOf("whole");

const killed = { starting: 0, training: 0, writing: 0 };
const left = { "a file half written": 0, "a lock": 0, "no run yet": 0 };
const failures: string[] = [];
let kills = 0;
let finished = 0;
const deadline = begunAt + 60_000 * minutes;
for (let session = 0; failures.length === 0; session++) {
  const name = `run-${finished}`;
  // What was begun comes to its end, to be compared.
  const enough = kills >= wanted || performance.now() > deadline;
  if (enough && !(await isRun(at(name)))) break;
  const before = await lastStep(name);
  const begun = await train(name);
  let way: keyof typeof killed = "training";
  if (!enough) {
    const [choice = 0, share = 0] = uniform([2], { seed, step: session }).data;
    const start = performance.now();
    if (choice < 0.15) {
      way = "starting";
      await Promise.race([begun.ended, sleep(1000 * share * startSeconds)]);
    } else if (choice < 0.55) {
      way = "writing";
      await begunFiles(begun, name, 1 + Math.floor(8 * share));
    } else {
      await until(begun, async () => (await lastStep(name)) > before);
      if (!isOver(begun)) startSeconds = 0.9 * startSeconds + 0.1 * secondsSince(start);
      await Promise.race([begun.ended, sleep((1000 * share * trainSeconds) / 3)]);
    }
    begun.child.kill("SIGKILL");
  }
  const { code, signal, stderr } = await begun.ended;
  const step = await lastStep(name);
  if (step < before)
    failures.push(`${name}: had the checkpoint of step ${before}, and has the checkpoint of step ${step}`);
  if (signal === "SIGKILL") {
    kills++;
    killed[way]++;
    if (unfinished(name).length > 0) left["a file half written"]++;
    if (!(await isRun(at(name)))) left["no run yet"]++;
    else if (readdirSync(at(name)).includes(lockName)) left["a lock"]++;
  } else if (code !== 0) failures.push(`${name}: ended with ${code}: ${stderr}`);
  else {
    if ((await contentOf(name)) === expected) await rm(at(name), { recursive: true });
    else failures.push(`${name}: ended with other content than an undisturbed run (kept in ${at(name)})`);
    finished++;
    trainSeconds *= 0.95;
  }
}

const seconds = secondsSince(begunAt);
console.log(
  `${kills} kills in ${(seconds / 60).toFixed(1)} min (${(seconds / kills).toFixed(2)} s each), seed ${seed}`,
);
const list = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(", ");
console.log(`killed: ${list(killed)}`);
console.log(`left behind by the kill: ${list(left)}`);
console.log(
  `runs that came to their end: ${finished}, with the bits of an undisturbed one: ${finished - failures.length}`,
);
for (const failure of failures) console.log(`FAILED ${failure}`);
if (failures.length === 0) await rm(folder, { recursive: true });
process.exitCode = failures.length > 0 ? 1 : 0;

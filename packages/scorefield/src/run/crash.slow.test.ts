/** Runs that are killed, or whose disk refuses: the built command in processes of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { uniform } from "@scorefield/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RecipeInput } from "../recipe/schema.ts";
import { checkpointFolder, checkpointSteps } from "./checkpoint.ts";
import { isRun } from "./folder.ts";
import { readMetrics } from "./metrics.ts";

const bin = fileURLToPath(new URL("../../bin/scorefield.js", import.meta.url));
if (!existsSync(fileURLToPath(new URL("../../dist/cli.js", import.meta.url))))
  throw new Error("the command is not built; run npm run build");

let folder = "";
const at = (name: string) => join(folder, name);

const recipe: RecipeInput = {
  data: { set: "moons", count: 2000 },
  network: { width: 48, depth: 3 },
  objective: { uncertainty: true },
  training: {
    steps: 2000,
    batch: 64,
    accumulate: 2,
    average: { widths: [0.05, 0.1], snapshots: 5 },
    checkpointSeconds: 0,
    keepCheckpoints: 2,
  },
};

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

const ended = (child: ChildProcess): Promise<Ended> => {
  let stderr = "";
  child.stderr!.on("data", (text) => (stderr += text));
  return new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, stderr })));
};

const running = new Set<ChildProcess>();
const begin = (...command: [string, ...string[]]): ChildProcess => {
  const [file, ...args] = command;
  const child = spawn(file, args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  running.add(child);
  child.on("close", () => running.delete(child));
  return child;
};

/** Begins the run of the recipe, or continues it where it is one already. */
const start = async (name: string): Promise<ChildProcess> => {
  const args = (await isRun(at(name))) ? [name, "--resume"] : ["recipe.json", "--out", name];
  return begin(process.execPath, bin, "train", ...args);
};

/** All that a run leaves, but for how fast it was. */
const contentOf = async (name: string) => {
  const files: Record<string, string> = {};
  for (const part of ["checkpoints", "averages"])
    for (const file of await readdir(at(`${name}/${part}`)))
      files[`${part}/${file}`] = (await readFile(at(`${name}/${part}/${file}`))).toString("base64");
  const lines = (await readMetrics(at(name))).map(({ samplesPerSecond: _, ...line }) => line);
  return { files, lines, names: (await readdir(at(name))).sort() };
};

const lastStep = async (name: string): Promise<number> => (await checkpointSteps(at(name))).at(-1) ?? 0;

/** Waits until a run has a checkpoint of a later step, or its process has ended. */
const passed = async (name: string, step: number, child: ChildProcess): Promise<void> => {
  while (child.exitCode === null && child.signalCode === null && (await lastStep(name)) <= step)
    await new Promise((resolve) => setTimeout(resolve, 5));
};

let expected: Awaited<ReturnType<typeof contentOf>>;
/** How long starting takes, and training after its first checkpoint. */
let startSeconds = 0;
let trainSeconds = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-crash-"));
  await writeFile(at("recipe.json"), JSON.stringify(recipe));
  const begun = performance.now();
  const child = await start("whole");
  const done = ended(child);
  await passed("whole", 0, child);
  startSeconds = (performance.now() - begun) / 1000;
  const whole = await done;
  trainSeconds = (performance.now() - begun) / 1000 - startSeconds;
  expect(whole.code, whole.stderr).toBe(0);
  expected = await contentOf("whole");
  expect(expected.lines.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, i) => 100 * (i + 1)));
  expect(Object.keys(expected.files)).toHaveLength(2 + 2 * 5);
}, 600_000);
afterAll(async () => {
  for (const child of running) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

test("killed 20 times at random moments, runs end with the bits of one that was not", async () => {
  let kills = 0;
  let finished = 0;
  const killedAt: number[] = [];
  for (let session = 0; kills < 20 || finished === 0; session++) {
    const name = `killed-${finished}`;
    const before = await lastStep(name);
    const child = await start(name);
    const done = ended(child);
    if (kills < 20) {
      const [share = 0] = uniform([1], { seed: 8, step: session }).data;
      // One in five while it starts; the others once they got further, so that the runs do.
      const starting = session % 5 === 0;
      if (!starting) await passed(name, before, child);
      await new Promise((resolve) => setTimeout(resolve, 1000 * share * (starting ? startSeconds : trainSeconds / 3)));
      child.kill("SIGKILL");
    }
    const { code, signal, stderr } = await done;
    if (signal === "SIGKILL") {
      kills++;
      killedAt.push(await lastStep(name));
      continue;
    }
    expect(code, stderr).toBe(0);
    finished++;
    // The machine was faster than it had been.
    trainSeconds *= 0.7;
    expect(await contentOf(name)).toEqual(expected);
  }
  const amidst = killedAt.filter((step) => step > 0 && step < recipe.training!.steps!);
  expect(amidst.length, `killed after steps ${killedAt}`).toBeGreaterThan(5);
}, 1_800_000);

test("a file that cannot grow leaves the last good checkpoint, says so, and the run goes on from it", async () => {
  const child = await start("full");
  const done = ended(child);
  await passed("full", 400, child);
  child.kill("SIGKILL");
  await done;
  const good = await lastStep("full");
  const path = join(checkpointFolder(at("full")), `step-${`${good}`.padStart(8, "0")}.safetensors`);
  const bytes = await readFile(path);
  // No file of this process may exceed 64 KiB; a checkpoint takes more, all else less.
  expect(bytes.length).toBeGreaterThan(64 * 1024);
  const command = [process.execPath, bin, "train", "full", "--resume"];
  const limited = begin("bash", "-c", `ulimit -f 64; exec "$0" "$@"`, ...command);
  const { code, stderr } = await ended(limited);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    new RegExp(
      `step ${good + 100} could not be saved: .*found a file larger than allowed here\\..*The last good checkpoint is of step ${good};`,
    ),
  );
  expect((await readFile(path)).equals(bytes)).toBe(true);
  expect((await readdir(checkpointFolder(at("full")))).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  const resumed = await ended(await start("full"));
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(resumed.stderr).toContain(`resuming full from step ${good}`);
  expect(await contentOf("full")).toEqual(expected);
}, 600_000);

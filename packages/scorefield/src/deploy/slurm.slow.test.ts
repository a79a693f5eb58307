/** The scripts for Slurm, run as its tasks are: with a stand-in for the environment that sbatch gives. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { normal } from "@scorefield/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { called } from "../testing/called-command.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-slurm-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]): string => join(folder, ...names);
const script = (name: string): string => fileURLToPath(new URL(`../../../../deploy/slurm/${name}`, import.meta.url));
// The built program, as Slurm starts it.
const SCOREFIELD = fileURLToPath(new URL("../../bin/scorefield.js", import.meta.url));

/** Runs a script in the folder. */
const sbatch = (name: string, environment: Record<string, string>, ...args: string[]) => {
  const env = { PATH: process.env.PATH!, SCOREFIELD, SCOREFIELD_CACHE: "off", ...environment };
  const { status, stderr } = spawnSync("bash", [script(name), ...args], { cwd: folder, env, encoding: "utf8" });
  return { status, stderr };
};
const task = (part: number, count = 3, first = 1) => ({
  SLURM_ARRAY_TASK_ID: `${part}`,
  SLURM_ARRAY_TASK_COUNT: `${count}`,
  SLURM_ARRAY_TASK_MIN: `${first}`,
  SLURM_ARRAY_TASK_MAX: `${first + count - 1}`,
});
const sample = ["sample", "run", "--count", "20", "--steps", "4", "--seed", "2"];

beforeAll(async () => {
  const z = normal([60, 2], { seed: 4 }).data;
  const rows = Array.from({ length: 60 }, (_, i) => `${z[2 * i]!.toFixed(3)},${z[2 * i + 1]!.toFixed(3)}`);
  writeFileSync(at("table.csv"), `x,y\n${rows.join("\n")}\n`);
  expect((await called("train", at("table.csv"), "--out", at("run"), "--steps", "20")).code).toBe(0);
}, 60_000);

test("an array, a task that is made again, and what gathers them", async () => {
  for (const part of [1, 3])
    expect(sbatch("shards.sbatch", task(part), ...sample)).toEqual({ status: 0, stderr: expect.any(String) });
  // Begun although a task is missing.
  const early = sbatch("gather.sbatch", {}, "people.csv");
  expect(early.status).toBe(1);
  expect(early.stderr).toMatch(/none of 2\. Make it with --shard 2\/3/);
  const alone = sbatch("shards.sbatch", task(2, 1, 2), ...sample);
  expect(alone.status).toBe(1);
  expect(alone.stderr).toMatch(/expected PARTS/);
  expect(sbatch("shards.sbatch", { ...task(2, 1, 2), PARTS: "3" }, ...sample).status).toBe(0);
  expect(readdirSync(at("parts")).filter((name) => name.endsWith(".csv"))).toHaveLength(3);
  const gathered = sbatch("gather.sbatch", {}, "people.csv");
  expect(gathered.status, gathered.stderr).toBe(0);
  const whole = await called(...sample.with(1, at("run")), "--out", at("whole.csv"));
  expect(whole.code, whole.stderr).toBe(0);
  expect(readFileSync(at("people.csv"))).toEqual(readFileSync(at("whole.csv")));
}, 60_000);

test("what is no array, and no command, is told", () => {
  expect(sbatch("shards.sbatch", {}, ...sample).stderr).toMatch(/expected an array of tasks/);
  expect(sbatch("shards.sbatch", task(1)).stderr).toMatch(/expected a command and a run/);
  expect(sbatch("gather.sbatch", {}).stderr).toMatch(/expected the file to write/);
});

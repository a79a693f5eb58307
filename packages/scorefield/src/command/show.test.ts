/** `scorefield show` of the built command, on runs in all states. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { denoising, edm, initialTrainable, mlp, preconditioningFromRecipe, trainedModel } from "@scorefield/core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { lockName } from "../run/lock.ts";
import { saveRun } from "../run/save.ts";

// Every test starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const bin = fileURLToPath(new URL("../../bin/scorefield.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "scorefield-show-"));
const at = (name: string) => join(folder, name);
const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd: folder, encoding: "utf8" });
  return { code: status, stdout, stderr };
};
const small = ["--set", "network.width=16", "--set", "network.depth=2", "--set", "data.count=500", "--batch", "32"];

beforeAll(() => {
  const { code, stderr, stdout } = run("train", "moons", "--out", "first", "--steps", "600", ...small);
  expect(code, stderr).toBe(0);
  expect(stdout).toContain("loss curve: first/loss.html, or: scorefield show first");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a finished run: what it is, its losses and their curve, and what comes next", () => {
  const { code, stdout, stderr } = run("show", "first");
  expect(code, stderr).toBe(0);
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^first\n/);
  expect(stdout).toMatch(/^ {2}data +moons: 400 to learn from, 100 held out$/m);
  expect(stdout).toMatch(/^ {2}a sample +a row of 2 columns: x, y$/m);
  expect(stdout).toMatch(
    /^ {2}network +mlp \(width 16, depth 2, noiseFeatures 32, noiseEmbedding log\), 866 parameters$/m,
  );
  expect(stdout).toMatch(
    /^ {2}objective +denoising \(weighting edm, noiseDistribution log-normal \(mean −1.2, deviation 1.2\)/m,
  );
  expect(stdout).toMatch(/^ {2}trained +600 of 600 steps of 32$/m);
  expect(stdout).toMatch(/^ {2}loss +\d\.\d{4} over the last steps, held out \d\.\d{4}/m);
  expect(stdout).toMatch(/^ {2}checkpoints +of steps 600$/m);
  expect(stdout).toMatch(/┤.*[\u2801-\u28ff]/);
  expect(stdout).toMatch(/0 +steps +600\n/);
  expect(stdout).toContain("scorefield sample first --out new.csv");
  expect(stdout).not.toContain("--resume");
});

test("as JSON: all of it, with every loss that was recorded", async () => {
  const result = JSON.parse(run("show", "first", "--json").stdout);
  const metrics = (await readFile(at("first/metrics.jsonl"), "utf8")).trim().split("\n");
  expect(result).toMatchObject({
    run: "first",
    step: 600,
    locked: false,
    checkpoints: [600],
    model: { parameters: 866 },
  });
  expect(result.metrics).toEqual(metrics.map((line) => JSON.parse(line)));
  expect(result.heldOut).toEqual({ step: 600, loss: result.metrics.at(-1).heldOutLoss });
  expect(result.leastHeldOut.loss).toBeLessThanOrEqual(result.heldOut.loss);
});

test("the page that training left, and the same by --report", async () => {
  const left = await readFile(at("first/loss.html"), "utf8");
  expect(left).toMatch(/^<!doctype html>[\s\S]*<svg[\s\S]*<\/html>\n$/);
  expect(left).toContain("600 of 600 steps");
  // Of letters 11 pixels high: on a page 400 pixels wide a figure has 354, and letters below 8 are hard to read.
  expect(Number(left.match(/<svg[^>]* width="(\d+)"/)![1])).toBeLessThanOrEqual(486);
  const { code, stdout } = run("show", "first", "--report", "page.html");
  expect(code).toBe(0);
  expect(stdout).toContain("Report: page.html");
  expect((await readFile(at("page.html"), "utf8")).replace(/<dt>files.*?<\/dd>/, "")).toBe(
    left.replace(/<dt>files.*?<\/dd>/, ""),
  );
});

test("while it trains, when killed, stopped and resumed", async () => {
  const args = ["train", "moons", "--out", "stopped", "--steps", "200000", ...small];
  const start = (...args: string[]) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd: folder, stdio: "ignore" });
    return { child, closed: new Promise((resolve) => child.on("close", resolve)) };
  };
  const { child, closed } = start(...args, "--set", "training.checkpointSeconds=1");
  while (!existsSync(at("stopped/metrics.jsonl")) && child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 20));
  const running = run("show", "stopped");
  expect(running.code, running.stderr).toBe(0);
  expect(running.stdout).toMatch(/trained +[\d,]+ of 200,000 steps of 32; a training is running/);
  expect(running.stdout).not.toContain("--resume");
  const locked = () => JSON.parse(run("show", "stopped", "--json").stdout).locked;
  expect(locked()).toBe(true);
  child.kill("SIGKILL");
  await closed;
  // What is left of its lock is no sign of work.
  expect(existsSync(at(`stopped/${lockName}`))).toBe(true);
  const killed = run("show", "stopped");
  expect(killed.stdout).toMatch(/trained +[\d,]+ of 200,000 steps of 32; unfinished/);
  expect(killed.stdout).toContain("scorefield train stopped --resume");
  expect(locked()).toBe(false);
  const again = start("train", "stopped", "--resume");
  while (!locked() && again.child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
  again.child.kill("SIGINT");
  await again.closed;
  const stopped = run("show", "stopped");
  expect(stopped.stdout).toMatch(/trained +[\d,]+ of 200,000 steps of 32; unfinished/);
  expect(stopped.stdout).toContain("scorefield train stopped --resume");
  expect(await readFile(at("stopped/loss.html"), "utf8")).toContain("The training is not finished.");
  const { step } = JSON.parse(run("show", "stopped", "--json").stdout);
  expect(run("train", "stopped", "--resume", "--steps", `${step + 50}`).code).toBe(0);
  expect(run("show", "stopped").stdout).toMatch(/trained +([\d,]+) of \1 steps of 32\n/);
});

test("one that another machine may be training is said to be so", async () => {
  await cp(at("first"), at("far"), { recursive: true });
  await mkdir(at(`far/${lockName}`));
  await writeFile(at(`far/${lockName}/01.json`), JSON.stringify({ pid: 1, host: "elsewhere", boot: "another" }));
  expect(run("show", "far").stdout).toMatch(/600 of 600 steps of 32; a training on another machine may be running/);
  expect(JSON.parse(run("show", "far", "--json").stdout).locked).toBeNull();
});

test("damaged runs are typed errors; a cut last line and missing files are no damage", async () => {
  const damaged = async (name: string, change: () => Promise<unknown>) => {
    await cp(at("first"), at(name), { recursive: true });
    await change();
    return run("show", name, "--json");
  };
  const lines = await readFile(at("first/metrics.jsonl"), "utf8");
  const word = await damaged("word", () => writeFile(at("word/metrics.jsonl"), `{"step":1,"loss":"x"}\n${lines}`));
  expect(word.code).toBe(1);
  const { error } = JSON.parse(word.stdout);
  expect(error.name).toBe("RunError");
  expect(error.message).toContain("word/metrics.jsonl, line 1: expected JSON with the numbers step and loss");
  const record = await damaged("record", () => writeFile(at("record/run.json"), "{}"));
  expect(JSON.parse(record.stdout).error.name).toBe("RunError");
  const cut = await damaged("cut", () => writeFile(at("cut/metrics.jsonl"), lines.slice(0, -20)));
  expect(cut.code, cut.stderr).toBe(0);
  const none = await damaged("none", () => rm(at("none/metrics.jsonl")));
  expect(JSON.parse(none.stdout)).toMatchObject({ step: 600, metrics: [] });
  expect(run("show", "none").stdout).toMatch(/loss +none recorded yet/);
  const gone = run("show", "frist");
  expect(gone.stderr).toBe(
    "scorefield: frist: expected the folder of a run, found no run.json there; did you mean first?\n",
  );
});

test("a model that a program saved has no training to show", async () => {
  const parts = {
    process: edm(),
    network: mlp({ width: 8, depth: 1 }),
    preconditioning: preconditioningFromRecipe({ kind: "edm" }),
  };
  const parameters = initialTrainable(parts.network, denoising(), [2], 0).network;
  await saveRun(at("saved"), trainedModel(parts, parameters, [2]), { columns: ["a", "b"] });
  const { code, stdout, stderr } = run("show", "saved");
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/data +not known: a program saved this model/);
  expect(stdout).toContain("scorefield sample saved");
  expect(stdout).not.toContain("evaluate");
});

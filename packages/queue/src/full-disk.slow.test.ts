/** A worker whose disk is really full: a small file system in memory, which root alone may mount. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bin } from "./testing/fleet.ts";
import { hasRedis, type RedisServer, startRedis } from "./testing/redis-server.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-full-"));
const at = (...names: string[]): string => join(folder, ...names);

/** A disk of some kilobytes in a folder of this name. @returns whether this user may mount one */
const small = (name: string, kilobytes: number): boolean => {
  mkdirSync(at(name));
  return spawnSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "none", at(name)]).status === 0;
};
const disks = ["tiny", "small"];
// The run of this test has about 40 kB, and each part of its samples about 400 kB.
const mounts = process.platform === "linux" && small("tiny", 16) && small("small", 300);
if (!mounts) console.warn("This user may not mount a small disk: the test of a worker with a full disk is skipped.");
afterAll(() => {
  if (mounts) for (const disk of disks) spawnSync("umount", [at(disk)]);
  rmSync(folder, { recursive: true, force: true });
});

const started = (...args: readonly string[]) => {
  const child = spawn(process.execPath, [bin, ...args], { env: { ...process.env, SCOREFIELD_CACHE: "off" } });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (text) => (said.stdout += text));
  child.stderr.on("data", (text) => (said.stderr += text));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const events = (): { readonly kind: string; readonly what: string; readonly message: string }[] =>
    said.stdout
      .split("\n")
      .filter((line) => line.endsWith("}"))
      .map((line) => JSON.parse(line));
  return { child, said, ended, events };
};
const done = async (...args: readonly string[]): Promise<void> => {
  const { said, ended } = started(...args);
  expect(await ended, said.stderr).toBe(0);
};
const until = async (what: () => boolean, seconds = 60): Promise<void> => {
  for (const end = Date.now() + 1000 * seconds; !what(); await new Promise((resolve) => setTimeout(resolve, 50)))
    if (Date.now() > end) throw new Error("waited for too long");
};

describe.skipIf(!hasRedis || !mounts)("workers whose disks are full", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
    mkdirSync(at("store"));
    const table = Array.from({ length: 200 }, (_, i) => [Math.sin(i), Math.cos(3 * i)].join());
    writeFileSync(at("table.csv"), `a,b\n${table.join("\n")}\n`);
    const few = ["--set", "network.width=16", "--set", "network.depth=2", "--batch", "32", "--steps", "20"];
    await done("train", at("table.csv"), "--out", at("run"), ...few);
  }, 120_000);
  afterAll(() => server?.close());

  test("say so, leave nothing half-written, and their work goes to another", async () => {
    const draws = ["sample", at("run"), "--count", "20000", "--seed", "3", "--steps", "4", "--no-refine"];
    const place = ["--queue", server.url, "--store", at("store")];
    const sampling = started(...draws, ...place, "--parts", "2", "--out", at("many.csv"), "--json");
    const worker = (name: string, ...more: readonly string[]) =>
      started("worker", ...place, "--json", "--name", name, ...more);
    const full = disks.map((disk) => worker(disk, "--cache", at(disk)));
    for (const { events } of full) await until(() => events().some(({ kind }) => kind === "failed"));
    // One of them goes on, and is to let the other one be first.
    const [tiny] = full as [(typeof full)[number]];
    tiny.child.kill("SIGTERM");
    await tiny.ended;
    const good = worker("good");
    expect(await sampling.ended, sampling.said.stderr).toBe(0);
    for (const { child, ended, events } of full) {
      child.kill("SIGTERM");
      await ended;
      for (const { message } of events().filter(({ kind }) => kind === "failed"))
        expect(message).toMatch(/no (room|space left) on the disk.*attempt \d of 5 follows$/);
    }
    good.child.kill("SIGTERM");
    await good.ended;
    // The run did not fit on the one, and its part did not on the other.
    expect(readdirSync(at("tiny"), { recursive: true }).filter((name) => /\./.test(`${name}`))).toEqual([]);
    const left = readdirSync(at("small"), { recursive: true }).map(String).sort();
    expect(left.filter((name) => /outgoing\/|gathering\/|\.tmp|\.csv/.test(name))).toEqual([]);
    expect(left.some((name) => name.endsWith("run.json"))).toBe(true);
    expect(readdirSync(at("store", "incoming"))).toEqual([]);
    const last = JSON.parse(sampling.said.stdout.trim().split("\n").at(-1)!);
    expect(last).toMatchObject({ file: at("many.csv"), parts: 2, workers: ["good"] });
    await done(...draws, "--out", at("one.csv"));
    expect(readFileSync(at("many.csv")).equals(readFileSync(at("one.csv")))).toBe(true);
    expect(existsSync(at("small", "runs"))).toBe(true);
  }, 120_000);
});

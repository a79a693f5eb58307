/** The same file from one process and from workers that are killed, while Redis is killed too. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bin, type Fleet, startFleet } from "./testing/fleet.ts";
import { hasRedis, type RedisServer, startRedis } from "./testing/redis-server.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-many-"));
const at = (name: string): string => join(folder, name);
const env = { ...process.env, SCOREFIELD_CACHE: "off" };

const scorefield = (...args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { encoding: "utf8", env });
  expect(status, stderr).toBe(0);
  return stdout;
};
const started = (...args: readonly string[]) => {
  const child = spawn(process.execPath, [bin, ...args], { env });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (text) => (said.stdout += text));
  child.stderr.on("data", (text) => (said.stderr += text));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return { child, said, ended };
};

const rows = 100_000;
const parts = 64;
const mostKills = 4;
const draws = ["--count", `${rows}`, "--seed", "7", "--sampler", "heun", "--steps", "40", "--no-refine"];

describe.skipIf(!hasRedis)("workers as processes", () => {
  let server: RedisServer;
  let fleet: Fleet;
  beforeAll(async () => {
    if (!existsSync(join(bin, "../../dist/cli.js")))
      throw new Error("the command is not built: run npm run build first");
    server = await startRedis();
    mkdirSync(at("store"));
    const table = Array.from({ length: 500 }, (_, i) => [Math.sin(i), Math.cos(3 * i) + Math.sin(i)].join());
    writeFileSync(at("table.csv"), `a,b\n${table.join("\n")}\n`);
    const small = ["--set", "network.width=32", "--set", "network.depth=2", "--batch", "64", "--steps", "60"];
    scorefield("train", at("table.csv"), "--out", at("run"), ...small);
    scorefield("sample", at("run"), ...draws, "--out", at("one.csv"));
  }, 300_000);
  afterAll(async () => {
    await fleet?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  test("make the file of one process to the bit, each shard once, though one is killed every 3 seconds, and Redis once", async () => {
    const place = ["--queue", server.url, "--store", at("store")];
    fleet = startFleet(4, [...place, "--lease", "2000"]);
    const sampling = started(
      "sample",
      at("run"),
      ...draws,
      ...place,
      "--parts",
      `${parts}`,
      "--out",
      at("many.csv"),
      "--json",
    );
    let kills = 0;
    const killing = setInterval(() => {
      // In the middle of its work. On a slow machine workers may start for longer than 3 seconds: so not for ever.
      const place = fleet.busy();
      if (place === undefined || kills === mostKills) return;
      fleet.replace(place);
      if (++kills === 2) void server.restart(200);
    }, 3000);
    const code = await sampling.ended;
    clearInterval(killing);
    expect(code, sampling.said.stderr).toBe(0);
    expect(kills).toBeGreaterThanOrEqual(2);
    expect(readFileSync(at("many.csv")).equals(readFileSync(at("one.csv")))).toBe(true);
    const last = JSON.parse(sampling.said.stdout.trim().split("\n").at(-1)!);
    expect(last).toMatchObject({ file: at("many.csv"), parts });
    const { jobs } = JSON.parse(scorefield("jobs", "list", "--queue", server.url, "--json"));
    expect(jobs).toHaveLength(parts + 1);
    expect(new Set(jobs.map(({ state }: { readonly state: string }) => state))).toEqual(new Set(["done"]));
    // Each was finished once, as far as workers lived to say so.
    const done = fleet.events().filter(({ kind }) => kind === "done");
    expect(new Set(done.map(({ id }) => id)).size).toBe(done.length);
    expect(done.length).toBeGreaterThanOrEqual(parts - kills);
  });

  test("work that is given again is there already; jobs shows it, and Ctrl-C of a client cancels what is left", async () => {
    const place = ["--queue", server.url, "--store", at("store")];
    scorefield("sample", at("run"), ...draws, ...place, "--parts", `${parts}`, "--out", at("again.csv"));
    expect(readFileSync(at("again.csv")).equals(readFileSync(at("one.csv")))).toBe(true);
    await fleet.close();
    const waiting = started("sample", at("run"), "--count", "10", ...place, "--parts", "2", "--out", at("few.csv"));
    for (let k = 0; !/no worker/.test(waiting.said.stderr); k++) {
      if (k > 300) throw new Error(`waited for too long: ${waiting.said.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(scorefield("jobs", "list", "--queue", server.url)).toMatch(/2 waiting, 1 held/);
    waiting.child.kill("SIGINT");
    expect(await waiting.ended).toBe(130);
    expect(waiting.said.stderr).toMatch(/stopped; 0 of 2 parts are kept: give the command again to go on/);
    expect(existsSync(at("few.csv"))).toBe(false);
    expect(scorefield("jobs", "list", "--queue", server.url, "--all")).toMatch(/3 cancelled/);
    expect(scorefield("jobs", "retry", "--all", "--queue", server.url)).toMatch(/3 pieces of work are tried again/);
    scorefield("worker", ...place, "--once");
    scorefield("sample", at("run"), "--count", "10", ...place, "--parts", "2", "--out", at("few.csv"));
    expect(readFileSync(at("few.csv"), "utf8").trim().split("\n")).toHaveLength(11);
  });

  test("three rows are done in three parts, where nobody says in how many", async () => {
    const place = ["--queue", server.url, "--store", at("store"), "--json"];
    writeFileSync(at("rows.csv"), "a,b\n0,1\n0.5,0.2\n1,0\n");
    const rows = ["--data", at("rows.csv")];
    const all = [
      ["likelihood", at("run"), ...rows, "--out", at("likelihood.csv")],
      ["anomaly", at("run"), ...rows, "--quick", "--out", at("anomaly.csv")],
    ].map((args) => started(...args, ...place));
    const worker = started("worker", ...place);
    for (const { ended, said } of all) {
      expect(await ended, said.stderr).toBe(0);
      expect(JSON.parse(said.stdout.trim().split("\n").at(-1)!)).toMatchObject({ parts: 3 });
    }
    worker.child.kill("SIGTERM");
    await worker.ended;
    for (const name of ["likelihood.csv", "anomaly.csv"])
      expect(readFileSync(at(name), "utf8").trim().split("\n")).toHaveLength(4);
  });
});

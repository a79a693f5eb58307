/** What a worker loads before it works: where workers come and go, their start is a good part of what they cost. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadedFiles } from "../../scorefield/src/testing/loaded-files.ts";
import { bin } from "./testing/fleet.ts";
import { hasRedis, type RedisServer, startRedis } from "./testing/redis-server.ts";

const computing = (more: readonly string[]): Promise<string[]> => {
  const built = new URL("../../scorefield/dist/", import.meta.url);
  const files = ["job/perform-program.js", ...more].map((name) => JSON.stringify(new URL(name, built)));
  return loadedFiles(["--input-type=module", "-e", files.map((file) => `await import(${file});`).join("")]);
};

describe.skipIf(!hasRedis)("a worker", () => {
  let server: RedisServer;
  const folder = mkdtempSync(join(tmpdir(), "scorefield-start-"));
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  test("loads at most 550 files, of which most are those of the queue, and nothing that computes", async () => {
    const files = await loadedFiles([bin, "worker", "--once", "--queue", server.url, "--store", folder]);
    expect(files.some((file) => file.includes("/bullmq/"))).toBe(true);
    expect(files.length).toBeLessThanOrEqual(550);
    expect(files.filter((file) => /onnxruntime|\/sharp\/|core\/dist\/network|domain\/dist/.test(file))).toEqual([]);
  });
});

test("the process that computes loads at most 300 files, and what work needs when it comes", async () => {
  expect((await computing([])).length).toBeLessThanOrEqual(300);
  const sampling = await computing(["job/run-shard.js", "command/sample.js"]);
  expect(sampling.length).toBeLessThanOrEqual(1050);
  expect(sampling.filter((file) => /inverse\/dist|discover\/dist|verify\/dist/.test(file))).toEqual([]);
});

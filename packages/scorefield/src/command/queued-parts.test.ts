/** What is refused before work goes to a queue, and in how many parts it goes: no more than there are things to do. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { called } from "../testing/called-command.ts";
import { runAnomaly } from "./anomaly.ts";
import { countThings } from "./count-things.ts";
import { runLikelihood } from "./likelihood.ts";
import { runRestore } from "./restore.ts";
import { runSample } from "./sample.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-queued-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const signal = new AbortController().signal;

beforeAll(async () => {
  const table = Array.from({ length: 60 }, (_, i) => [Math.sin(i), Math.cos(3 * i)].join());
  writeFileSync(at("table.csv"), `a,b\n${table.join("\n")}\n`);
  writeFileSync(at("few.csv"), "a,b\n0,1\n0.5,0.2\n1,0\n");
  writeFileSync(at("seen.csv"), "a\n0.5\n0.2\n");
  const small = ["--set", "network.width=16", "--set", "network.depth=2", "--batch", "16", "--steps", "4"];
  const { code, stderr } = await called("train", at("table.csv"), "--out", at("run"), ...small);
  expect(code, stderr).toBe(0);
});

test("commands say how many things they work on before they work", async () => {
  const seed = 0;
  expect(await countThings(runSample, at("run"), { count: 7, seed } as never, signal)).toEqual({
    count: 7,
    things: "samples",
  });
  const rows = { data: at("few.csv"), seed, noise: 0.1, draws: 1, steps: 2 } as never;
  expect(await countThings(runLikelihood, at("run"), rows, signal)).toEqual({ count: 3, things: "rows" });
  expect(await countThings(runAnomaly, at("run"), rows, signal)).toEqual({ count: 3, things: "rows" });
  const seen = {
    measurement: at("seen.csv"),
    index: "all",
    noise: "gaussian:sigma=0.1",
    seed,
    draws: 2,
  } as never;
  expect(await countThings(runRestore, at("run"), seen, signal)).toEqual({ count: 2, things: "measurements" });
});

// Nobody listens there: what is refused is refused without a server.
const place = ["--queue", "redis://127.0.0.1:1", "--store", folder];

test.each([
  [
    ["sample", "--count", "3", "--parts", "4", "--out", "x.csv"],
    /--parts 4: expected at most one for each of 3 samples/,
  ],
  [
    ["likelihood", "--data", at("few.csv"), "--parts", "4", "--out", "x.csv"],
    /--parts 4: expected at most one for each of 3 rows/,
  ],
  [["likelihood", "--out", "x.csv"], /--data: expected a table with the run's columns, found none/],
  [["likelihood", "--data", "-", "--out", "x.csv"], /--data -: expected a file or a folder in work of a queue/],
  [
    ["anomaly", "--data", at("few.csv"), "--explain", "--out", "x.csv"],
    /expected no option --explain in work of a queue/,
  ],
  [["likelihood", "--data", at("none.csv"), "--out", "x.csv"], /none.csv: expected .* found no such file/],
  [["likelihood", "--data", at("few.csv"), "--out", "x.csv"], /no Redis server listens there/],
] as const)("%j", async ([command, ...args], message) => {
  const { code, stderr } = await called(command, at("run"), ...args, ...place);
  expect(code).toBe(1);
  expect(stderr).toMatch(message);
});

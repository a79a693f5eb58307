/** Parts over a store are what one process writes: to the byte. What a queue must not carry is refused. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { normal } from "@scorefield/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { called } from "../testing/called-command.ts";
import { folderStore } from "./folder-store.ts";
import { gatherShards } from "./gather-shards.ts";
import { runShard } from "./run-shard.ts";
import { shardWorkOf } from "./shard-work-of.ts";
import { copyPlace } from "./stored-places.ts";
import { type ShardWork, workId, workSchema } from "./work.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-run-shard-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]): string => join(folder, ...names);
const run = at("run");
mkdirSync(at("store"));
const store = folderStore(at("store"));
let cache = 0;
const shares: number[] = [];
/** Of a worker with a folder of its own. */
const worker = () => ({
  store,
  cache: at(`cache-${cache++}`),
  signal: new AbortController().signal,
  onProgress: (share: number) => void shares.push(share),
});

const done = async (...args: string[]) => {
  const found = await called(...args);
  expect(found.code, found.stderr).toBe(0);
};

/** Does the work of a command line on two workers, and puts it together. @returns its bytes */
const worked = async (command: ShardWork["command"], flags: Record<string, unknown>, parts: number, path = run) => {
  const work = await shardWorkOf(command, path, flags, parts, store);
  const workers = [worker(), worker()];
  for (const [k, one] of [...work].reverse().entries()) {
    // As a queue hands it on.
    const carried = workSchema.parse(JSON.parse(JSON.stringify(one))) as ShardWork;
    const { content } = await runShard(carried, workers[k % 2]!);
    await store.putReceipt({ work: workId(one), content, worker: "a test", seconds: 1 });
  }
  const [{ ending, code }] = work as [ShardWork];
  const { content } = await gatherShards({ kind: "gather", code, shards: work.map(workId), ending }, workers[0]!);
  return content;
};

beforeAll(async () => {
  const z = normal([80, 2], { seed: 4, dtype: "float64" }).data;
  const text = (from: number, to: number) =>
    `x,y\n${Array.from({ length: to - from }, (_, i) => `${z[2 * (from + i)]!.toFixed(3)},${(z[2 * (from + i)]! + z[2 * (from + i) + 1]!).toFixed(3)}`).join("\n")}\n`;
  writeFileSync(at("table.csv"), text(0, 60));
  writeFileSync(at("new.csv"), text(60, 80));
  await done("train", at("table.csv"), "--out", run, "--steps", "40");
  await done("train", at("table.csv"), "--out", at("plain"), "--steps", "40", "--set", "scaling=standard");
}, 60_000);

test("sample, likelihood and anomaly over a store", async () => {
  await done("sample", run, "-n", "30", "--steps", "5", "--seed", "3", "--out", at("sample.csv"));
  const sample = await worked("sample", { count: 30, steps: 5, seed: 3, rules: true, refine: true, out: "x.csv" }, 4);
  expect(Buffer.from(await store.get(sample))).toEqual(readFileSync(at("sample.csv")));
  expect(shares.at(-1)).toBeGreaterThan(0);

  const data = at("new.csv");
  await done("likelihood", run, "--data", data, "--tolerance", "1e-3", "--out", at("likelihood.tsv"));
  const likelihood = await worked("likelihood", { data, tolerance: 1e-3, seed: 0, out: "x.tsv" }, 3);
  expect(Buffer.from(await store.get(likelihood))).toEqual(readFileSync(at("likelihood.tsv")));

  // The training rows go with the run.
  await done("anomaly", run, "--data", data, "--quick", "--out", at("anomaly.csv"));
  const flags = { data, quick: true, noise: 0.2, tolerance: 1e-3, steps: 2000, seed: 0, out: "x.csv" };
  const anomaly = await worked("anomaly", flags, 3);
  expect(Buffer.from(await store.get(anomaly))).toEqual(readFileSync(at("anomaly.csv")));
}, 60_000);

test("restored measurements are folders, or one array", async () => {
  writeFileSync(at("seen.csv"), "x\n0.5\n-0.3\n1.2\n");
  const args = ["--measurement", at("seen.csv"), "--noise", "gaussian:0.1", "--index", "all", "--draws", "3"];
  await done("restore", at("plain"), ...args, "--method", "daps:steps=3", "--out", at("restored"));
  await done("restore", at("plain"), ...args, "--method", "daps:steps=3", "--out", at("restored.npy"));
  const flags = { measurement: at("seen.csv"), noise: "gaussian:0.1", index: "all", draws: 3, seed: 0 };
  const one = await worked("restore", { ...flags, method: "daps:steps=3", out: "x.npy" }, 2, at("plain"));
  expect(Buffer.from(await store.get(one))).toEqual(readFileSync(at("restored.npy")));
  const all = await worked("restore", { ...flags, method: "daps:steps=3", out: "x" }, 2, at("plain"));
  expect(all.folder).toBe(true);
  await copyPlace(store, all, at("copied"));
  expect(readdirSync(at("copied")).sort()).toEqual(["0", "1", "2", "restored.json"]);
  for (const name of ["0/mean.npy", "1/draws.npy", "2/draws.csv"])
    expect(readFileSync(at("copied", name))).toEqual(readFileSync(at("restored", name)));
  const { results } = JSON.parse(readFileSync(at("copied", "restored.json"), "utf8"));
  expect(results.map(({ index }: { index: number }) => index)).toEqual([0, 1, 2]);
}, 60_000);

test("a queue carries no place, no file of a worker and no unknown option", async () => {
  const [work] = (await shardWorkOf("sample", run, { count: 4, seed: 0, out: "x.csv" }, 1, store)) as [ShardWork];
  const refused = async (change: Partial<ShardWork>) => {
    const error = await runShard({ ...work, ...change }, worker()).catch((error: unknown) => error);
    expect(error).toMatchObject({ name: "JobError", again: false });
    return (error as Error).message;
  };
  for (const name of ["out", "shard", "provider", "like", "json"])
    expect(await refused({ options: { [name]: "x" } }), name).toMatch(/expected no option --/);
  expect(await refused({ options: { wrong: 1 } })).toMatch(/expected options of this command, found --wrong=1/);
  expect(await refused({ options: { count: "many" } })).toMatch(/whole number/);
  expect(await refused({ inputs: { out: work.run } })).toMatch(/expected no file --out/);
  const text = { command: "restore", options: { noise: "gaussian:@/etc/passwd" } } as const;
  expect(await refused(text)).toMatch(/no file \(@FILE\)/);
  for (const path of ["../x", "/x", "a/../../x"])
    expect(() => workSchema.parse({ ...work, inputs: { like: { ...work.run, ending: path } } })).toThrow();
  await expect(shardWorkOf("sample", run, { out: "x.csv", like: "-" }, 1, store)).rejects.toThrow(/expected a file/);
});

test("a run whose record names data elsewhere is refused", async () => {
  const [work] = (await shardWorkOf("anomaly", run, { data: at("new.csv"), out: "x.csv", seed: 0 }, 1, store)) as [
    ShardWork,
  ];
  const list = JSON.parse(Buffer.from(await store.get(work.run)).toString());
  const at0 = list.findIndex(({ path }: { path: string }) => path === "run.json");
  const record = JSON.parse(Buffer.from(await store.get(list[at0].content)).toString());
  record.training.recipe.data.path = "/etc/passwd";
  list[at0].content = await store.put(Buffer.from(JSON.stringify(record)));
  const stranger = { ...(await store.put(Buffer.from(JSON.stringify(list)))), folder: true };
  await expect(runShard({ ...work, run: stranger }, worker())).rejects.toThrow(/data below the run's own folder/);
});

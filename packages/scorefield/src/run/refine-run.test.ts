import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleTable } from "../domain/table.ts";
import { createRun, defaultRuntime, loadRun, RunError, refineRun, resumeRun, trainRun } from "../index.ts";

let folder: string;
let table: string;
const rows = 2700;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-refine-"));
  table = join(folder, "t.csv");
  const lines = Array.from({ length: rows }, (_, i) => {
    const x = Math.sin(7 * i * i);
    return `${x.toFixed(4)},${(x * x + Math.cos(3 * i) / 3).toFixed(4)},${"abc"[i % 3]}`;
  });
  await writeFile(table, `${["x,y,c", ...lines].join("\n")}\n`);
});
afterAll(async () => {
  await defaultRuntime().dispose();
  await rm(folder, { recursive: true });
});

const trained = async (name: string, { seed = 0, training = {} } = {}) => {
  const run = await createRun(
    {
      seed,
      data: { path: table },
      network: { kind: "mlp", width: 16, depth: 1 },
      sampler: { kind: "heun", steps: 2 },
      training: { steps: 20, batch: 64, ...training },
    },
    { out: join(folder, name) },
  );
  for await (const _ of trainRun(run));
  return run;
};

test("a run that was stopped before it was learnt learns it from as many samples", async () => {
  const run = await trained("stopped");
  const again = await resumeRun(run.path);
  const { training } = run.data.split;
  const refinement = await refineRun(again);
  expect(refinement).toMatchObject({ step: 20, rows: training.count, samples: 2 * training.count });
});

test("the greatest seed serves", async () => {
  const run = await trained("seed", { seed: 2 ** 53 - 1 });
  expect((await refineRun(run))?.step).toBe(20);
});

test("a file that is of other columns is refused when the run is loaded", async () => {
  const run = await trained("damaged");
  const { samples, loss } = (await refineRun(run))!;
  expect(samples).toBeGreaterThan(4096);
  expect(loss).toBeLessThan(Math.LN2);
  const path = join(run.path, "refinement.json");
  const text = await readFile(path, "utf8");
  expect((await loadRun(run.path)).logRatio).toBeDefined();
  for (const change of [
    (stored: { parts: { columns: number; categories: number[] }[] }) => {
      stored.parts[1]!.categories.push(0);
      stored.parts[1]!.columns++;
    },
    (stored: { parts: { objective: string }[] }) => {
      stored.parts[0]!.objective = "squares";
    },
    (stored: { loss: unknown }) => {
      stored.loss = "small";
    },
    (stored: { parts: unknown }) => {
      stored.parts = 3;
    },
  ]) {
    const stored = JSON.parse(text);
    change(stored);
    await writeFile(path, JSON.stringify(stored));
    await expect(loadRun(run.path)).rejects.toThrow(RunError);
    await expect(loadRun(run.path)).rejects.toThrow(/refinement\.json: expected the density ratio of a run/);
  }
  await writeFile(path, text);
  expect((await sampleTable(await loadRun(run.path), { count: 5 })).rows.shape).toEqual([5, 3]);
});

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { logDensity, RecipeError, sample } from "@scorefield/core";
import { defaultRuntime, setDefaultRuntime, zeros } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { RecipeInput } from "../recipe/schema.ts";
import { checkpointFolder, checkpointSteps } from "./checkpoint.ts";
import { createRun } from "./create-run.ts";
import { loadRun } from "./load.ts";
import { readMetrics } from "./metrics.ts";
import type { PreparedRun } from "./prepared-run.ts";
import { resumeRun } from "./resume-run.ts";
import { trainRun } from "./train-run.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-forest-"));
});
afterEach(() => rm(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const network = { kind: "forest" as const, levels: 4, trees: 3, duplicates: 3, smallestLeaf: 10 };
const recipe: RecipeInput = { data: { set: "moons", count: 100 }, network, training: { checkpointSeconds: 0 } };

const advance = async (run: PreparedRun, until = Number.POSITIVE_INFINITY): Promise<void> => {
  for await (const { step } of trainRun(run)) if (step >= until) break;
};

test("a run of a forest has a step for each level, and resumed from the middle ends with the same bits", async () => {
  await advance(await createRun(recipe, { out: at("straight") }));
  await advance(await createRun(recipe, { out: at("stopped") }), 2);
  expect(await checkpointSteps(at("stopped"))).toEqual([1, 2]);
  await advance(await resumeRun(at("stopped")));
  const last = (run: string) => readFile(join(checkpointFolder(at(run)), "step-00000004.safetensors"));
  expect((await last("stopped")).equals(await last("straight"))).toBe(true);
  const metrics = await readMetrics(at("stopped"));
  expect(metrics.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  for (const { heldOutLoss } of metrics) expect(heldOutLoss).toBeGreaterThan(0);
  await advance(await resumeRun(at("stopped")));
  expect(await checkpointSteps(at("stopped"))).toEqual([2, 3, 4]);
});

test("a forest of a table of mixed columns is loaded and draws its rows", async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 3 === 0 ? "red" : "blue"},${(i * 37) % 11}.5\n`);
  await writeFile(at("t.csv"), `a,colour,b\n${rows.join("")}`);
  await advance(await createRun({ ...recipe, data: "t.csv" }, { out: at("t"), folder }));
  const { model, sampler, toData, record } = await loadRun(at("t"));
  expect(record.model.network).toMatchObject({ kind: "forest", levels: 4 });
  const { shape, data } = toData(await sample(model, { count: 20, sampler }));
  expect(shape).toEqual([20, 3]);
  for (let i = 0; i < 20; i++) expect([0, 1]).toContain(data[3 * i + 1]);
  await expect(logDensity(model, zeros([2, ...model.shape]))).rejects.toThrow(/no derivative of use/);
});

test("what a forest has no use for is refused before anything is written", async () => {
  const wrong = [
    [{ steps: 100 }, /expected 4 steps, one for each of the levels of the forest, found 100 steps/],
    [{ minutes: 1 }, /found 1 minutes/],
    [{ accumulate: 2 }, /training.accumulate: expected none for a forest/],
    [{ average: { widths: [0.1] } }, /training.average/],
  ] as const;
  for (const [training, message] of wrong) {
    const refusal = createRun({ ...recipe, training } as RecipeInput, { out: at("b") });
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toThrow(RecipeError);
  }
  await expect(
    createRun({ ...recipe, network: { ...network, classes: 2 } } as never, { out: at("b") }),
  ).rejects.toThrow(/classes/);
});

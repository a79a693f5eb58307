import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { edm, flatLayout, heun, mlp, RecipeError, sample, train } from "@scorefield/core";
import { DataError } from "@scorefield/data";
import { defaultRuntime, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { RunError } from "../errors.ts";
import type { RecipeInput } from "../recipe/schema.ts";
import { checkpointFolder, checkpointSteps } from "./checkpoint.ts";
import { createRun } from "./create-run.ts";
import { type LoadOptions, loadRun } from "./load.ts";
import { lockRun } from "./lock.ts";
import { type Metrics, readMetrics } from "./metrics.ts";
import type { PreparedRun } from "./prepared-run.ts";
import { resumeRun } from "./resume-run.ts";
import { saveRun } from "./save.ts";
import { trainRun } from "./train-run.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-run-"));
});
afterEach(() => rm(folder, { recursive: true }));

const recipe: RecipeInput = {
  data: { set: "moons", count: 500 },
  network: { width: 16, depth: 2 },
  training: { steps: 300, batch: 16, checkpointSeconds: 0 },
};
const at = (name: string) => join(folder, name);

/** Trains until a step is reached, or to the end. */
const advance = async (run: PreparedRun, until = Number.POSITIVE_INFINITY): Promise<void> => {
  for await (const { step } of trainRun(run)) if (step >= until) break;
};

const lastCheckpoint = async (run: string): Promise<Buffer> => {
  const step = (await checkpointSteps(run)).at(-1)!;
  return readFile(join(checkpointFolder(run), `step-${`${step}`.padStart(8, "0")}.safetensors`));
};

describe("a run", () => {
  test("resumed from the middle ends with the same bits as one that was never stopped", async () => {
    await advance(await createRun(recipe, { out: at("straight") }));
    await advance(await createRun(recipe, { out: at("stopped") }), 100);
    expect(await checkpointSteps(at("stopped"))).toEqual([100]);
    await advance(await resumeRun(at("stopped")));
    expect(await checkpointSteps(at("stopped"))).toEqual([100, 200, 300]);
    const straight = await lastCheckpoint(at("straight"));
    expect((await lastCheckpoint(at("stopped"))).equals(straight)).toBe(true);
    await advance(await createRun({ ...recipe, seed: 1 }, { out: at("other") }));
    expect((await lastCheckpoint(at("other"))).equals(straight)).toBe(false);
    // Lines of both sessions, each step once.
    const steps = (await readMetrics(at("stopped"))).map(({ step }) => step);
    expect(steps).toEqual([100, 200, 300]);
    const { heldOutLoss } = (await readMetrics(at("stopped"))).at(-1)!;
    expect(heldOutLoss).toBe((await readMetrics(at("straight"))).at(-1)!.heldOutLoss);
  });

  test("has no more checkpoints than it keeps, also where it was killed after it had written the last one", async () => {
    const few = { ...recipe, training: { ...recipe.training, keepCheckpoints: 1 } };
    await advance(await createRun({ ...recipe, seed: 2 }, { out: at("all") }));
    await advance(await createRun({ ...few, seed: 2 }, { out: at("few") }));
    await cp(
      join(checkpointFolder(at("all")), "step-00000200.safetensors"),
      join(checkpointFolder(at("few")), "step-00000200.safetensors"),
    );
    expect(await checkpointSteps(at("few"))).toEqual([200, 300]);
    await advance(await resumeRun(at("few")));
    expect(await checkpointSteps(at("few"))).toEqual([300]);
  });

  test("so does one with micro-batches, averages of two widths and learnt uncertainty, which keeps averages", async () => {
    const richer: RecipeInput = {
      ...recipe,
      objective: { uncertainty: true },
      training: { ...recipe.training!, accumulate: 2, average: { widths: [0.1, 0.2], snapshots: 2 } },
    };
    await advance(await createRun(richer, { out: at("straight") }));
    await advance(await createRun(richer, { out: at("stopped") }), 200);
    await advance(await resumeRun(at("stopped"), { checkpoint: 100 }));
    expect((await lastCheckpoint(at("stopped"))).equals(await lastCheckpoint(at("straight")))).toBe(true);
    const without = (lines: Metrics[]) => lines.map(({ samplesPerSecond: _, ...line }) => line);
    const [straight, stopped] = [await readMetrics(at("straight")), await readMetrics(at("stopped"))];
    expect(without(stopped)).toEqual(without(straight));
    const names = ["200", "300"].flatMap((step) => [0.1, 0.2].map((w) => `step-00000${step}-width-${w}.safetensors`));
    for (const run of ["straight", "stopped"]) expect(await readdir(join(at(run), "averages"))).toEqual(names);

    // The first width makes the model; another one is made of what was kept.
    const parametersOf = async (options: LoadOptions) => {
      const { model, step, average } = await loadRun(at("stopped"), options);
      const layout = flatLayout(model.parameters);
      return { step, average, values: layout.flatten(model.parameters).data as Float32Array };
    };
    const [followed, same, other] = [
      await parametersOf({}),
      await parametersOf({ averageWidth: 0.1 }),
      await parametersOf({ averageWidth: 0.15 }),
    ];
    expect(Math.max(...same.values.map((value, i) => Math.abs(value - followed.values[i]!)))).toBeLessThan(1e-5);
    expect(same.average!.error).toBeLessThan(1e-6);
    expect(other.average).toMatchObject({ width: 0.15 });
    expect(Math.max(...other.values.map((value, i) => Math.abs(value - followed.values[i]!)))).toBeGreaterThan(1e-3);
    expect((await parametersOf({ averageWidth: 0.15, checkpoint: 250 })).step).toBe(200);
    await expect(loadRun(at("stopped"), { averageWidth: 0.5 })).rejects.toThrow(/relative width/);
  });

  test("metrics past the checkpoint, and a line cut off by a crash, are made again", async () => {
    await advance(await createRun(recipe, { out: at("a") }), 200);
    const path = join(at("a"), "metrics.jsonl");
    await rm(join(checkpointFolder(at("a")), "step-00000200.safetensors"));
    await writeFile(path, `${await readFile(path, "utf8")}{"step": 3`);
    await advance(await resumeRun(at("a")));
    expect((await readMetrics(at("a"))).map(({ step }) => step)).toEqual([100, 200, 300]);
  });

  test("one process trains a run at a time", async () => {
    const events = trainRun(await createRun(recipe, { out: at("a") }));
    await events.next();
    const before = await readdir(at("a"), { recursive: true });
    await expect(advance(await createRun(recipe, { out: at("a"), overwrite: true }))).rejects.toThrow(/trains, found/);
    await expect(advance(await resumeRun(at("a")))).rejects.toThrow(/expected a run that nothing else trains/);
    expect(await readdir(at("a"), { recursive: true })).toEqual(before);
    await events.return();
    await advance(await resumeRun(at("a")));
    expect((await readdir(at("a"))).sort()).toEqual(["checkpoints", "metrics.jsonl", "run.json"]);
  });

  test("goes on after its last step when asked for more, with nothing else changed", async () => {
    await advance(await createRun(recipe, { out: at("a") }));
    const change = (stored: RecipeInput): RecipeInput => ({ ...stored, training: { ...stored.training, steps: 400 } });
    await advance(await resumeRun(at("a"), { change }));
    expect((await checkpointSteps(at("a"))).at(-1)).toBe(400);
    const fewer = (stored: RecipeInput): RecipeInput => ({ ...stored, training: { ...stored.training, steps: 350 } });
    await expect(resumeRun(at("a"), { change: fewer })).rejects.toThrow(
      /at least the 400 steps already done, found 350/,
    );
    const wider = (stored: RecipeInput): RecipeInput => ({ ...stored, network: { kind: "mlp", width: 17 } });
    await expect(resumeRun(at("a"), { change: wider })).rejects.toThrow(/network.width cannot change when resuming/);
    await expect(resumeRun(at("a"), { change: wider })).rejects.toThrow(RecipeError);
  });

  test("resumed from before its last checkpoint, it ends at the given step", async () => {
    await advance(await createRun(recipe, { out: at("a") }));
    const change = (stored: RecipeInput): RecipeInput => ({ ...stored, training: { ...stored.training, steps: 250 } });
    await advance(await resumeRun(at("a"), { checkpoint: 200, change }));
    expect((await loadRun(at("a"))).step).toBe(250);
    expect((await readMetrics(at("a"))).at(-1)!.step).toBe(250);
    expect((await resumeRun(at("a"))).checkpoint!.step).toBe(250);
  });

  test("one row is too few, and the error names the file", async () => {
    await writeFile(at("t.csv"), "a,b\n1,2\n");
    await expect(createRun({ ...recipe, data: "t.csv" }, { out: at("a"), folder })).rejects.toThrow(
      /t.csv: expected at least 2 rows.*found 1/,
    );
  });

  test("what a killed process left before its run had begun is not in the way", async () => {
    await mkdir(join(at("a"), "checkpoints"), { recursive: true });
    await writeFile(join(at("a"), ".run.json.0123456789ab.tmp"), "{");
    await advance(await createRun(recipe, { out: at("a") }), 100);
    expect((await readdir(at("a"))).sort()).toEqual(["checkpoints", "metrics.jsonl", "run.json"]);
    await writeFile(join(checkpointFolder(at("a")), ".step-00000200.safetensors.0123456789ab.tmp"), "half");
    await advance(await resumeRun(at("a")));
    expect(await readdir(checkpointFolder(at("a")))).toHaveLength(3);
  });

  test("notices when its data has changed or gone", async () => {
    const table = (rows: number) => `a,b\n${Array.from({ length: rows }, (_, i) => `${i},${(i * 7) % 5}\n`).join("")}`;
    await writeFile(at("t.csv"), table(50));
    await advance(await createRun({ ...recipe, data: "t.csv" }, { out: at("a"), folder }), 100);
    expect(JSON.parse(await readFile(join(at("a"), "run.json"), "utf8")).training.recipe.data.path).toBe("../t.csv");
    await resumeRun(at("a"));
    await writeFile(at("t.csv"), table(51));
    await expect(resumeRun(at("a"))).rejects.toThrow(/t.csv: expected the data that the run began with/);
    await rm(at("t.csv"));
    await expect(resumeRun(at("a"))).rejects.toThrow(DataError);
  });

  test("its folder is never overwritten unasked, and nothing is written when the recipe is wrong", async () => {
    await advance(await createRun(recipe, { out: at("a") }), 100);
    const before = await readFile(join(at("a"), "run.json"), "utf8");
    await expect(createRun(recipe, { out: at("a") })).rejects.toThrow(/found a run; continue it with --resume/);
    expect(await readFile(join(at("a"), "run.json"), "utf8")).toBe(before);
    const other = await createRun({ ...recipe, seed: 5 }, { out: at("a"), overwrite: true });
    expect(await readFile(join(at("a"), "run.json"), "utf8")).toBe(before);
    await advance(other, 100);
    expect(await readFile(join(at("a"), "run.json"), "utf8")).not.toBe(before);
    await writeFile(at("file"), "x");
    await expect(createRun(recipe, { out: at("file") })).rejects.toThrow(RunError);
    await expect(createRun(recipe, { out: folder, overwrite: true })).rejects.toThrow(/new or empty folder/);
    await expect(createRun(recipe, { out: at("file/run") })).rejects.toThrow(/file\/run: expected .*found a file/);
    await expect(createRun({ ...recipe, heldOut: 2 }, { out: at("b") })).rejects.toThrow(RecipeError);
    for (const training of [
      { batch: 16, accumulate: 3 },
      { averageDecay: 0.99, average: { widths: [0.1] } },
      { average: { widths: [0.4] } },
      { average: { widths: [0.1, 0.1] } },
      { augmentation: { probability: 0.1 } },
    ]) {
      const refusal = await createRun({ ...recipe, training }, { out: at("b") }).catch((error: unknown) => error);
      expect((refusal as Error).name, JSON.stringify(training)).toMatch(/^(Argument|Recipe|Shape)Error$/);
    }
    expect(await readdir(folder)).toEqual(["a", "file"]);
  });

  test("what shows only when training begins leaves nothing behind, nor takes an older run with it", async () => {
    await advance(await createRun(recipe, { out: at("a") }), 100);
    const constraint = { kind: "linear" as const, matrix: [[1, 1, 1]], values: [0] };
    const wrong: readonly (readonly [RecipeInput, RegExp])[] = [
      [{ ...recipe, network: "unet" }, /unet: expected samples/],
      [{ ...recipe, objective: { kind: "constrained", constraint } }, /expected samples of 3 elements/],
      [{ ...recipe, training: { ...recipe.training, precision: "mixed" } }, /needs a runtime that computes in float16/],
      [{ ...recipe, training: { ...recipe.training, learningRate: 1e30 } }, /training diverged at step 2/],
    ];
    for (const [input, message] of wrong)
      for (const name of ["a", "b"]) {
        const run = await createRun(input, { out: at(name), overwrite: true });
        await expect(advance(run)).rejects.toThrow(message);
      }
    expect(await readdir(folder)).toEqual(["a"]);
    expect((await loadRun(at("a"))).step).toBe(100);
    await advance(await resumeRun(at("a")), 200);
  });

  test("is loaded with its model, its columns and the units of its data", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${1000 + i},${i % 3}\n`).join("");
    await writeFile(at("t.csv"), `big,small\n${rows}`);
    const data = { path: "t.csv", kinds: ["big=whole", "small=whole"] };
    await advance(await createRun({ ...recipe, data }, { out: at("a"), folder }));
    const run = await loadRun(at("a"));
    expect(run.made.table!.map(({ kind }) => kind)).toEqual(["whole", "whole"]);
    expect(run).toMatchObject({ step: 300, columns: ["big", "small"], model: { shape: [2] } });
    const samples = run.toData(await sample(run.model, { count: 40, sampler: run.sampler }));
    for (let i = 0; i < 40; i++) {
      expect(samples.data[2 * i]).toBeGreaterThanOrEqual(1000);
      expect(samples.data[2 * i]).toBeLessThanOrEqual(1059);
      expect([0, 1, 2]).toContain(samples.data[2 * i + 1]);
    }
    expect((await loadRun(at("a"), { checkpoint: 200 })).step).toBe(200);
  });

  test("what is no run is said to be none", async () => {
    await expect(loadRun(at("nowhere"))).rejects.toThrow(/nowhere: expected the folder of a run, found no run.json/);
    await advance(await createRun(recipe, { out: at("a") }), 100);
    await rm(checkpointFolder(at("a")), { recursive: true });
    await expect(loadRun(at("a"))).rejects.toThrow(/expected a checkpoint, found none; train the run first/);
    await expect(loadRun(at("a"), { averageWidth: 0.1 })).rejects.toThrow(
      /expected averages kept in training, found none; train with the setting training.average/,
    );
    const path = join(at("a"), "run.json");
    const record = JSON.parse(await readFile(path, "utf8"));
    await writeFile(path, JSON.stringify({ ...record, version: 9 }));
    await expect(loadRun(at("a"))).rejects.toThrow(
      /run.json: expected the record of a run, found version: expected 1, found 9/,
    );
    await writeFile(path, JSON.stringify({ ...record, columns: ["x"] }));
    await expect(loadRun(at("a"))).rejects.toThrow(/found columns: 1 names for samples of shape \[2\]/);
    const scaling = { kind: "quantile", columns: [{ values: [1, 2], counts: [3, 4] }] };
    await writeFile(path, JSON.stringify({ ...record, scaling }));
    await expect(loadRun(at("a"))).rejects.toThrow(/found scaling: one of 1 columns for samples of shape \[2\]/);
    await writeFile(path, "{");
    await expect(loadRun(at("a"))).rejects.toThrow(RunError);
  });
});

test("a record from before runs kept ranks and decimals loads, and its samples are in its columns' values", async () => {
  await advance(await createRun(recipe, { out: at("old") }), 100);
  const path = join(at("old"), "run.json");
  const record = JSON.parse(await readFile(path, "utf8"));
  const columns = [
    { values: [0, 7], counts: [600, 400] },
    { values: [3.5, 4.25, 90], counts: [1, 998, 1] },
  ];
  await writeFile(path, JSON.stringify({ ...record, scaling: { kind: "quantile", columns } }));
  const run = await loadRun(at("old"));
  const { data } = run.toData(await sample(run.model, { count: 200, sampler: run.sampler, seed: 0 }));
  expect(new Set(data.filter((_, k) => k % 2 === 0))).toEqual(new Set([0, 7]));
  expect(data.filter((_, k) => k % 2 === 1)).toContain(4.25);
  const damaged = { kind: "quantile", columns: [columns[0], { ...columns[1], below: [0] }] };
  await writeFile(path, JSON.stringify({ ...record, scaling: damaged }));
  await expect(loadRun(at("old"))).rejects.toThrow(/found scaling: other numbers of values than of counts/);
});

test("a model trained by library code is saved and loaded with the same samples", async () => {
  const { training: data } = (await createRun(recipe, { out: at("data") })).data;
  const network = mlp({ width: 8, depth: 2 });
  const model = await train({ data, process: edm({ sigmaMax: 20 }), network, steps: 50, batch: 16 }).result;
  await saveRun(at("saved"), model, { step: 50, columns: ["x", "y"], sampler: heun({ steps: 5 }) });
  const run = await loadRun(at("saved"));
  expect(run).toMatchObject({ step: 50, columns: ["x", "y"], sampler: { recipe: { kind: "heun", steps: 5 } } });
  const options = { count: 10, sampler: run.sampler, seed: 3 };
  expect(await sample(run.model, options)).toEqual(await sample(model, options));
  await expect(resumeRun(at("saved"))).rejects.toThrow(/a run with its training, found a model alone/);
  await expect(saveRun(at("saved"), model)).rejects.toThrow(RunError);
  // Nor is one replaced that another process is at.
  const unlock = await lockRun(at("saved"));
  await expect(saveRun(at("saved"), model, { overwrite: true })).rejects.toThrow(/nothing else trains/);
  expect((await loadRun(at("saved"))).step).toBe(50);
  await unlock();
  await saveRun(at("saved"), model, { overwrite: true, step: 60 });
  expect((await loadRun(at("saved"))).step).toBe(60);
});

test("of two that begin a run in one folder the later one leaves the run of the earlier", async () => {
  const [first, second] = [
    await createRun(recipe, { out: at("a") }),
    await createRun({ ...recipe, seed: 1 }, { out: at("a") }),
  ];
  await advance(first);
  const made = await lastCheckpoint(at("a"));
  await expect(advance(second)).rejects.toThrow(/expected a new folder, found a run/);
  expect((await lastCheckpoint(at("a"))).equals(made)).toBe(true);
});

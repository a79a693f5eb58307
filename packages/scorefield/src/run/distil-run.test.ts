import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArgumentError, lagrangian, sampleFlowMap } from "@scorefield/core";
import { defaultRuntime, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RunError } from "../errors.ts";
import type { RecipeInput } from "../recipe/schema.ts";
import { checkpointFolder, checkpointSteps } from "./checkpoint.ts";
import { createRun } from "./create-run.ts";
import { distilRun } from "./distil-run.ts";
import { drawFromFlowMap } from "./draw-samples.ts";
import { loadFlowMap, loadRun } from "./load.ts";
import type { PreparedRun } from "./prepared-run.ts";
import { resumeRun } from "./resume-run.ts";
import { trainRun } from "./train-run.ts";

let folder: string;
const at = (name: string): string => join(folder, name);
const recipe: RecipeInput = {
  data: { set: "moons", count: 500 },
  network: { width: 16, depth: 2 },
  training: { steps: 100, batch: 16, checkpointSeconds: 0 },
};

const advance = async (run: PreparedRun, until = Number.POSITIVE_INFINITY): Promise<void> => {
  for await (const { step } of trainRun(run)) if (step >= until) break;
};
const lastCheckpoint = async (run: string): Promise<Buffer> => {
  const step = (await checkpointSteps(run)).at(-1)!;
  return readFile(join(checkpointFolder(run), `step-${`${step}`.padStart(8, "0")}.safetensors`));
};

beforeAll(async () => {
  setDefaultRuntime(native({ threads: 1 }));
  folder = await mkdtemp(join(tmpdir(), "scorefield-distil-"));
  await advance(await createRun(recipe, { out: at("trained") }));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await defaultRuntime().dispose();
});

describe("distilRun", () => {
  test("makes a run of a flow map, whose samples are those of sampleFlowMap, in the units of the data", async () => {
    const run = await distilRun(at("trained"), { out: at("fast"), steps: 40, batch: 8 });
    expect(run.record.flowMap).toMatchObject({ start: { run: "../trained", step: 100 } });
    await advance(run);
    const loaded = await loadFlowMap(at("fast"));
    expect(loaded.step).toBe(40);
    expect(loaded.map.sigmaData).toBe(loaded.record.model.preconditioning.sigmaData);
    const { samples } = await drawFromFlowMap(loaded, { count: 5, seed: 2, steps: 2 });
    expect(samples).toEqual(loaded.toData(await sampleFlowMap(loaded.map, { count: 5, seed: 2, steps: 2 })));
    // It starts from the score model, and learns.
    const start = await loadRun(at("trained"));
    expect(start.model.shape).toEqual(loaded.map.shape);
    await expect(loadRun(at("fast"))).rejects.toThrow(/found one of a flow map.*made from: .*trained$/);
    await expect(loadFlowMap(at("trained"))).rejects.toThrow(/found one of a score model.*scorefield distil/);
  });

  test.each(["ect", "lagrangian"] as const)(
    "%s resumed from the middle ends with the same bits as one that was never stopped",
    async (method) => {
      const options = { method, steps: 300, batch: 4, checkpointSeconds: 0 };
      await advance(await distilRun(at("trained"), { ...options, out: at(`${method}-straight`) }));
      await advance(await distilRun(at("trained"), { ...options, out: at(`${method}-stopped`) }), 1);
      const steps = await checkpointSteps(at(`${method}-stopped`));
      expect(steps.at(-1)).toBeLessThan(300);
      await advance(await resumeRun(at(`${method}-stopped`)));
      expect(
        (await lastCheckpoint(at(`${method}-stopped`))).equals(await lastCheckpoint(at(`${method}-straight`))),
      ).toBe(true);
    },
  );

  test("takes an objective with settings of its own", async () => {
    const objective = lagrangian({ equal: 0.25 });
    const { record } = await distilRun(at("trained"), { out: at("own"), objective, steps: 1 });
    expect(record.flowMap).toMatchObject({ target: "any", objective: { kind: "lagrangian", equal: 0.25 } });
  });

  test("refuses runs and options that it cannot use, and writes nothing", async () => {
    const distil = (options: object, path = at("trained")) => distilRun(path, { out: at("none"), ...options });
    await expect(distil({ method: "etc" })).rejects.toThrow(/distilRun method: expected ect.*did you mean ect/);
    await expect(distil({ samples: 3 })).rejects.toThrow(ArgumentError);
    await expect(distil({ out: at("trained") })).rejects.toThrow(/found a run/);
    await expect(distil({}, at("nothing"))).rejects.toThrow(RunError);
    await expect(distil({ steps: 3, minutes: 3 })).rejects.toThrow(/steps and minutes/);
    const record = JSON.parse(await readFile(join(at("trained"), "run.json"), "utf8"));
    await expect(loadRun(at("none"))).rejects.toThrow(RunError);
    // A damaged record of a flow map says what is wrong.
    const flowMap = {
      target: "elsewhere",
      objective: { kind: "consistency" },
      start: { run: "..", step: 1 },
      taught: false,
    };
    const copy = await mkdtemp(join(folder, "damaged-"));
    await writeFile(join(copy, "run.json"), JSON.stringify({ ...record, flowMap }));
    await expect(loadFlowMap(copy)).rejects.toThrow(/flowMap\.target/);
  });
});

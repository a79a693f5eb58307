import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readArray } from "@scorefield/data";
import { defaultRuntime, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRun } from "../run/create-run.ts";
import { trainRun } from "../run/train-run.ts";
import { called } from "../testing/called-command.ts";

let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  setDefaultRuntime(native({ threads: 1 }));
  folder = await mkdtemp(join(tmpdir(), "scorefield-distil-command-"));
  const recipe = {
    data: { set: "moons", count: 500 },
    network: { width: 16, depth: 2 },
    training: { steps: 60, batch: 16 },
  } as const;
  for await (const _ of trainRun(await createRun(recipe, { out: at("trained") })));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await defaultRuntime().dispose();
});

describe("distil", () => {
  test("two commands from data to a model of few steps: it is shown, sampled, evaluated and exported", async () => {
    const made = await called("distil", at("trained"), "--steps", "20", "--batch", "8", "--out", at("fast"));
    expect(made).toMatchObject({ code: 0 });
    expect(made.stderr).toMatch(/a flow map, 20 steps of 8 rows\n *from .*trained at step 60; /);
    expect(made.stdout).toMatch(/scorefield sample .*fast --steps 2 --out/);
    const { stdout: shown } = await called("show", at("fast"));
    expect(shown).toMatch(/model +a flow map, made from \.\.\/trained at step 60/);

    for (const steps of ["1", "4"]) {
      const file = at(`drawn-${steps}.npy`);
      expect(await called("sample", at("fast"), "--steps", steps, "--count", "7", "--out", file)).toMatchObject({
        code: 0,
      });
      const { shape, data } = await readArray(file);
      expect(shape).toEqual([7, 2]);
      expect(Array.from(data, Number).every(Number.isFinite)).toBe(true);
    }
    const { stdout } = await called("evaluate", at("fast"), "--count", "50", "--steps", "1", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ sampler: { kind: "flow-map", steps: 1 }, counts: { samples: 50 } });

    const file = at("fast.onnx");
    const exported = await called("export", at("fast"), "--steps", "2", "--count", "3", "--out", file, "--json");
    expect(JSON.parse(exported.stdout)).toMatchObject({ count: 3, bytes: (await stat(file)).size });
    const ofModel = await called("export", at("trained"), "--sampler", "unipc:steps=4", "--out", at("model.onnx"));
    expect(ofModel).toMatchObject({ code: 0, stderr: "" });
  });

  test("a run of a flow map goes on, and is refused where a score model is wanted", async () => {
    await called("distil", at("trained"), "--steps", "10", "--batch", "8", "--out", at("short"));
    const more = await called("distil", at("short"), "--resume", "--steps", "15");
    expect(more.stderr).toMatch(/resuming .*short from step 10/);
    for (const command of ["likelihood", "inspect", "impute"]) {
      const { code, stderr } = await called(command, at("short"), ...(command === "impute" ? ["--data", "x.csv"] : []));
      expect({ command, code }).toEqual({ command, code: 1 });
      expect(stderr).toMatch(/expected a run of a score model, found one of a flow map.*made from: .*trained/);
    }
    const again = await called("distil", at("short"), "--out", at("third"));
    expect(again.stderr).toMatch(/expected a run of a score model/);
    const sampler = await called("sample", at("short"), "--sampler", "heun");
    expect(sampler.stderr).toMatch(/--sampler: expected a run of a score model, found .*short, a run of a flow map/);
    const where = await called("sample", at("short"), "--where", "x>1");
    expect(where.stderr).toMatch(/--where x>1: expected a run of a score model/);
  });

  test("refuses options that exclude each other", async () => {
    const both = await called("distil", at("trained"), "--steps", "3", "--minutes", "1");
    expect(both.stderr).toMatch(/--steps and --minutes each say how long to train/);
    const resumed = await called("distil", at("trained"), "--resume", "--learning-rate", "0.1");
    expect(resumed.stderr).toMatch(/--learning-rate is for a new run; leave it out with --resume/);
    const adaptive = await called("export", at("trained"), "--sampler", "dormand-prince", "--out", at("no.onnx"));
    expect(adaptive.stderr).toMatch(/--sampler: expected one with a number of steps, found dormand-prince/);
  });
});

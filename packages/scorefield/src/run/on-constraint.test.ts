/** A run that was trained with a constraint, from its file to samples that are held to it. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sample, uniform } from "@scorefield/core";
import { defaultRuntime, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RunError } from "../errors.ts";
import { createRun } from "./create-run.ts";
import { loadRun } from "./load.ts";
import { onConstraint } from "./on-constraint.ts";
import { trainRun } from "./train-run.ts";

let folder: string;
const at = (name: string) => join(folder, name);
const parts = {
  preconditioning: "edm",
  network: { width: 16, depth: 1, observed: 0 },
  training: { steps: 5, batch: 32 },
};
const data = { path: "orbit.csv" };

beforeAll(async () => {
  setDefaultRuntime(native({ threads: 1 }));
  folder = await mkdtemp(join(tmpdir(), "scorefield-constraint-"));
  const angles = uniform([200], { seed: 1, dtype: "float64" }).data;
  const rows = Array.from(angles, (u) => `${Math.cos(2 * Math.PI * u)},${Math.sin(2 * Math.PI * u)}`);
  await writeFile(at("orbit.csv"), ["x,y", ...rows, ""].join("\n"));
});
afterAll(async () => {
  await defaultRuntime().dispose();
  await rm(folder, { recursive: true });
});

test("samples are held to the constraint of the objective, and runs without one are refused", async () => {
  const circle = {
    kind: "quadratic",
    forms: [
      [
        [1, 0],
        [0, 1],
      ],
    ],
    values: [1],
  };
  const objectives = {
    held: { kind: "constrained", constraint: circle, schedule: "likelihood" },
    mean: { kind: "constrained", constraint: { kind: "mean", values: [0, 0] } },
    free: "denoising",
  };
  for (const [name, objective] of Object.entries(objectives)) {
    const prepared = await createRun({ ...parts, data, scaling: "none", objective } as never, {
      out: at(name),
      folder,
    });
    for await (const _ of trainRun(prepared));
  }
  const run = await loadRun(at("held"));
  const distances = async (model: typeof run.model) => {
    const rows = run.toData(await sample(model, { count: 50, sampler: run.sampler }));
    return Array.from({ length: 50 }, (_, i) => Math.abs(Math.hypot(rows.data[2 * i]!, rows.data[2 * i + 1]!) - 1));
  };
  expect(Math.max(...(await distances(run.model)))).toBeGreaterThan(0.01);
  for (const below of [undefined, 0.5])
    expect(Math.max(...(await distances(onConstraint(run, below).model)))).toBeLessThan(1e-6);
  const [mean, free] = await Promise.all(["mean", "free"].map((name) => loadRun(at(name))));
  expect(() => onConstraint(mean!)).toThrow(/found the constraint mean, which is on averages/);
  expect(() => onConstraint(free!)).toThrow(RunError);
}, 60_000);

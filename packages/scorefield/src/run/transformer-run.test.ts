import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { heun } from "@scorefield/core";
import { conditions, sampleTable } from "@scorefield/domain/table";
import { defaultRuntime, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRun } from "./create-run.ts";
import { loadRun } from "./load.ts";
import { trainRun } from "./train-run.ts";

let folder: string;
beforeAll(async () => {
  setDefaultRuntime(native({ threads: 1 }));
  folder = await mkdtemp(join(tmpdir(), "scorefield-transformer-"));
});
afterAll(async () => {
  await defaultRuntime().dispose();
  await rm(folder, { recursive: true });
});

test("a transformer learns the columns of a table by its layout, and draws rows of which something is known", async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 3 === 0 ? "red" : "blue"},${(i * 37) % 11}.5\n`);
  await writeFile(join(folder, "t.csv"), `a,colour,b\n${rows.join("")}`);
  const network = { kind: "transformer" as const, width: 8, depth: 1 };
  const run = await createRun(
    { data: "t.csv", network, training: { steps: 10, refine: false } },
    { out: join(folder, "run"), folder },
  );
  for await (const _ of trainRun(run));
  const loaded = await loadRun(join(folder, "run"));
  const { network: kept, preconditioning } = loaded.record.model;
  const { columns } = preconditioning as unknown as { columns: number[] };
  expect(kept).toMatchObject({ kind: "transformer", columns });
  expect(kept.observed).toBe(columns.reduce((sum, size) => sum + (size === 1 ? 4 : size), 0));
  const where = "colour=red";
  const { rows: drawn } = await sampleTable(loaded, { where, count: 5, sampler: heun({ steps: 4 }) });
  expect(drawn.shape).toEqual([5, 3]);
  expect(conditions(loaded, where).satisfies(drawn)).toEqual(new Uint8Array(5).fill(1));
});

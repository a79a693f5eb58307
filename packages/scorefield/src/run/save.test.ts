import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArgumentError, edm, edmPreconditioning, mlp, sample, train, trainedModel } from "@scorefield/core";
import { table } from "@scorefield/domain/table";
import { defaultRuntime, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadRun } from "./load.ts";
import { saveRun } from "./save.ts";

let folder: string;
beforeAll(async () => {
  setDefaultRuntime(native({ threads: 1 }));
  folder = await mkdtemp(join(tmpdir(), "scorefield-save-"));
});
afterAll(async () => {
  await defaultRuntime().dispose();
  await rm(folder, { recursive: true });
});

test("data opened by a domain are what train takes; a run keeps their units, names and domain", async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${1000 + 7 * i},${(i * i) % 13}`);
  await writeFile(join(folder, "people.csv"), `income,children\n${rows.join("\n")}\n`);
  const people = await table.open("people.csv", { folder, codec: "standard" });
  expect([people.count, people.heldOut.count]).toEqual([48, 12]);
  const parts = { process: edm(), network: mlp({ width: 8, depth: 1 }) };
  const model = await train({ data: people, ...parts, steps: 30, batch: 16 }).result;
  await saveRun(join(folder, "run"), model, { data: people });
  const run = await loadRun(join(folder, "run"));
  expect(run.domain.kind).toBe("file");
  expect(run.made).toEqual({ shape: [2], columns: ["income", "children"] });
  const drawn = await sample(run.model, { count: 20, seed: 1 });
  expect(run.toData(drawn)).toEqual(people.decode(drawn));
  // In the data's own units, some thousand: not in those of the model.
  expect(run.toData(drawn).data[0]).toBeGreaterThan(100);
  const other = await table.open("people.csv", { folder, codec: "none" });
  const narrow = { ...other, shape: [1] };
  await expect(saveRun(join(folder, "other"), model, { data: narrow })).rejects.toThrow(ArgumentError);
  await expect(table.open({ path: "people.csv", colums: ["income"] }, { folder })).rejects.toThrow(
    /unknown option colums.*did you mean columns/,
  );
});

test("callers without types get typed errors", async () => {
  const parts = { process: edm(), network: mlp({ width: 8, depth: 1 }), preconditioning: edmPreconditioning() };
  const model = trainedModel(parts, parts.network.initialise([2], 0), [2]);
  await expect(saveRun(model as never, "run" as never)).rejects.toThrow(
    /saveRun path: expected the folder of a run, found object/,
  );
  await expect(saveRun(join(folder, "bad"), { denoise: 1 } as never)).rejects.toThrow(ArgumentError);
  await expect(saveRun(join(folder, "bad"), model, { colums: ["x"] } as never)).rejects.toThrow(
    /unknown option colums.*did you mean columns/,
  );
});

import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArgumentError, edm, mlp, normal, sample, train } from "@scorefield/core";
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
  expect(run.made).toMatchObject({ shape: [2], columns: ["income", "children"] });
  expect(run.made.table!.map(({ kind }) => kind)).toEqual(["whole", "whole"]);
  const drawn = await sample(run.model, { count: 20, seed: 1 });
  expect(run.toData(drawn)).toEqual(people.decode(drawn));
  // In the data's units, some thousand, not in the model's.
  expect(run.toData(drawn).data[0]).toBeGreaterThan(100);
  const other = await table.open("people.csv", { folder, codec: "none" });
  const narrow = { ...other, shape: [1] };
  await expect(saveRun(join(folder, "other"), model, { data: narrow })).rejects.toThrow(ArgumentError);
  await expect(table.open({ path: "people.csv", colums: ["income"] }, { folder })).rejects.toThrow(
    /unknown option colums.*did you mean columns/,
  );
});

test("what no run could be loaded with is refused before anything is written", async () => {
  const data = normal([40, 2], { seed: 0 });
  const model = await train({ data, process: edm(), network: mlp({ width: 8, depth: 1 }), steps: 1, batch: 8 }).result;
  const refused = async (options: object, message: RegExp): Promise<void> => {
    const path = join(folder, "none");
    const error = await saveRun(path, model, options).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ArgumentError);
    expect((error as Error).message).toMatch(message);
    await expect(access(path)).rejects.toThrow(/ENOENT/);
  };
  await refused({ sampler: "heun" }, /expected a sampler such as unipc\(\), found "heun"/);
  await refused({ codec: "standard" }, /expected a codec/);
  await refused({ columns: ["a"] }, /columns: 1 names for samples of shape \[2\]/);
  await refused({ step: Number.NaN }, /step: expected a number/);
  const own = { stored: { kind: "own" }, encode: String, decode: String, smooth: true };
  await refused({ codec: own }, /scaling: expected.*found own; a codec of your own needs its domain/);
});

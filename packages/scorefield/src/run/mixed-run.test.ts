import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { heun, sample } from "@scorefield/core";
import { table } from "@scorefield/domain/table";
import { defaultRuntime, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRun } from "./create-run.ts";
import { loadRun } from "./load.ts";
import { ownData } from "./own-data.ts";
import { resumeRun } from "./resume-run.ts";
import { trainRun } from "./train-run.ts";

let folder: string;
const at = (name: string) => join(folder, name);
const lines = Array.from({ length: 60 }, (_, i) =>
  [
    i + 1,
    i % 8 === 0 ? "" : 20 + ((i * 7) % 41),
    ["Paris", "Rome"][i % 2],
    `0${1 + (i % 9)}/0${1 + (i % 3)}/2024`,
  ].join(","),
);
beforeAll(async () => {
  setDefaultRuntime(native({ threads: 1 }));
  folder = await mkdtemp(join(tmpdir(), "scorefield-mixed-"));
  await writeFile(at("people.csv"), `id,age,city,when\n${lines.join("\n")}\n`);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await defaultRuntime().dispose();
});

const recipe = {
  data: { path: "people.csv", kinds: ["when=day-first"] },
  network: { kind: "mlp", width: 8, depth: 1 },
  training: { steps: 20, batch: 16 },
} as const;

test("a run of mixed columns keeps what they hold, and finds its data again", async () => {
  const begun = await createRun(recipe, { out: at("run"), folder });
  expect(begun.data.split.columns!.leftOut).toEqual([{ name: "id", why: "a running number, 1 to 60" }]);
  for await (const _ of trainRun(begun));
  const record = JSON.parse(await readFile(at("run/run.json"), "utf8"));
  expect(record.table.map(({ kind }: { kind: string }) => kind)).toEqual(["whole", "category", "date"]);
  expect(record.scaling.kind).toBe("mixed");
  const run = await loadRun(at("run"));
  expect(run.made).toMatchObject({ shape: [3], columns: ["age", "city", "when"], table: record.table });
  expect((await ownData(run))!.training.count).toBe(48);
  const drawn = run.toData(await sample(run.model, { count: 9, seed: 1, sampler: heun({ steps: 4 }) }));
  await table.write(at("new.csv"), drawn, run.made);
  const written = (await readFile(at("new.csv"), "utf8")).trim().split("\n");
  expect(written[0]).toBe("age,city,when");
  for (const line of written.slice(1)) expect(line).toMatch(/^\d*,(Paris|Rome),\d\d\/\d\d\/2024$/);
  // More steps, with the columns that the run has.
  const more = await resumeRun(at("run"), {
    change: (old) => ({ ...old, training: { ...old.training, steps: 30 } }) as never,
  });
  expect(more.data.sha256).toBe(begun.data.sha256);
});

test("a damaged description of the columns is refused", async () => {
  const path = at("run/run.json");
  const record = JSON.parse(await readFile(path, "utf8"));
  const [age, city, when] = record.table;
  for (const [table, message] of [
    [[age, { ...city, levels: ["Paris", "Paris"] }, when], /table: column "city": a level twice/],
    [[age, { ...city, kind: "town" }, when], /expected a kind among number, whole/],
    [[age, when], /table: expected the columns that columns names/],
  ] as const) {
    await writeFile(path, JSON.stringify({ ...record, table }));
    await expect(loadRun(at("run"))).rejects.toThrow(message);
  }
});

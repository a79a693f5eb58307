import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createRun } from "../run/create-run.ts";
import { folderStore } from "./folder-store.ts";
import { keepProject, projectTraining } from "./project.ts";
import type { Store } from "./store.ts";
import { listOf, putList } from "./stored-places.ts";

const runtime = native({ threads: 1 });
let folder: string;
let store: Store;
beforeAll(() => setDefaultRuntime(runtime));
afterAll(() => runtime.dispose());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "project-"));
  await mkdir(join(folder, "store"));
  store = folderStore(join(folder, "store"));
  const rows = Array.from({ length: 60 }, (_, i) => `${i % 7},${(i * i) % 11},${"xyz"[i % 3]}`);
  await writeFile(join(folder, "people.csv"), `a,b,c\n${rows.join("\n")}\n`);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const keep = async () => {
  const recipe = { data: "people.csv", network: { kind: "mlp", width: 4, depth: 1 }, training: { steps: 4, batch: 8 } };
  return keepProject(await createRun(recipe as never, { folder, out: join(folder, "run") }), store);
};

test("data in files go to the store with the record, and are read there by another machine", async () => {
  const project = await keep();
  expect((await listOf(store, project)).map(({ path }) => path)).toEqual(["data/0/people.csv", "run.json"]);
  await rm(join(folder, "people.csv"));
  const training = await projectTraining(project, { store, cache: folder });
  expect([training.steps, training.batch]).toEqual([4, 8]);
});

test("a project whose data lie outside of it is refused: a worker reads nothing else", async () => {
  const project = await keep();
  const list = await listOf(store, project);
  const record = list.find(({ path }) => path === "run.json")!;
  const text = new TextDecoder().decode(await store.get(record.content));
  const crafted = text.replace("data/0/people.csv", "../people.csv");
  const other = { path: "run.json", content: await store.put(new TextEncoder().encode(crafted)) };
  const wrong = await putList(store, [...list.filter(({ path }) => path !== "run.json"), other]);
  await expect(projectTraining(wrong, { store, cache: folder })).rejects.toThrow(/below the run's own folder/);
});

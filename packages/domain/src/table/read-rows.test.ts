import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError } from "@scorefield/data";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findDomain, recogniseData } from "../built-in.ts";
import { firstSamples } from "../samples.ts";
import { fillSettings } from "../settings.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-source-"));
  await writeFile(join(folder, "t.csv"), "id,a,b,kind\n1,10,0.5,0\n2,20,1.5,1\n3,30,2.5,0\n4,40,3.5,2\n");
});
afterAll(() => rm(folder, { recursive: true }));

const read = async (data: object) => {
  const given = recogniseData(data as Readonly<Record<string, unknown>>)!;
  const domain = findDomain(given.kind)!;
  const { samples } = await domain.read(fillSettings(domain, given), { folder });
  return { columns: samples.columns!, sha256: samples.sha256, values: await firstSamples(samples) };
};
const rows = (data: object) => read({ path: "t.csv", ...data });

test("columns, exclusions, and a label that is not modelled", async () => {
  expect(await rows({ exclude: ["id"] })).toMatchObject({ columns: ["a", "b", "kind"], values: { shape: [4, 3] } });
  expect(await rows({ exclude: ["id"], label: "kind" })).toMatchObject({ columns: ["a", "b"] });
  const some = await rows({ columns: ["b", "a"], label: "kind", only: [0, 2] });
  expect(some.columns).toEqual(["b", "a"]);
  expect(Array.from(some.values.data)).toEqual([0.5, 10, 2.5, 30, 3.5, 40]);
});

test("a label that chooses no rows may be text, and may be missing", async () => {
  await writeFile(join(folder, "named.csv"), "a,kind,b\n1,cat,2\n3,,4\n5,dog,6\n");
  const { columns, values } = await rows({ path: "named.csv", label: "kind" });
  expect(columns).toEqual(["a", "b"]);
  expect(Array.from(values.data)).toEqual([1, 2, 3, 4, 5, 6]);
  expect((await rows({ path: "named.csv", columns: ["b"], label: "kind" })).columns).toEqual(["b"]);
  await expect(rows({ path: "named.csv", columns: ["kind"], label: "kind" })).rejects.toThrow(/at least one column/);
});

test("rows of some classes, by the text of a label or its number", async () => {
  const pets = ["a,kind,b", "1,cat,2", "3,,4", "5, dog,6", "7,cat,8"].join("\n");
  const lines = [
    '{"a": 1, "kind": "cat", "b": 2}',
    '{"a": 5, "kind": "dog", "b": 6}',
    '{"a": 7, "kind": "cat", "b": 8}',
  ];
  await writeFile(join(folder, "pets.csv"), pets);
  await writeFile(join(folder, "pets.jsonl"), lines.join("\n"));
  await writeFile(join(folder, "flags.csv"), "a,kind,b\n1,true,2\n3,False,4\n5,1.0,6\n");
  const values = async (only: readonly (string | number)[], path = "pets.csv") =>
    Array.from((await rows({ path, label: "kind", only })).values.data);
  expect(await values(["cat"])).toEqual([1, 2, 7, 8]);
  expect(await values(["dog", "cat"])).toEqual([1, 2, 5, 6, 7, 8]);
  expect(await values([1])).toEqual([5, 6]);
  expect(await values(["cat"], "pets.jsonl")).toEqual([1, 2, 7, 8]);
  expect(await values([1], "flags.csv")).toEqual([1, 2, 5, 6]);
  await expect(values(["cta"])).rejects.toThrow(
    /column "kind": expected labels among cat, dog, found cta; the nearest is cat\./,
  );
  await expect(values([2])).rejects.toThrow(/labels among cat, dog, found 2/);
});

test("the fingerprint follows values and columns", async () => {
  const first = await rows({ columns: ["a", "b"] });
  expect(first.sha256).toBe((await rows({ columns: ["a", "b"] })).sha256);
  expect(first.sha256).not.toBe((await rows({ columns: ["b", "a"] })).sha256);
});

test("a planar set is made on the spot", async () => {
  const { columns, values } = await read({ set: "rings", count: 7 });
  expect(columns).toEqual(["x", "y"]);
  expect(values.shape).toEqual([7, 2]);
});

test("labels that are not there are refused", async () => {
  await expect(rows({ label: "sort" })).rejects.toThrow(DataError);
  await expect(rows({ label: "kind", only: [7] })).rejects.toThrow(/labels among 0, 1, 2, found 7/);
  await expect(rows({ only: [1] })).rejects.toThrow(/a label with only/);
  await expect(rows({ array: "X" })).rejects.toThrow(/t.csv: expected an .npz file for the option array, found "X"/);
});

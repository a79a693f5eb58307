import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError, writeNpy } from "@scorefield/data";
import { ndarray } from "@scorefield/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";
import { firstSamples } from "../samples.ts";
import { fillSettings } from "../settings.ts";
import { table } from "./domain.ts";

let folder: string;
const people = [
  "id,age,city,member,when",
  ...Array.from({ length: 60 }, (_, i) =>
    [
      i + 1,
      i === 5 ? "" : 20 + ((i * 7) % 41),
      ["Paris", "Rome", "Oslo"][i % 3],
      i % 4 === 0 ? "?" : i % 2,
      `2024-01-${10 + (i % 20)}`,
    ].join(","),
  ),
  "",
].join("\n");
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-columns-"));
  await writeFile(join(folder, "people.csv"), people);
});
afterAll(() => rm(folder, { recursive: true }));

const read = (settings: object = {}, like?: Parameters<typeof table.read>[1]) =>
  table.read(fillSettings(table, { kind: "file", path: "people.csv", ...settings }), { folder, ...like });
const given = async (text: string, options: object = {}) => {
  const path = join(folder, "given.csv");
  await writeFile(path, text);
  return table.given(path, { like: (await read()).samples, ...options });
};

test("columns are found, those that name rows are left out, missing cells are NaN", async () => {
  const { samples, columns } = await read();
  expect(samples.table!.map(({ name, kind, missing }) => [name, kind, missing])).toEqual([
    ["age", "whole", true],
    ["city", "category", false],
    ["member", "yes-no", true],
    ["when", "date", false],
  ]);
  expect(columns!.leftOut).toEqual([{ name: "id", why: "a running number, 1 to 60" }]);
  expect([...(await samples.read([5])).data].slice(0, 3)).toEqual([Number.NaN, 0, 1]);
});

test("a column that is named is read even if it names rows; its kind can be said", async () => {
  expect((await read({ columns: ["id", "age"] })).samples.columns).toEqual(["id", "age"]);
  const told = (await read({ kinds: ["id=whole", "city=leave-out"] })).samples;
  expect(told.columns).toEqual(["id", "age", "member", "when"]);
});

test("rows that lack a cell are learnt, left out or refused", async () => {
  const dropped = await read({ missing: "drop" });
  expect(dropped.samples.count).toBe(44);
  expect(dropped.samples.table!.some(({ missing }) => missing)).toBe(false);
  expect(dropped.remarks).toContain("16 rows that lack a cell were left out");
  // The first one in the order of rows.
  await expect(read({ missing: "error" })).rejects.toThrow(
    /people.csv, row 2, column "member": expected a level, found a missing value\. Fill it in, let the model learn/,
  );
});

test("a label that chooses rows is not modelled", async () => {
  const { samples } = await read({ label: "city", only: ["Rome", "Oslo"] });
  expect([samples.count, samples.columns]).toEqual([40, ["age", "member", "when"]]);
  await expect(read({ label: "city", only: ["Rom"] })).rejects.toThrow(/found Rom; the nearest is Rome/);
  await expect(read({ label: "town", only: ["Rome"] })).rejects.toThrow(DataError);
});

test("the data of a run are read again as its columns are, whatever would be found now", async () => {
  const { samples } = await read();
  const again = await read({}, { like: samples });
  expect(again.samples.sha256).toBe(samples.sha256);
  expect(await firstSamples(again.samples)).toEqual(await firstSamples(samples));
  expect(again.columns).toBeUndefined();
  // A run of numbers alone, from before kinds were found: 0 and 1 stay numbers, and no column is left out.
  await writeFile(join(folder, "numbers.csv"), "id,a\n1,0\n2,1\n3,0\n4,1\n5,1\n6,0\n7,0\n8,1\n9,1\n10,2\n");
  const numbers = await read({ path: "numbers.csv", missing: "error" }, { like: { shape: [2], columns: ["id", "a"] } });
  expect(numbers.samples.table).toBeUndefined();
  expect([...(await numbers.samples.read([9])).data]).toEqual([10, 2]);
  const found = await read({ path: "numbers.csv" });
  expect(found.samples.columns).toEqual(["a"]);
});

test("numbers alone have the fingerprint that they have without kinds", async () => {
  await writeFile(join(folder, "plain.csv"), "a,b\n1.5,2\n3.25,4\n0.5,7\n");
  const plain = { path: "plain.csv" };
  const { samples } = await read(plain);
  expect(samples.table!.map(({ kind }) => kind)).toEqual(["number", "whole"]);
  const like = { shape: [2], columns: ["a", "b"] };
  expect((await read({ ...plain, missing: "error" }, { like })).samples.sha256).toBe(samples.sha256);
  expect(table.codecs(fillSettings(table, { kind: "file", ...plain }), samples)).toEqual([
    "mixed",
    "quantile",
    "standard",
    "none",
  ]);
});

test("arrays are numbers as they are, unless kinds are said or cells are missing", async () => {
  const array = { path: "x.npy" };
  await writeNpy(
    join(folder, "x.npy"),
    ndarray(
      Float64Array.from({ length: 80 }, (_, i) => i % 2),
      [40, 2],
    ),
  );
  expect((await read(array)).samples.table).toBeUndefined();
  const told = await read({ ...array, kinds: ["column1=category"] });
  expect(told.samples.table!.map(({ kind }) => kind)).toEqual(["category", "constant"]);
  await writeNpy(
    join(folder, "x.npy"),
    ndarray(
      Float64Array.from({ length: 80 }, (_, i) => (i === 3 ? Number.NaN : i / 7)),
      [40, 2],
    ),
  );
  expect((await read(array)).samples.table!.map(({ kind, missing }) => [kind, missing])).toEqual([
    ["number", false],
    ["number", true],
  ]);
  await expect(read({ ...array, missing: "error" })).rejects.toThrow(/row 2, column "column2".*a missing value/);
});

test("rows that are given are read in the columns and levels of the run", async () => {
  const { samples } = await given("when,city,age,member,other\n2024-02-01,Rome,,1.0,x\n2023-12-31,Oslo,33,0,y\n");
  expect([...(await firstSamples(samples)).data]).toEqual([
    ...[Number.NaN, 2, 1, Date.UTC(2024, 1, 1)],
    ...[33, 0, 0, Date.UTC(2023, 11, 31)],
  ]);
  const rows = "age,city,member,when\n30,Paris,1,2024-01-01\n";
  await expect(given(`${rows}31,Rom,0,2024-01-01\n`)).rejects.toThrow(
    /given.csv, row 3, column "city": expected one of Oslo, Paris, Rome, found "Rom"; did you mean Rome\?\. The run has learnt no other/,
  );
  await expect(given(`${rows}31,Rome,0,soon\n`)).rejects.toThrow(
    /row 3, column "when": expected a date such as 2024-12-31/,
  );
  await expect(given(`${rows}old,Rome,0,2024-01-01\n`)).rejects.toThrow(/row 3, column "age": expected a whole number/);
  await expect(given("age,city,when\n31,Rome,2024-01-01\n")).rejects.toThrow(/column "member"/);
});

test("missing cells that are given: where the run knows them, left out, kept, or whole columns of them", async () => {
  const rows = "age,city,member,when\n30,Paris,1,2024-01-01\n31,,0,2024-01-01\n,Rome,0,2024-01-01\n";
  await expect(given(rows)).rejects.toThrow(
    /row 3, column "city": .*found a missing value\. The run has not learnt rows/,
  );
  const dropped = await given(rows, { missing: "drop" });
  expect([dropped.samples.count, dropped.dropped, [...dropped.positions!]]).toEqual([1, 2, [0]]);
  const kept = await given(rows, { missing: "keep" });
  expect((await firstSamples(kept.samples)).data[5]).toBeNaN();
  const partial = await given("city\nRome\n", { missing: "keep", partial: true });
  expect([...(await firstSamples(partial.samples)).data]).toEqual([Number.NaN, 2, Number.NaN, Number.NaN]);
});

test("an empty file, names alone, and one column that cannot be learnt", async () => {
  await writeFile(join(folder, "empty.csv"), "");
  await writeFile(join(folder, "names.csv"), "a,b\n");
  await writeFile(join(folder, "one.csv"), "id\n1\n2\n3\n");
  await expect(read({ path: "empty.csv" })).rejects.toThrow(/expected rows, found an empty file/);
  await expect(read({ path: "names.csv" })).rejects.toThrow(/at least one row, found none/);
  await expect(read({ path: "one.csv" })).rejects.toThrow(
    /at least one column to model, found id: a number that names/,
  );
});

test("more dates than texts are kept are read as dates all the same", async () => {
  const count = 21_000;
  const lines = Array.from(
    { length: count },
    (_, i) => `${new Date(Date.UTC(2020, 0, 1) + i * 61_000).toISOString().slice(0, 19).replace("T", " ")},${i % 3}`,
  );
  await writeFile(join(folder, "times.csv"), `when,a\n${lines.join("\n")}\n`);
  const { samples } = await read({ path: "times.csv" });
  expect(samples.table![0]).toEqual({
    name: "when",
    kind: "date",
    missing: false,
    time: true,
    format: "YYYY-MM-DD HH:mm:ss",
    unit: 1000,
  });
  expect((await samples.read([count - 1])).data[0]).toBe(Date.UTC(2020, 0, 1) + (count - 1) * 61_000);
  const again = await read({ path: "times.csv" }, { like: samples });
  expect(again.samples.sha256).toBe(samples.sha256);
});

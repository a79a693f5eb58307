/** Tables of odd shapes, from the file to samples: each is trained and drawn from, or refused with what to do. */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleTable } from "./domain/table.ts";
import { createRun, defaultRuntime, loadRun, refineRun, trainRun } from "./index.ts";

const command = fileURLToPath(new URL("../bin/scorefield.js", import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-odd-"));
});
afterAll(async () => {
  await defaultRuntime().dispose();
  await rm(folder, { recursive: true });
});

let runs = 0;
type Cell = string | number;
type Rows = readonly (readonly Cell[])[];

const rowsOf = (count: number, row: (i: number) => readonly Cell[]): Rows =>
  Array.from({ length: count }, (_, i) => row(i));

/** Whole numbers below `below` without an order. */
const hashed = (i: number, below: number): number => ((((i + 1) * 2_654_435_761) % 2 ** 32) >>> 8) % below;

const recipe = (steps: number) =>
  ({
    network: { kind: "mlp", width: 64, depth: 2 },
    sampler: { kind: "heun", steps: 12 },
    training: { steps, batch: 128 },
  }) as const;

/** Trains on rows under heads, and draws 300. */
const trained = async (heads: readonly string[], rows: Rows, { steps = 200, kinds = [] as readonly string[] } = {}) => {
  const [path, out] = [join(folder, `${++runs}.csv`), join(folder, `run-${runs}`)];
  await writeFile(path, `${[heads, ...rows].map((row) => row.join(",")).join("\n")}\n`);
  const run = await createRun({ data: { path, kinds }, ...recipe(steps) }, { out });
  for await (const { loss } of trainRun(run)) expect(loss).toSatisfy(Number.isFinite);
  const refinement = await refineRun(run);
  const loaded = await loadRun(out);
  const { rows: samples } = await sampleTable(loaded, { count: 300 });
  const table = loaded.table!;
  const column = (name: string): Float64Array => {
    const j = table.findIndex((column) => column.name === name);
    return Float64Array.from({ length: 300 }, (_, i) => samples.data[i * table.length + j]!);
  };
  return { out, run, loaded, table, refinement, column };
};

const distinct = (values: Float64Array): number => new Set(values).size;

describe("many levels and columns", () => {
  test("200 categories in one column", async () => {
    const rows = rowsOf(4000, (i) => [`k${hashed(i, 200)}`, hashed(i, 200) + hashed(7 * i, 20)]);
    const { table, column } = await trained(["code", "x"], rows, { steps: 400 });
    expect(table.map(({ kind, levels }) => [kind, levels?.length])).toEqual([
      ["category", 200],
      ["whole", undefined],
    ]);
    expect(distinct(column("code"))).toBeGreaterThan(100);
  });

  test("200 yes/no columns", async () => {
    // All of a row tend to be alike.
    const heads = Array.from({ length: 200 }, (_, j) => `q${j}`);
    const rows = rowsOf(500, (i) =>
      heads.map((_, j) => (hashed(997 * i + j, 100) < (i % 2 === 0 ? 80 : 20) ? "yes" : "no")),
    );
    const { table, loaded, column } = await trained(heads, rows, { steps: 200 });
    expect(table.every(({ kind }) => kind === "yes-no")).toBe(true);
    expect(loaded.model.shape).toEqual([400]);
    const shares = Float64Array.from({ length: 300 }, () => 0);
    for (const name of heads) for (const [i, value] of column(name).entries()) shares[i]! += value / heads.length;
    // Rows of independent columns would have between 0.4 and 0.6 of a level.
    expect(shares.filter((share) => share < 0.35 || share > 0.65).length).toBeGreaterThan(150);
  });

  test("categories alone", async () => {
    const rows = rowsOf(600, (i) => ["abcd"[i % 4]!, "pqrs"[i % 4]!, "xy"[hashed(i, 2)]!]);
    const { table, column } = await trained(["first", "second", "third"], rows, { steps: 300 });
    expect(table.map(({ kind }) => kind)).toEqual(["category", "category", "category"]);
    const second = column("second");
    expect(column("first").filter((level, i) => level === second[i]).length).toBeGreaterThan(240);
  });

  test("3 rows of each category", async () => {
    const rows = rowsOf(180, (i) => [`level ${i % 60}`, hashed(i, 50)]);
    const { run, column } = await trained(["name", "x"], rows);
    expect(run.data.split.remarks.join()).toMatch(/60 levels, of which the rarest has 3 rows/);
    expect(distinct(column("name"))).toBeGreaterThan(30);
  });

  test("one row of each category: left out as names of rows, or learnt where it is said", async () => {
    const rows = rowsOf(60, (i) => [`n${hashed(i, 1000)} ${i}`, hashed(i, 50)]);
    const { run, table } = await trained(["name", "x"], rows);
    expect(run.data.split.columns!.leftOut.map(({ name }) => name)).toEqual(["name"]);
    expect(table.map(({ name }) => name)).toEqual(["x"]);
    await expect(
      trained(
        ["name"],
        rows.map(([name]) => [name!]),
      ),
    ).rejects.toThrow(/kinds: \["name=category"\]/);
    const said = await trained(["name", "x"], rows, { kinds: ["name=category"] });
    expect(distinct(said.column("name"))).toBeGreaterThan(20);
  });

  test("a column of missing cells alone is left out, and nothing else is refused", async () => {
    const rows = rowsOf(60, (i) => ["", "abc"[i % 3]!, hashed(i, 50)]);
    const { run, table } = await trained(["empty", "c", "d"], rows);
    expect(run.data.split.columns!.leftOut).toEqual([{ name: "empty", why: "no cell has a value" }]);
    expect(table.map(({ name }) => name)).toEqual(["c", "d"]);
    await expect(
      trained(
        ["x", "y"],
        rowsOf(60, () => ["", ""]),
      ),
    ).rejects.toThrow(/x: no cell has a value.*Fill cells in/);
  });
});

describe("few rows", () => {
  const few = (count: number): Rows => rowsOf(count, (i) => [1.5 * i, "ab"[i % 2]!]);

  test.each([2, 5, 20])("%d rows: samples are of the column's values, and nothing is learnt of them", async (count) => {
    const { table, refinement, column } = await trained(["x", "c"], few(count), { steps: 100 });
    expect(refinement).toBeUndefined();
    expect(table.map(({ name }) => name)).toEqual(["x", "c"]);
    for (const value of column("x")) expect(value).toSatisfy((x: number) => x >= 0 && x <= 1.5 * count);
    expect(distinct(column("c"))).toBeLessThanOrEqual(2);
  });

  test("the command says that too few rows were there to learn how samples differ", async () => {
    const path = join(folder, "few.csv");
    await writeFile(path, "x,c\n1,a\n2,b\n4,a\n7,b\n3,a\n");
    const words = ["train", path, "--steps", "50", "--set", "network.width=16", "--out", join(folder, "few")];
    const { status, stderr } = spawnSync(process.execPath, [command, ...words], { encoding: "utf8" });
    expect(status, stderr).toBe(0);
    expect(stderr.replace(/\s+/g, " ")).toMatch(/that takes 50 training rows; samples stay as the model draws them/);
  });

  test("one row, and rows that are all alike, are refused with what to do", async () => {
    await expect(trained(["x", "c"], few(1))).rejects.toThrow(/expected at least 2 rows/);
    await expect(
      trained(
        ["x", "c"],
        rowsOf(60, () => [1.5, "a"]),
      ),
    ).rejects.toThrow(/give more rows, which differ/);
  });

  test("rows that are nearly all alike are learnt", async () => {
    const rows = rowsOf(100, (i) => [i % 50 === 3 ? 1 : 1.5, "a", i % 50 === 4 ? "" : 7]);
    const { refinement, table, column } = await trained(["x", "c", "y"], rows, { steps: 100 });
    expect(refinement!.rows).toBe(80);
    // 1 and 1.5 are two levels.
    const usual = table[0]!.levels!.indexOf("1.5");
    expect(column("x").filter((x) => x === usual).length).toBeGreaterThan(250);
  });
});

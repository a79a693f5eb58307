import { ArgumentError } from "@scorefield/core";
import { type NdArray, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mixedColumns } from "../mixed/mixed-table.case.ts";
import { countViolations } from "../rules/count-violations.ts";
import { keepRules, keptRules } from "../rules/kept-rules.ts";
import { fitScaling, scalingCodec } from "../scaling.ts";
import { conditionShare } from "./condition-share.ts";
import { impute } from "./impute.ts";
import { conditions } from "./knowledge.ts";
import { trainingRows, untrainedRun } from "./known-rows.case.ts";
import { type SampleTableOptions, sampleTable } from "./sample-table.ts";
import type { TableRun } from "./table-model.ts";

const runtime = native({ threads: 1 });
beforeAll(() => setDefaultRuntime(runtime));
afterAll(() => runtime.dispose());

const run = untrainedRun();
// A run without a sampler takes the default of sampling, a multistep method.
const { sampler: _, ...usual } = run;
const width = mixedColumns.length;
const at = (name: string) => mixedColumns.findIndex((column) => column.name === name);
const cells = ({ data, shape: [n = 0] }: NdArray, name: string): number[] =>
  Array.from({ length: n }, (_, i) => Number(data[i * width + at(name)]));

describe("conditions", () => {
  test.each([
    ["heun", run],
    ["the default", usual],
  ])("by %s given values are exact, levels and ranges hold, and acceptance is reported", async (_, run) => {
    const where = "size=0.123456789, city=Rome|Oslo, count>=3, count<6, price=missing, member!=no";
    const { rows, acceptance } = await sampleTable(run, { where, count: 60, seed: 3 });
    expect(rows.shape).toEqual([60, width]);
    expect(new Set(cells(rows, "size"))).toEqual(new Set([0.123456789]));
    expect(cells(rows, "city").every((code) => code === 1 || code === 2)).toBe(true);
    expect(cells(rows, "count").every((count) => count >= 3 && count < 6)).toBe(true);
    expect(cells(rows, "price").every(Number.isNaN)).toBe(true);
    expect(new Set(cells(rows, "member"))).toEqual(new Set([1]));
    expect(
      conditions(run, where)
        .satisfies(rows)
        .every((one) => one === 1),
    ).toBe(true);
    // The range is common enough that the model is not conditioned on it.
    expect(acceptance.share).toBeGreaterThan(0.05);
  });

  test("what is not within is drawn again; row i depends on the seed and i alone", async () => {
    // Beside a spike the number is left free, so that some rows have to be drawn again.
    const options = { where: "gain>=0, gain<150", seed: 8, count: 40 } as const;
    const all = await sampleTable(run, options);
    expect(cells(all.rows, "gain").every((gain) => gain >= 0 && gain < 150)).toBe(true);
    expect(all.acceptance.draws).toBeGreaterThan(40);
    expect(all.acceptance.share).toBeLessThan(1);
    const { share, draws, standardError } = all.acceptance;
    expect(standardError).toBeCloseTo(Math.sqrt((share * (1 - share)) / draws), 12);
    const part = await sampleTable(run, { ...options, firstRow: 13, count: 20, batch: 7 });
    for (const [k, value] of part.rows.data.entries()) {
      const expected = Number(all.rows.data[13 * width + k]);
      if (Number.isNaN(value)) expect(expected).toBeNaN();
      else expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-3 * Math.abs(expected) + 1e-3);
    }
    const other = await sampleTable(run, { ...options, seed: 9 });
    expect(other.rows.data).not.toEqual(all.rows.data);
  });

  test("how rare they are, by rows drawn without them", async () => {
    const { share, draws, standardError } = await conditionShare(run, "member=yes", { draws: 200 });
    expect(draws).toBe(200);
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(1);
    expect(standardError).toBeGreaterThan(0);
  });
});

describe("rules", () => {
  const kept = keptRules(["count <= 5"], trainingRows, mixedColumns);
  const ruled: TableRun = {
    ...run,
    rules: kept,
    keepRules: (rows, options) => ({ samples: keepRules(rows, mixedColumns, kept, options).rows }),
  };

  test("are counted in the rows that are returned, as they were drawn and as they are", async () => {
    // Some candidates are drawn again, and one of several is taken.
    const logRatio = (rows: NdArray<"float64">) => cells(rows, "member").map((code) => (code === 1 ? 1 : 0));
    const options = { where: "gain>=0, gain<150", seed: 8, count: 60 } as const;
    const { rows, rules, acceptance } = await sampleTable({ ...ruled, logRatio }, options);
    expect(acceptance.draws).toBeGreaterThan(120);
    const free = await sampleTable({ ...ruled, logRatio }, { ...options, rules: false });
    expect(free).not.toHaveProperty("rules");
    expect(rules!.before).toEqual(countViolations(free.rows, mixedColumns, kept.rules));
    expect(rules!.before.broken).toBeGreaterThan(0);
    expect(rules!.after).toEqual(countViolations(rows, mixedColumns, kept.rules));
    expect(rules!.after).toMatchObject({ rows: 60, broken: 0 });
  });

  test("are counted in the rows that are filled, of all draws", async () => {
    const holes = trainingRows.data.slice(0, 20 * width);
    for (let i = 0; i < 20; i++) holes[i * width + at("count")] = Number.NaN;
    const { rules, rows } = await impute(ruled, ndarray(holes, [20, width]), { draws: 20 });
    expect(rules!.before.rows).toBe(400);
    expect(rules!.before.broken).toBeGreaterThan(0);
    expect(rules!.after).toMatchObject({ rows: 400, broken: 0 });
    expect(Math.max(...cells(rows(19), "count"))).toBeLessThanOrEqual(5);
    expect(await impute(run, ndarray(holes, [20, width]))).not.toHaveProperty("rules");
  });
});

describe("a density ratio", () => {
  const isMember = (rows: NdArray): number[] => cells(rows, "member").map((code) => (code === 1 ? 1 : 0));
  const share = (rows: NdArray): number => isMember(rows).reduce((a, b) => a + b, 0) / rows.shape[0]!;
  const count = 400;
  const withRatio = (odds: number) => ({
    ...run,
    logRatio: (rows: NdArray<"float64">) => isMember(rows).map((one) => (one === 1 ? Math.log(odds) : 0)),
  });

  test.each([
    ["within what is taken at once", 3],
    ["beyond it, as far as the largest ratio", 40],
  ])("changes how frequent rows are: %s", async (_, odds) => {
    const before = share((await sampleTable(run, { count, seed: 5 })).rows);
    const after = share((await sampleTable(withRatio(odds), { count, seed: 6 })).rows);
    const held = Math.min(odds, 4);
    const expected = (held * before) / (held * before + 1 - before);
    expect(Math.abs(after - expected)).toBeLessThan(4 * Math.sqrt((2 * 0.25) / count));
    expect(after).toBeGreaterThan(before);
  });

  test("ratios that are all small choose among 16 candidates, as their differences say", async () => {
    const small = {
      ...run,
      logRatio: (rows: NdArray<"float64">) => isMember(rows).map((one) => (one === 1 ? -19 : -20)),
    };
    const before = share((await sampleTable(run, { count, seed: 5 })).rows);
    const after = share((await sampleTable(small, { count, seed: 6 })).rows);
    const expected = (Math.E * before) / (Math.E * before + 1 - before);
    expect(Math.abs(after - expected)).toBeLessThan(4 * Math.sqrt((2 * 0.25) / count) + 0.02);
  });

  test("holds under conditions; row i depends on the seed and i alone; refine: false leaves it out", async () => {
    const refined = withRatio(3);
    const where = "count>=2";
    const all = (await sampleTable(refined, { count: 30, seed: 7, where })).rows;
    const part = (await sampleTable(refined, { count: 9, firstRow: 11, seed: 7, where })).rows;
    expect(cells(all, "count").every((value) => value >= 2)).toBe(true);
    expect(isMember(part)).toEqual(isMember(all).slice(11, 20));
    const plain = (await sampleTable(run, { count: 30, seed: 7 })).rows;
    expect((await sampleTable(refined, { count: 30, seed: 7, refine: false })).rows.data).toEqual(plain.data);
  });
});

test("rows like given ones keep their cells bit for bit, and others are drawn", async () => {
  const like = ndarray(new Float64Array(2 * width).fill(Number.NaN), [2, width]);
  like.data[at("size")] = 0.1 + 0.2;
  like.data[at("city")] = 2;
  like.data[width + at("price")] = 21.37;
  const { rows } = await sampleTable(run, { like, each: 3, where: "count<4", complete: true });
  expect(rows.shape).toEqual([6, width]);
  expect(cells(rows, "size").slice(0, 3)).toEqual([0.1 + 0.2, 0.1 + 0.2, 0.1 + 0.2]);
  expect(cells(rows, "city").slice(0, 3)).toEqual([2, 2, 2]);
  expect(cells(rows, "price").slice(3)).toEqual([21.37, 21.37, 21.37]);
  expect(new Set(cells(rows, "size")).size).toBe(4);
  expect(cells(rows, "count").every((count) => count < 4)).toBe(true);
  expect(rows.data.some(Number.isNaN)).toBe(false);
});

test("balanced levels come in turn, those alone that conditions allow", async () => {
  const { rows } = await sampleTable(run, { balance: "city", where: "city!=Rome", count: 9, complete: true });
  expect(cells(rows, "city")).toEqual([0, 2, 3, 0, 2, 3, 0, 2, 3]);
  const part = await sampleTable(run, { balance: "grade", count: 2, firstRow: 1 });
  expect(cells(part.rows, "grade")).toEqual([1, 2]);
});

test.each<[SampleTableOptions, RegExp]>([
  [{ where: "size>90" }, /values that samples can have/],
  [{ where: "town=Rome" }, /column among/],
  [{ where: "city=Roma" }, /did you mean Rome/],
  [{ where: "size=1, size=2" }, /exclude each other/],
  [{ where: 5 as never }, /conditions as text/],
  [{ balance: "size" }, /levels can be equally frequent/],
  [{ balance: "towns" }, /one of the columns/],
  [{ balance: "city", where: "city=missing" }, /a level of city that the conditions allow/],
  [{ each: 2 }, /expected like with it/],
  [{ like: ndarray(new Float64Array(3), [1, 3]) }, /at least one row of 10 columns/],
  [{ like: ndarray(new Float64Array(width).fill(Number.NaN), [1, width]), count: 2 }, /at most 1 rows/],
  [{ count: -1 }, /whole number/],
  [{ wher: "size=1" } as never, /wher/],
])("%j is refused", async (options, message) => {
  await expect(sampleTable(run, options)).rejects.toThrow(message);
});

test("a given row and a condition that exclude each other are refused", async () => {
  const like = ndarray(new Float64Array(width).fill(Number.NaN), [1, width]);
  like.data[at("count")] = 2;
  await expect(sampleTable(run, { like, where: "count>4" })).rejects.toThrow(/row 1 of like .* count exclude/);
  like.data[at("city")] = 0;
  await expect(sampleTable(run, { like, balance: "city", count: 1 })).resolves.toBeDefined();
});

test("conditions that hardly any row satisfies are refused, with what to do", async () => {
  await expect(sampleTable(run, { where: "gain>=0, gain<=0.5", count: 10, seed: 1 })).resolves.toBeDefined();
  const never = {
    ...run,
    codec: { ...run.codec, satisfies: (_: unknown, rows: NdArray) => new Uint8Array(rows.shape[0]!) },
  };
  await expect(sampleTable(never as never, { where: "size>0", count: 50 })).rejects.toThrow(
    /at least 1 % of conditioned rows .* none of \d+; widen the ranges/,
  );
});

test("runs that take no conditions are refused, saying how to train one", () => {
  expect(() => conditions(untrainedRun(false), "size>0")).toThrow(ArgumentError);
  expect(() => conditions(untrainedRun(false), "size>0")).toThrow(/network.observed = 0.*scorefield train/);
  const scaled = scalingCodec(fitScaling("standard", ndarray(new Float64Array([1, 2, 3]), [3, 1]), ["size"]) as never);
  expect(() => conditions({ ...run, codec: scaled }, "size>0")).toThrow(/scaling standard/);
  const { table: _, ...bare } = run;
  expect(() => conditions(bare, "size>0")).toThrow(/described columns/);
});

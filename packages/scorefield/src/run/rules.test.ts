/** Rules of a table from its file to samples: found, kept in the run, and kept by what is drawn. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArgumentError, normal, RecipeError, sample, uniform } from "@scorefield/core";
import { readTable } from "@scorefield/data";
import { countViolations, table } from "@scorefield/domain/table";
import { defaultRuntime, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assessRun } from "../assess/assess-run.ts";
import { RunError } from "../errors.ts";
import { createRun } from "./create-run.ts";
import { loadRun } from "./load.ts";
import { recordPath } from "./record-file.ts";
import { resumeRun } from "./resume-run.ts";
import { saveRun } from "./save.ts";
import { trainRun } from "./train-run.ts";

let folder: string;
const at = (name: string) => join(folder, name);
const found = ["total = a + b", "Open <= High", "Low <= Open"];

/** Prices of a day, and two amounts with their sum, to the cent. */
const prices = (n: number): string => {
  const z = normal([3 * n], { seed: 1, dtype: "float64" }).data;
  const u = uniform([2 * n], { seed: 1, step: 1, dtype: "float64" }).data;
  const rows = Array.from({ length: n }, (_, i) => {
    const [open, up, down] = [100 + 5 * z[3 * i]!, Math.abs(z[3 * i + 1]!), Math.abs(z[3 * i + 2]!)];
    const [a, b] = [Math.round(4_000 * u[2 * i]!), Math.round(1_000 * u[2 * i + 1]!)];
    return [open - down, open, open + up, a / 100, b / 100, (a + b) / 100].map((value) => value.toFixed(2)).join(",");
  });
  return ["Low,Open,High,a,b,total", ...rows, ""].join("\n");
};

const recipe = (rules?: readonly string[]) => ({
  data: { path: "prices.csv", ...(rules && { rules }) },
  network: { width: 32, depth: 2 },
  training: { steps: 200, batch: 64 },
});

beforeAll(async () => {
  setDefaultRuntime(native({ threads: 1 }));
  folder = await mkdtemp(join(tmpdir(), "scorefield-rules-"));
  await writeFile(at("prices.csv"), prices(800));
  const run = await createRun(recipe(["found", "a <= 40"]), { out: at("run"), folder });
  for await (const _ of trainRun(run));
}, 60_000);
afterAll(async () => {
  await defaultRuntime().dispose();
  await rm(folder, { recursive: true });
});

const draw = async (path: string, count = 500) => {
  const run = await loadRun(path);
  return { run, plain: run.toData(await sample(run.model, { count, sampler: run.sampler })) };
};

describe("rules of a run", () => {
  test("hold in its training rows, and are kept in its record with nothing left to be found", async () => {
    const prepared = await createRun(recipe(["found", "a <= 40"]), { out: at("new"), folder });
    expect([...prepared.data.rules!.found].sort()).toEqual([...found].sort());
    expect(prepared.data.rules!.violations).toMatchObject({ rows: 640, broken: 0 });
    const kept = ["a <= 40", ...prepared.data.rules!.found];
    expect(prepared.record.rules!.rules.map(({ text }) => text)).toEqual(kept);
    expect(prepared.data.recipe.data.rules).toEqual(kept);
    const offered = await createRun(recipe(), { out: at("new"), folder });
    expect([...offered.data.rules!.found].sort()).toEqual([...found].sort());
    expect(offered.data.rules).not.toHaveProperty("kept");
    expect(offered.record).not.toHaveProperty("rules");
    expect(offered.data.recipe.data).not.toHaveProperty("rules");
  });

  test("are broken by samples as they are drawn, and by none after that, as they are written too", async () => {
    const { run, plain } = await draw(at("run"));
    const { samples, rules } = run.keepRules(plain);
    expect(rules!.before.share).toBeGreaterThan(0.9);
    expect(rules!.before.rules.map(({ text }) => text)).toEqual(run.rules!.rules.map(({ text }) => text));
    expect(rules!.after).toMatchObject({ rows: 500, broken: 0 });
    expect(countViolations(samples, run.table!, run.rules!.rules)).toEqual(rules!.after);
    // Again, they stay as they are.
    expect(run.keepRules(samples).samples).toEqual(samples);
    // A part of the samples is moved as all of them are.
    const few = { ...plain, shape: [10, 6], data: plain.data.subarray(0, 60) };
    expect(run.keepRules(few).samples.data).toEqual(samples.data.slice(0, 60));
    await table.write(at("new.csv"), samples, run.made);
    const { values } = await readTable(at("new.csv"));
    const cents = Array.from(values.data as Float64Array, (value) => Math.round(100 * value));
    for (let i = 0; i < 500; i++) {
      const [low, open, high, a, b, total] = cents.slice(6 * i, 6 * i + 6) as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      expect(low <= open && open <= high && a + b === total && a <= 4_000).toBe(true);
    }
  });

  test("leave known cells as they are, and keep what samples were conditioned on", async () => {
    const { run, plain } = await draw(at("run"), 100);
    const known = new Uint8Array(600);
    for (let i = 0; i < 100; i++) known[6 * i + 5] = 1;
    const { samples, rules } = run.keepRules(plain, { known });
    for (let i = 0; i < 100; i++) expect(samples.data[6 * i + 5]).toBe(plain.data[6 * i + 5]);
    // The total of a row with a negative sum cannot be kept: its cells stay.
    expect(rules!.after.broken).toBeLessThan(10);
    // All have a at least 20: a bound, which moves keep.
    const chosen = { ...plain, data: plain.data.map((value, k) => (k % 6 === 3 ? Math.max(20, value) : value)) };
    const conditions = [{ column: "a", low: 20 }];
    const above = run.keepRules(chosen, { conditions });
    expect(above.rules!.after.broken).toBe(0);
    for (let i = 0; i < 100; i++) expect(above.samples.data[6 * i + 3]).toBeGreaterThanOrEqual(20);
    expect(() => run.keepRules(plain, { conditions: [{ column: "a", low: 50 }] })).toThrow(
      /expected rules that can hold together, found "a <= 40" and "a >= 50"/,
    );
  });

  test("are measured after samples keep them, which the quality says", async () => {
    const run = await loadRun(at("run"));
    const quality = await assessRun(run, { count: 40 });
    expect(quality.rules!.before.broken).toBeGreaterThan(30);
    expect(quality.rules!.after.broken).toBe(0);
    expect(quality.notes.join(" ")).toMatch(
      /Rules: .* of 40 rows broke one of 4 rules as they were drawn; .* none breaks/,
    );
    for (const { samples } of quality.ordered ?? []) expect(samples).toBe(0);
  });

  test("may change when a run is resumed, and may be none", async () => {
    const change = (rules: readonly string[]) =>
      resumeRun(at("run"), {
        change: (stored) => ({ ...stored, data: { ...(stored.data as object), rules } }),
      });
    const other = await change(["High <= 2*Low"]);
    expect(other.record.rules!.rules.map(({ text }) => text)).toEqual(["High <= 2*Low"]);
    expect((await change(["found"])).record.rules!.rules).toHaveLength(3);
    expect((await change(["none"])).record).not.toHaveProperty("rules");
    expect((await change(["none"])).data.recipe.data).not.toHaveProperty("rules");
    for await (const _ of trainRun(await change(["High <= 2*Low"])));
    expect((await loadRun(at("run"))).rules!.rules).toHaveLength(1);
    for await (const _ of trainRun(await change(["found", "a <= 40"])));
    expect((await loadRun(at("run"))).rules!.rules).toHaveLength(4);
  });

  test.each([
    [["a <= Hihg"], ArgumentError, /rule "a <= Hihg", character 6: expected a column .*found Hihg/],
    [["a <= b", "a >= b + 1"], ArgumentError, /expected rules that can hold together/],
    [["found", "total = a + b + 1"], ArgumentError, /expected rules that can hold together/],
    [["none", "a <= b"], ArgumentError, /rules: expected none alone/],
    [[""], RecipeError, /data\.rules\.0/],
  ] as const)("%j are refused before training", async (rules, type, message) => {
    const create = createRun(recipe(rules), { out: at("refused"), folder });
    await expect(create).rejects.toThrow(type);
    await expect(create).rejects.toThrow(message);
  });

  test("come with opened data, and go with a model that is saved", async () => {
    const data = await table.open({ path: at("prices.csv"), rules: ["Low <= Open"] });
    expect(data.rules!.rules).toMatchObject([{ kind: "linear", coefficients: { Low: 1, Open: -1 } }]);
    expect((await table.open(at("prices.csv"))).rules).toBeUndefined();
    const { model } = await loadRun(at("run"));
    await saveRun(at("saved"), model, { data });
    const saved = await loadRun(at("saved"));
    expect(saved.rules).toEqual(JSON.parse(JSON.stringify(data.rules)));
    const without = await saveRun(at("without"), model, { data: { ...data, rules: undefined as never } });
    expect(without).toBeUndefined();
    const { run, plain } = await draw(at("without"), 5);
    expect(run).not.toHaveProperty("rules");
    expect(run.keepRules(plain)).toEqual({ samples: plain });
  });

  test("that no table has are refused with the run", async () => {
    await rm(at("damaged"), { recursive: true, force: true });
    const data = await table.open({ path: at("prices.csv"), rules: ["Low <= Open"] });
    const { model } = await loadRun(at("run"));
    await saveRun(at("damaged"), model, { data });
    const record = JSON.parse(await readFile(recordPath(at("damaged")), "utf8"));
    for (const rules of [{}, { ...record.rules, rules: [{ ...record.rules.rules[0], coefficients: { x: 1 } }] }, 1]) {
      await writeFile(recordPath(at("damaged")), JSON.stringify({ ...record, rules }));
      await expect(loadRun(at("damaged"))).rejects.toThrow(RunError);
    }
    const foreign = { rules: [{ ...data.rules!.rules[0]!, coefficients: { x: 1 } }], scales: data.rules!.scales };
    await expect(saveRun(at("other"), model, { data, rules: foreign as never })).rejects.toThrow(/found x/);
  });
});

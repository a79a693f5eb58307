import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { heun, normal } from "@scorefield/core";
import { defaultRuntime, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { verdicts } from "../report/verdicts.ts";
import { createRun } from "../run/create-run.ts";
import { loadRun } from "../run/load.ts";
import { trainRun } from "../run/train-run.ts";
import { assessRun } from "./assess-run.ts";
import { membershipOf } from "./membership-of.ts";

let folder: string;
beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-membership-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a run that learnt its few rows by heart is said to be a copy, one of many rows is not", async () => {
  const columns = 6;
  const verdictOf = async (name: string, rows: number, steps: number) => {
    const z = normal([rows, columns], { seed: 5, dtype: "float64" }).data;
    const lines = Array.from({ length: rows }, (_, i) => z.slice(i * columns, (i + 1) * columns).join());
    await writeFile(join(folder, `${name}.csv`), `a,b,c,d,e,f\n${lines.join("\n")}\n`);
    const out = join(folder, name);
    const recipe = {
      data: `${name}.csv`,
      heldOut: 0.5,
      network: { width: 64, depth: 3 },
      training: { steps, batch: 64 },
    };
    for await (const _ of trainRun(await createRun(recipe, { out, folder })));
    const quality = await assessRun(await loadRun(out), { count: 100, sampler: heun({ steps: 12 }) });
    return { quality, verdict: verdicts(quality).find(({ question }) => question.includes("copy"))! };
  };
  const copy = await verdictOf("few", 60, 3000);
  expect(copy.quality.membership!.remembers).toBe(true);
  expect(copy.quality.membership!.truePositiveRate.value).toBeGreaterThan(0.5);
  expect(copy.verdict).toMatchObject({ answer: "yes", mark: "bad" });
  const fresh = await verdictOf("many", 2000, 300);
  expect(fresh.quality.membership!.remembers).toBe(false);
  expect(fresh.verdict).toMatchObject({ answer: "no sign of it", mark: "good" });
}, 60_000);

test("too few rows of a sort are no ground for an attack", async () => {
  const few = { count: 19 } as never;
  const signal = new AbortController().signal;
  expect(await membershipOf({} as never, { training: few, heldOut: few }, { seed: 0, signal })).toBeUndefined();
});

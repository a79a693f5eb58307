import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { classifier, classifierExtractor, initialClassifier } from "@scorefield/assess";
import { convolutional, heun, normal } from "@scorefield/core";
import { defaultRuntime, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { qualityText } from "../report/quality-text.ts";
import { createRun } from "../run/create-run.ts";
import { loadRun } from "../run/load.ts";
import { trainRun } from "../run/train-run.ts";
import { assessedRun, assessRun } from "./assess-run.ts";

let folder: string;
beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-assess-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a run on a table: plain JSON with what columns keep and samples break; text of the JSON alone", async () => {
  const z = normal([400, 2], { seed: 1, dtype: "float64" }).data;
  const rows = Array.from({ length: 400 }, (_, i) => `${z[2 * i]},${z[2 * i]! + Math.abs(z[2 * i + 1]!)}`);
  await writeFile(join(folder, "t.csv"), `low,high\n${rows.join("\n")}\n`);
  const out = join(folder, "run");
  const recipe = { data: "t.csv", network: { width: 16, depth: 2 }, training: { steps: 50, batch: 32 } } as const;
  for await (const _ of trainRun(await createRun(recipe, { out, folder })));
  const run = await loadRun(out);
  const parts = new Set<string>();
  const options = { count: 500, seed: 3, sampler: heun({ steps: 4 }) };
  const quality = await assessRun(run, { ...options, onProgress: ({ of, part }) => parts.add(`${of}: ${part}`) });
  expect(JSON.parse(JSON.stringify(quality))).toEqual(quality);
  expect(quality.counts).toEqual({ samples: 500, reference: 80, training: 320 });
  expect([quality.samples!.rows, quality.training!.rows, quality.count]).toEqual([320, 320, 80]);
  expect(quality.ordered).toMatchObject([{ lower: "low", upper: "high", real: 0 }]);
  expect(quality.measures.at(-1)!.name).toBe("broken order");
  expect(quality.membership).toMatchObject({ members: 80, others: 80, falsePositiveRate: 0.1 });
  expect(quality.measures.every(({ control }) => control?.value !== undefined)).toBe(true);
  expect([...parts]).toContain("sampling: sampling");
  expect([...parts]).toContain("measuring: two-sample test");
  expect(qualityText(JSON.parse(JSON.stringify(quality)), { comparedWith: "held-out rows" })).toMatch(
    /Samples break that: low ≤ high by [\d.]+ %\./,
  );
  expect(await assessRun(run, options)).toEqual(quality);

  await expect(assessRun(run, { cuont: 5 } as object)).rejects.toThrow(/cuont.*count/s);
  const stopped = { ...options, signal: AbortSignal.abort(new Error("enough")) };
  await expect(assessRun(run, stopped)).rejects.toThrow("enough");
  await expect(assessRun(run, { data: join(folder, "none.csv") })).rejects.toThrow(/none\.csv/);
}, 60_000);

test("training rows among data of the user's are said, also where the run's own file has moved", async () => {
  const z = normal([100, 2], { seed: 1, dtype: "float64" }).data;
  const rows = Array.from({ length: 100 }, (_, i) => `${z[2 * i]},${z[2 * i + 1]}`);
  const table = (chosen: readonly string[]) => `a,b\n${chosen.join("\n")}\n`;
  await writeFile(join(folder, "t.csv"), table(rows));
  const out = join(folder, "run");
  const recipe = { data: "t.csv", heldOut: 0.5, network: { width: 8, depth: 1 }, training: { steps: 2, batch: 8 } };
  for await (const _ of trainRun(await createRun(recipe, { out, folder })));
  const run = await loadRun(out);
  const remarks: string[] = [];
  const draw = async ({ count }: { readonly count: number }) => ({
    samples: normal([count, 2], { seed: 4, dtype: "float64" }),
  });
  const assess = async (file?: string) => {
    remarks.length = 0;
    const signal = new AbortController().signal;
    const onRemark = (remark: string) => remarks.push(remark);
    return assessedRun(run, { file, count: 50, seed: 0, signal, draw, onRemark });
  };
  expect((await assess()).seen).toBeUndefined();
  expect(remarks).toEqual([]);

  const others = ["9,9", "8,8"];
  await writeFile(join(folder, "others.csv"), table(others));
  expect((await assess(join(folder, "others.csv"))).seen).toBe(0);
  expect(remarks).toEqual([]);

  await writeFile(join(folder, "mixed.csv"), table([...rows, ...others]));
  const mixed = await assess(join(folder, "mixed.csv"));
  expect(mixed.seen).toBe(50);
  expect(mixed.comparedWith).toMatch(/mixed\.csv, of which 50 are training rows$/);
  expect(remarks).toEqual([expect.stringMatching(/^warning: 50 of the 102 rows of .*mixed\.csv are training rows\./)]);

  await rename(join(folder, "t.csv"), join(folder, "moved.csv"));
  expect((await assess(join(folder, "moved.csv"))).seen).toBe(50);
  expect(remarks[0]).toMatch(/^warning: 50 of the 100 rows/);
  expect((await assess(join(folder, "others.csv"))).seen).toBeUndefined();
  expect(remarks).toEqual([expect.stringMatching(/own data cannot be read again, .*others\.csv is not known$/)]);
});

test("a run on images: nearest training images by index, and features of one's own", async () => {
  const out = join(folder, "run");
  const data = { kind: "glyphs", size: 8, count: 100 } as const;
  const network = { kind: "unet", width: 8, multipliers: [1], blocks: 1, attention: 0 } as const;
  for await (const _ of trainRun(
    await createRun({ data, network, training: { steps: 5, batch: 8 }, heldOut: 0.2 }, { out, folder }),
  ));
  const made = { network: convolutional({ width: 8, features: 8 }), classes: 10, shape: [1, 8, 8] };
  const extractor = classifierExtractor("mine", classifier(made, initialClassifier(made, 0)));
  const run = await loadRun(out);
  process.env.SCOREFIELD_CACHE = folder;
  const seen = new Set<string>();
  const quality = await assessRun(run, {
    extractor,
    sampler: heun({ steps: 2 }),
    onProgress: ({ of }) => seen.add(of),
  });
  expect(JSON.parse(JSON.stringify(quality))).toEqual(quality);
  // The number of held-out samples.
  expect(quality.count).toBe(20);
  expect(quality.measures.map(({ name }) => name)).toContain("frechet-mine");
  expect(quality.nearest).toHaveLength(16);
  for (const { sample, training } of quality.nearest!) {
    expect(sample).toBeLessThan(20);
    expect(training).toBeLessThan(80);
  }
  expect(quality.distances!.samples).toHaveLength(20);
  expect(quality.referenceIndices).toHaveLength(20);
  expect(seen.has("sampling") && seen.has("measuring")).toBe(true);
}, 120_000);

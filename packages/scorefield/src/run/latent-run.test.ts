import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeLatents, heun, latentModel, RecipeError, sampleLatent } from "@scorefield/core";
import { defaultRuntime, type NdArray, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import { assessRun } from "../assess/assess-run.ts";
import { CheckpointError, RunError } from "../errors.ts";
import { factPairs, readRunFacts } from "../report/run-facts.ts";
import { createRun } from "./create-run.ts";
import { drawSamples } from "./draw-samples.ts";
import { loadRun } from "./load.ts";
import { refuseLatent } from "./refuse-latent.ts";
import { resumeRun } from "./resume-run.ts";
import type { RunEvent } from "./run-event.ts";
import { trainRun } from "./train-run.ts";

let folder: string;
beforeAll(async () => {
  setDefaultRuntime(native({ threads: 1 }));
  folder = await mkdtemp(join(tmpdir(), "scorefield-latent-"));
});
afterAll(async () => {
  await defaultRuntime().dispose();
  await rm(folder, { recursive: true });
});

const recipe = (latent: object = {}) => ({
  data: { kind: "glyphs", size: 8, count: 100 },
  network: { kind: "unet" as const, width: 4, multipliers: [1], blocks: 1, attention: 0 },
  latent: {
    autoencoder: { kind: "convolutional" as const, width: 4, multipliers: [1], blocks: 1, channels: 2 },
    ...latent,
  },
  training: { steps: 4, batch: 4, checkpointSeconds: 0 },
  previews: 1,
});

const eventsOf = async (run: Parameters<typeof trainRun>[0], most = Number.POSITIVE_INFINITY): Promise<RunEvent[]> => {
  const events: RunEvent[] = [];
  for await (const event of trainRun(run)) if (events.push(event) >= most) break;
  return events;
};

test("a latent run: stopped while its autoencoder learns, resumed, loaded, drawn from; another takes its autoencoder", async () => {
  const out = join(folder, "run");
  const run = await createRun(recipe({ steps: 2 }) as never, { out });
  expect(run.record.model.shape).toEqual([2, 4, 4]);
  expect(run.record.latent?.shape).toEqual([1, 8, 8]);
  const [first] = await eventsOf(run, 1);
  expect(first).toMatchObject({ stage: "codec" });
  await expect(createRun(recipe({ codec: out }) as never, { out: join(folder, "no") })).rejects.toThrow(
    first!.step === 2 ? /not trained yet/ : RunError,
  );
  const events = await eventsOf(await resumeRun(out));
  expect(events.at(-1)).toMatchObject({ step: 4, share: 1 });
  expect(events.at(-1)!.stage).toBeUndefined();
  expect(events.some(({ preview }) => preview !== undefined)).toBe(true);
  expect(await readdir(out)).toEqual(expect.arrayContaining(["codec", "codec.safetensors", "checkpoints", "previews"]));
  // Nothing is left to do.
  expect(await eventsOf(await resumeRun(out))).toEqual([]);

  const loaded = await loadRun(out);
  expect(loaded.made.shape).toEqual([1, 8, 8]);
  const { samples } = await drawSamples(loaded, { count: 3, seed: 1, sampler: heun({ steps: 2 }) });
  expect(samples.shape).toEqual([3, 1, 8, 8]);
  const model = latentModel(loaded.latent!, loaded.model);
  const decoded = await sampleLatent(model, { count: 3, seed: 1, sampler: heun({ steps: 2 }), batch: 64 });
  for (const [i, value] of samples.data.entries())
    expect(value).toBeCloseTo(Math.min(1, Math.max(-1, decoded.data[i]!)), 5);
  const features = async (images: NdArray) => {
    const n = images.shape[0]!;
    return ndarray(Float32Array.from(images.data as Float64Array), [n, images.data.length / n]);
  };
  const quality = await assessRun(loaded, {
    count: 10,
    sampler: heun({ steps: 2 }),
    extractor: { frechetName: "frechet-pixels", kernelName: "kernel-pixels", features },
  });
  expect(quality.measures.map(({ name }) => name)).toContain("frechet-pixels");
  const facts = Object.fromEntries(factPairs(await readRunFacts(out)));
  expect(facts.autoencoder).toMatch(/^convolutional.*latents of 2 x 4 x 4/);
  expect(() => refuseLatent(loaded, "inspect")).toThrow(/inspect cannot be used with a latent run/);

  const second = join(folder, "second");
  const reuse = await createRun({ ...recipe(), latent: { codec: "run" } } as never, { out: second, folder });
  const all = await eventsOf(reuse);
  expect(all.every(({ stage }) => stage === undefined)).toBe(true);
  const again = await loadRun(second);
  const x = ndarray(
    Float32Array.from({ length: 64 }, (_, i) => Math.sin(i)),
    [1, 1, 8, 8],
  );
  expect(await encodeLatents(again.latent!, x)).toEqual(await encodeLatents(loaded.latent!, x));

  const file = join(second, "codec.safetensors");
  const bytes = await readFile(file);
  bytes.writeUInt8(bytes.at(-9)! ^ 1, bytes.length - 9);
  await writeFile(file, bytes);
  await expect(loadRun(second)).rejects.toThrow(CheckpointError);
}, 60_000);

test("what a latent run cannot be is refused before any work", async () => {
  const out = join(folder, "none");
  const made = (change: object) => createRun({ ...recipe(), ...change } as never, { out });
  await expect(made({ latent: { channels: 3 } })).rejects.toThrow(RecipeError);
  await expect(made({ latent: { autoencoder: { kind: "convolutional", patch: 3 } } })).rejects.toThrow(
    /multiples of 6/,
  );
  await expect(made({ training: { steps: 4, augmentation: { probability: 0.1 } } })).rejects.toThrow(
    /training\.augmentation/,
  );
  await writeFile(join(folder, "t.csv"), "a,b\n1,2\n3,4\n5,6\n7,8\n9,1\n2,3\n");
  await expect(createRun({ data: "t.csv", latent: {} }, { out, folder })).rejects.toThrow(/found a table/);
});

/** Flow maps of latent runs: beside classes, methods, embeddings of noise levels, resuming and one file. */
import "../runtime.ts";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeLatents, flowMapNoise, sampleFlowMap, samplerNoise, unipc } from "@scorefield/core";
import { defaultRuntime, type NdArray, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { assessRun } from "../assess/assess-run.ts";
import { main } from "../cli.ts";
import { CheckpointError, RunError } from "../errors.ts";
import { factPairs, readRunFacts } from "../report/run-facts.ts";
import { checkpointFolder, checkpointSteps } from "./checkpoint.ts";
import { createRun } from "./create-run.ts";
import { distilRun } from "./distil-run.ts";
import { drawFromFlowMap, drawSamples } from "./draw-samples.ts";
import { codecFile } from "./folder.ts";
import { loadFlowMap, loadRun } from "./load.ts";
import type { PreparedRun } from "./prepared-run.ts";
import { resumeRun } from "./resume-run.ts";
import { trainRun } from "./train-run.ts";

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);

/** Shapes of 8 x 8 px as latents of 2 x 4 x 4. */
const recipe = (network: object = {}) => ({
  data: { kind: "glyphs", size: 8, count: 100 },
  network: { kind: "unet" as const, width: 4, multipliers: [1], blocks: 1, attention: 0, ...network },
  latent: {
    autoencoder: { kind: "convolutional" as const, width: 4, multipliers: [1], blocks: 1, channels: 2 },
    steps: 3,
  },
  training: { steps: 20, batch: 8, checkpointSeconds: 0 },
  previews: 0,
});

const advance = async (run: PreparedRun, most = Number.POSITIVE_INFINITY): Promise<void> => {
  let events = 0;
  for await (const event of trainRun(run)) {
    // The autoencoder is there.
    expect(event.stage).toBeUndefined();
    if (++events >= most) break;
  }
};
const train = async (out: string, network: object = {}): Promise<void> => {
  for await (const _ of trainRun(await createRun(recipe(network) as never, { out })));
};
const lastCheckpoint = async (run: string): Promise<Buffer> => {
  const step = (await checkpointSteps(run)).at(-1)!;
  return readFile(join(checkpointFolder(run), `step-${`${step}`.padStart(8, "0")}.safetensors`));
};

/** Exports a run, and runs the file in ONNX Runtime itself. */
const fileDraws = async (run: string, options: readonly string[], feeds: Readonly<Record<string, NdArray>>) => {
  const file = `${run}.onnx`;
  const quiet = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  expect(await main(["export", run, "--out", file, ...options])).toBe(0);
  quiet.mockRestore();
  const session = await InferenceSession.create(file);
  const tensors = Object.entries(feeds).map(([name, { data, shape }]) => [
    `input.${name}`,
    new Tensor("float32", Float32Array.from(data as Float32Array), [...shape]),
  ]);
  const { output } = await session.run(Object.fromEntries(tensors));
  await session.release();
  return output!;
};
const expectSame = (found: Tensor, expected: NdArray<"float64">): void => {
  expect(found.dims).toEqual(expected.shape);
  const values = found.data as Float32Array;
  for (const [i, value] of expected.data.entries()) expect(Math.abs(values[i]! - value)).toBeLessThan(1e-5);
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(1);
  expect(new Set(expected.data).size).toBeGreaterThan(20);
};
/** One-hot rows. */
const rowsOf = (labels: readonly number[], classes: number): NdArray => {
  const data = new Float32Array(labels.length * classes);
  for (const [i, k] of labels.entries()) data[i * classes + k] = 1;
  return { dtype: "float32", shape: [labels.length, classes], data };
};

beforeAll(async () => {
  setDefaultRuntime(native({ threads: 1 }));
  folder = await mkdtemp(join(tmpdir(), "scorefield-latent-distil-"));
  await train(at("log"));
  await train(at("share"), { noiseEmbedding: "share", classes: 0 });
}, 60_000);
afterAll(async () => {
  await defaultRuntime().dispose();
  await rm(folder, { recursive: true });
});

const methods = [
  { method: "ect", from: "log", classes: 10 },
  { method: "shortcut", from: "share", classes: 0 },
] as const;

describe.each(methods)("$method from latents, levels seen as $from, $classes classes", ({ method, from, classes }) => {
  const name = `${method}-${from}`;
  test("stopped and resumed it ends with the bits of one that was never stopped, and is whole without its start", async () => {
    const options = { method, steps: 110, batch: 2, checkpointSeconds: 0 };
    const run = await distilRun(at(from), { ...options, out: at(name) });
    expect(run.record).toMatchObject({
      model: { shape: [2, 4, 4], network: { noiseEmbedding: from, target: true, classes } },
      latent: { shape: [1, 8, 8] },
      flowMap: { start: { run: `../${from}` } },
      training: { recipe: { latent: { codec: `../${from}` } } },
    });
    await advance(run);
    await advance(await distilRun(at(from), { ...options, out: at("stopped") }), 1);
    expect((await checkpointSteps(at("stopped"))).at(-1)).toBeLessThan(110);
    await advance(await resumeRun(at("stopped")));
    expect((await lastCheckpoint(at("stopped"))).equals(await lastCheckpoint(at(name)))).toBe(true);
    await rm(at("stopped"), { recursive: true });

    const [own, first] = [await loadFlowMap(at(name)), await loadRun(at(from))];
    expect(own.latent!.parameters).toEqual(first.latent!.parameters);
    expect(await readdir(at(name))).toEqual(expect.arrayContaining([codecFile, "checkpoints"]));
    expect(await readdir(at(name))).not.toContain("codec");
    const facts = Object.fromEntries(factPairs(await readRunFacts(at(name))));
    expect(facts.autoencoder).toMatch(/^convolutional.*latents of 2 x 4 x 4/);
    expect(facts.model).toBe(`a flow map, made from ../${from} at step 20`);
  }, 60_000);

  test.each([1, 4])(
    "one file of %i steps and the decoder gives the pictures of sample",
    async (steps) => {
      const run = await loadFlowMap(at(name));
      const labels = [3, 0, 9];
      const given = classes > 0 ? { class: labels } : {};
      const wanted = { count: 3, seed: 5, steps };
      const latents = await sampleFlowMap(run.map, { ...wanted, given });
      const expected = run.toData(await decodeLatents(run.latent!, latents));
      const { samples } = await drawFromFlowMap(run, { ...wanted, ...(classes > 0 && { classes: labels }) });
      for (const [i, value] of samples.data.entries()) expect(value).toBeCloseTo(expected.data[i]!, 6);

      const { prior, draws } = flowMapNoise(run.map, wanted);
      const output = await fileDraws(at(name), ["--steps", `${steps}`, "--count", "3"], {
        "0.prior": prior,
        ...(draws && { "0.draws": draws }),
        ...(classes > 0 && { "1.class": rowsOf(labels, classes) }),
      });
      expectSame(output, samples);
    },
    60_000,
  );
});

test("the file of a latent run that was not distilled has its decoder too", async () => {
  const run = await loadRun(at("share"));
  const sampler = unipc({ steps: 3 });
  const { samples } = await drawSamples(run, { count: 2, seed: 7, sampler });
  const { prior } = samplerNoise(run.model, sampler, { count: 2, seed: 7 });
  const options = ["--sampler", "unipc:steps=3", "--count", "2"];
  expectSame(await fileDraws(at("share"), options, { "0.prior": prior }), samples);
}, 60_000);

test("with pictures on the way, and with settings of its own; what it cannot be is refused", async () => {
  await advance(await distilRun(at("log"), { out: at("pictured"), steps: 2, previews: 1, seed: 9 }));
  const features = async ({ data, shape: [n = 0] }: NdArray) =>
    ndarray(Float32Array.from(data as Float64Array), [n, data.length / n]);
  const quality = await assessRun(await loadFlowMap(at("pictured")), {
    ...{ count: 10, steps: 1 },
    extractor: { frechetName: "frechet-pixels", kernelName: "kernel-pixels", features },
  });
  expect(quality.counts.samples).toBe(10);
  expect(quality.measures.map(({ name }) => name)).toContain("frechet-pixels");
  expect(await readdir(at("pictured", "previews"))).toHaveLength(1);
  await expect(distilRun(at("pictured"), { out: at("no") })).rejects.toThrow(/found one of a flow map/);
  await expect(distilRun(at("log"), { out: at("log"), overwrite: true })).rejects.toThrow(/expected another folder/);
  await expect(distilRun(at("log"), { out: at("pictured") })).rejects.toThrow(RunError);
  await advance(await distilRun(at("share"), { out: at("pictured"), steps: 1, overwrite: true }));
  expect((await loadFlowMap(at("pictured"))).latent!.parameters).toEqual(
    (await loadRun(at("share"))).latent!.parameters,
  );
  // Killed before its record stood, it has left what a new run may replace.
  await rm(at("pictured", "run.json"));
  await rm(at("pictured", "checkpoints"), { recursive: true });
  await rm(at("pictured", "metrics.jsonl"));
  await advance(await distilRun(at("share"), { out: at("pictured"), steps: 1 }));
  await rm(at("pictured", codecFile));
  await expect(loadFlowMap(at("pictured"))).rejects.toThrow(CheckpointError);
  await writeFile(at("pictured", codecFile), "no autoencoder");
  await expect(loadFlowMap(at("pictured"))).rejects.toThrow(CheckpointError);
}, 60_000);

import { cpuUsage } from "node:process";
import { moons } from "@scorefield/domain";
import { loadOnnx, type NdArray, sizeOf } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, describe, expect, test } from "vitest";
import { gaussianMixture } from "../density/mixture.ts";
import { ArgumentError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import { edmPreconditioning } from "../model/preconditioning.ts";
import { trainedModel } from "../model/trained.ts";
import { mlp } from "../network/mlp.ts";
import { edm } from "../process/edm.ts";
import { vp } from "../process/variance-preserving.ts";
import { train } from "../training/train.ts";
import { compileSampler, type SamplerNoise, samplerNoise, samplerToOnnx } from "./compile-sampler.ts";
import { ddim } from "./ddim.ts";
import { deis } from "./deis.ts";
import { dormandPrince } from "./dormand-prince.ts";
import { dpmSolver } from "./dpm-solver.ts";
import { euler } from "./euler.ts";
import { eulerMaruyama } from "./euler-maruyama.ts";
import { heun } from "./heun.ts";
import { restart } from "./restart.ts";
import { sample } from "./sample.ts";
import type { Sampler } from "./sampler.ts";
import { unipc } from "./unipc.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const mixture = gaussianMixture({
  weights: [0.3, 0.7],
  means: [
    [-1, 0.5],
    [1, 0],
  ],
  covariances: [
    [
      [0.05, 0.03],
      [0.03, 0.1],
    ],
    0.04,
  ],
});

/** Runs a file in ONNX Runtime with nothing of this library but the bytes. */
const runBare = async (
  bytes: Uint8Array,
  { prior, draws }: SamplerNoise<NdArray>,
  graphOptimizationLevel: "basic" | "all" = "all",
): Promise<ArrayLike<number>> => {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, graphOptimizationLevel });
  const tensor = ({ dtype, data, shape }: NdArray) => new Tensor(dtype as "float32", data as Float32Array, shape);
  const results = await session.run({
    "input.0.prior": tensor(prior),
    ...(draws && { "input.0.draws": tensor(draws) }),
  });
  await session.release();
  return results.output!.data as Float32Array;
};

/** The options of a file, which takes no seed. */
const unseeded = <D extends "float32" | "float64">({ count, dtype }: { count: number; dtype?: D }) => ({
  count,
  ...(dtype && { dtype }),
});

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
};

const samplers: readonly Sampler[] = [
  heun({ steps: 10 }),
  heun({ steps: 10, sChurn: 8, sMin: 0.05, sMax: 20, sNoise: 1.003 }),
  euler({ steps: 12, denoiseLast: false }),
  ddim({ steps: 12 }),
  ddim({ steps: 12, eta: 1 }),
  dpmSolver({ steps: 12, order: 3 }),
  dpmSolver({ steps: 5 }),
  unipc({ steps: 12 }),
  unipc({ steps: 5 }),
  deis({ steps: 12 }),
  restart({ steps: 12 }),
  eulerMaruyama({ steps: 20 }),
];

describe("a bare ONNX Runtime makes what sample makes of the same draws", () => {
  for (const sampler of samplers)
    test(`${JSON.stringify(sampler.recipe)}`, async () => {
      for (const process of [edm(), vp()]) {
        const model = exact(mixture, process);
        const options = { count: 16, seed: 7 } as const;
        const expected = await sample(model, { ...options, sampler, runtime });
        const found = await runBare(
          samplerToOnnx(model, sampler, unseeded(options)),
          samplerNoise(model, sampler, options),
        );
        expect(largestDifference(found, expected.data), process.recipe.kind).toBeLessThan(2e-5);
      }
    });

  test("in float64 to its rounding", async () => {
    const model = exact(mixture, vp());
    for (const sampler of [heun({ steps: 10 }), unipc({ steps: 12 }), ddim({ steps: 12, eta: 0.5 })]) {
      const options = { count: 5, seed: 1, dtype: "float64" } as const;
      const expected = await sample(model, { ...options, sampler, runtime });
      const bytes = samplerToOnnx(model, sampler, unseeded(options));
      // Beyond "basic" it fuses scales into matrix products as float32 attributes, between float64 matrices too.
      const found = await runBare(bytes, samplerNoise(model, sampler, options), "basic");
      expect(largestDifference(found, expected.data)).toBeLessThan(1e-12);
    }
  });
});

describe("a trained network", () => {
  test("travels as one file: noise in, samples out", async () => {
    const { result } = train({
      data: moons()(4000, 1),
      process: edm(),
      network: mlp({ width: 32, depth: 2 }),
      steps: 300,
      batch: 128,
      runtime,
    });
    const model = await result;
    for (const sampler of [dpmSolver({ steps: 18 }), ddim({ steps: 18, eta: 1 })]) {
      const options = { count: 64, seed: 3 } as const;
      const bytes = samplerToOnnx(model, sampler, unseeded(options));
      // Weights once, for any number of steps: 6,000 numbers here.
      expect(bytes.length).toBeLessThan(150_000);
      const noise = samplerNoise(model, sampler, options);
      const expected = await sample(model, { ...options, sampler, runtime });
      expect(largestDifference(await runBare(bytes, noise), expected.data)).toBeLessThan(1e-4);
      const compiled = await compileSampler(model, sampler, { count: 64, runtime });
      expect(largestDifference((await compiled(noise)).data as Float32Array, expected.data)).toBeLessThan(1e-4);
      await compiled.dispose();
      // Or as two: the graph, and the weights beside it.
      const { model: graph, data } = samplerToOnnx(model, sampler, {
        ...unseeded(options),
        externalData: "weights.bin",
      });
      expect(graph.length).toBeLessThan(bytes.length - 4 * 32 * 32);
      expect(data.length).toBeGreaterThan(4 * 32 * 32);
      const pair = await loadOnnx(graph, { runtime, externalData: [{ path: "weights.bin", data }] });
      const { prior, draws } = noise;
      const { output } = await pair.run({ "input.0.prior": prior, ...(draws && { "input.0.draws": draws }) });
      expect(largestDifference(output!.data as Float32Array, expected.data)).toBeLessThan(1e-4);
      await pair.dispose();
      // Not the preconditioner alone: the network has moved the samples to the data.
      expect(expected.data.every((value) => Math.abs(value) < 6)).toBe(true);
    }
  });

  test("50 steps of heun, 99 evaluations, are built in seconds", () => {
    const network = mlp({ width: 64, depth: 4 });
    const parts = { process: edm(), network, preconditioning: edmPreconditioning() };
    const model = trainedModel(parts, network.initialise([2], 1), [2]);
    // Of this process's own time, so that a busy machine does not count.
    const before = cpuUsage();
    const bytes = samplerToOnnx(model, heun({ steps: 50 }), { count: 4 });
    const { user, system } = cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(8);
    expect(bytes.length).toBeLessThan(2 ** 20);
  });
});

describe("noise", () => {
  const model = exact(mixture, edm());

  test("a sampler that draws none takes the prior alone", () => {
    const noise = samplerNoise(model, heun(), { count: 3 });
    expect(Object.keys(noise)).toEqual(["prior"]);
    expect(noise.prior.shape).toEqual([3, 2]);
  });

  test("rows from another first sample equal the rows of a longer run", () => {
    const sampler = ddim({ steps: 4, eta: 1 });
    const all = samplerNoise(model, sampler, { count: 5, seed: 2 });
    const rest = samplerNoise(model, sampler, { count: 2, seed: 2, firstSample: 3 });
    expect(rest.prior.data).toEqual(all.prior.data.slice(6));
    expect(all.draws!.shape).toEqual([3, 5, 2]);
    const step = sizeOf([5, 2]);
    for (let k = 0; k < 3; k++)
      expect(rest.draws!.data.slice(4 * k, 4 * k + 4)).toEqual(all.draws!.data.slice(k * step + 6, (k + 1) * step));
  });
});

test("bad counts and adaptive samplers", async () => {
  const model = exact(mixture, edm());
  expect(() => samplerToOnnx(model, heun(), { count: 0 })).toThrow(ArgumentError);
  expect(() => samplerToOnnx(model, dormandPrince() as never, { count: 1 })).toThrow(/found an adaptive one/);
  await expect(compileSampler(model, heun(), { count: 1.5, runtime })).rejects.toThrow(
    /positive whole number, found 1.5/,
  );
});

/** A large network is loaded once for all steps of a run, and the samples stay the same. */
import { countSessions, type FloatType, sizeOf } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { guided } from "../model/guidance/classifier-free.ts";
import { edmPreconditioning } from "../model/preconditioning.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { constants, denoiser, trainedModel } from "../model/trained.ts";
import { leavesOf, randomised } from "../network/evaluate.case.ts";
import { mlp } from "../network/mlp.ts";
import { edm } from "../process/edm.ts";
import type { AnySampler } from "./adaptive-sampler.ts";
import { sample } from "./sample.ts";
import { samplerFromRecipe, samplerKinds } from "./samplers.ts";
import { unipc } from "./unipc.ts";

const plain = native({ threads: 1 });
afterAll(() => plain.dispose());

// One hidden layer has 2^20 weights, 4 MiB: the number of bytes at which sharing begins.
const network = mlp({ width: 1024, depth: 2, noiseFeatures: 4, classes: 3 });
const parameters = randomised(network.initialise([2], 1), 2);
const weightBytes = leavesOf(parameters).leaves.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
const parts = { process: edm({ sigmaMin: 0.02, sigmaMax: 20 }), network, preconditioning: edmPreconditioning() };
const model = trainedModel(parts, parameters, [2]);

/** The same by functions that nothing marks. */
const inlined: ScoreModel = {
  process: parts.process,
  shape: [2],
  conditions: model.conditions!,
  denoise: (x, t, given) => denoiser(parts)(constants(parameters, x.dtype), x, t, given),
};

const short: Readonly<Record<string, Record<string, unknown>>> = {
  "annealed-langevin": { levels: 4, stepsPerLevel: 2 },
  "adaptive-sde": { rtol: 0.1, atol: 0.1 },
  "dormand-prince": { rtol: 1e-2, atol: 1e-2 },
};
const samplers: AnySampler[] = samplerKinds
  // It looks at log-densities, which a denoiser does not know.
  .filter((kind) => kind !== "mala")
  .map((kind) => samplerFromRecipe({ kind, ...(short[kind] ?? { steps: 6 }) }));

const run = async (some: ScoreModel, sampler: AnySampler, dtype: FloatType = "float64") => {
  const runtime = countSessions(plain);
  const options = { count: 4, seed: 3, sampler, dtype, runtime, given: { class: [0, 1, 2, null] } };
  const { data } = await sample(some, options);
  expect(runtime.counts().alive).toBe(0);
  return { data, counts: runtime.counts() };
};

const expectClose = (found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void => {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < found.length; i++) expect(Math.abs(found[i]! - expected[i]!)).toBeLessThan(tolerance);
};

for (const sampler of samplers)
  test(`${sampler.recipe.kind}: the same samples from one session of the network as from copies of it`, async () => {
    const [shared, copies] = [await run(model, sampler), await run(inlined, sampler)];
    expectClose(shared.data, copies.data, 1e-9);
  });

test("UniPC of order 3, guided within an interval, holds the weights once", async () => {
  const sampler = unipc({ steps: 12 });
  const interval = [0.1, 5] as const;
  const { counts, data } = await run(guided(model, { weight: 2, interval }), sampler, "float32");
  expect(counts.mostBytes).toBeGreaterThan(weightBytes);
  expect(counts.mostBytes).toBeLessThan(1.1 * weightBytes);
  const copies = await run(guided(inlined, { weight: 2, interval }), sampler, "float32");
  expect(copies.counts.mostBytes).toBeGreaterThan(5 * weightBytes);
  expectClose(data, copies.data, 1e-3);
});

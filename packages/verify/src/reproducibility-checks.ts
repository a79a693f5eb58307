/** Checks that results depend on the seed and nothing else. */

import type { AnySampler, Parameters, Process, ScoreModel } from "@scorefield/core";
import {
  adaptiveSde,
  dormandPrince,
  edm,
  edmPreconditioning,
  exact,
  mlp,
  normal,
  sample,
  samplerFromRecipe,
  samplerKinds,
  trainedModel,
  vp,
} from "@scorefield/core";
import { isNdArray, mapTree, type NdArray, sizeOf } from "@scorefield/tensor";
import { absolute, type Check, estimate, sameNumbers, worst } from "./check.ts";
import { planarMixture } from "./density-checks.ts";

const group = "reproducibility";
const model = exact(planarMixture, edm({ sigmaMin: 0.02, sigmaMax: 20 }));

/** Fewer steps than usual, where a sampler takes any. */
const short: Readonly<Record<string, Record<string, unknown>>> = {
  "annealed-langevin": { levels: 10, stepsPerLevel: 3 },
  "adaptive-sde": {},
  "dormand-prince": {},
};

const reproducible = (kind: string): Check => ({
  name: `${kind}: the same batch again bit for bit; a sample alone to rounding of float32`,
  group,
  source: "counter-based draws: Salmon et al. 2011",
  sampler: kind,
  run: async ({ runtime, signal }) => {
    const sampler: AnySampler = samplerFromRecipe({ kind, ...(short[kind] ?? { steps: 12 }) });
    const draw = (count: number, batch: number, seed = 5): Promise<NdArray<"float32">> =>
      sample(model, { count, batch, seed, sampler, runtime, signal });
    const all = await draw(6, 6);
    const again = await draw(6, 6);
    const alone = await draw(6, 1);
    const other = await draw(6, 6, 6);
    const changed = all.data.filter((value, i) => !Object.is(value, again.data[i])).length;
    const same = all.data.filter((value, i) => value === other.data[i]).length;
    return worst([
      absolute(0, changed, 0.5, { detail: "numbers of 12 that changed" }),
      absolute(0, same, 0.5, { detail: "numbers of 12 that another seed left alone" }),
      sameNumbers(all.data, alone.data, 1e-4, { detail: "largest difference when alone" }),
    ]);
  },
});

/** A network of random weights, smooth as a trained one. Its last layer, which starts at zero, is drawn too. */
const randomModel = (process: Process): ScoreModel => {
  const network = mlp({ width: 32, depth: 2, noiseFeatures: 8 });
  const drawn = ({ shape, data, ...array }: NdArray): NdArray => {
    if (shape.length < 2 || data.some((value) => Number(value) !== 0)) return { ...array, shape, data };
    const weights = normal(shape, { seed: 2 });
    for (let i = 0; i < weights.data.length; i++) weights.data[i]! /= Math.sqrt(shape[0]!);
    return weights;
  };
  const parameters = mapTree(network.initialise([2], 1), drawn, isNdArray) as Parameters;
  return trainedModel({ process, network, preconditioning: edmPreconditioning() }, parameters, [2]);
};

const samples = 24;

/** Matrix products and activations round otherwise for another shape of batch, which no exact density shows. */
const networkAlone = (process: Process, sampler: AnySampler): Check => ({
  name: `${sampler.recipe.kind} of a network, ${process.recipe.kind}: a sample alone to rounding of float32`,
  group,
  source: "step lengths rounded to powers of 2^(1/8), so that rounded errors choose the same",
  sampler: sampler.recipe.kind,
  run: async ({ runtime, signal }) => {
    const model = randomModel(process);
    const draw = (batch: number): Promise<NdArray<"float32">> =>
      sample(model, { count: samples, batch, seed: 5, sampler, runtime, signal });
    const [all, alone] = [await draw(samples), await draw(1)];
    const differences = Array.from({ length: samples }, (_, i) =>
      Math.hypot(all.data[2 * i]! - alone.data[2 * i]!, all.data[2 * i + 1]! - alone.data[2 * i + 1]!),
    );
    const beyond = differences.filter((value) => !(value < 1e-5)).length;
    // Where an error is within its rounding of the border of two lengths, a sample differs as the tolerance allows.
    return absolute(0, beyond, 1.5, {
      detail: `samples of ${samples}, the largest ${Math.max(...differences).toExponential(1)}`,
    });
  },
});

/** Reproducibility of every sampler, and draws that follow their distribution. */
export const reproducibilityChecks: readonly Check[] = [
  ...samplerKinds.map(reproducible),
  ...[edm(), vp()].flatMap((process) => [networkAlone(process, dormandPrince()), networkAlone(process, adaptiveSde())]),
  {
    name: "normal draws: moments, and no correlation between seeds",
    group,
    source: "moments of N(0, 1): 0, 1, 0, 3",
    run: async () => {
      const shape = [2 ** 16, 4];
      const n = sizeOf(shape);
      const { data } = normal(shape, { seed: 1 });
      const other = normal(shape, { seed: 2 }).data;
      const moment = (power: number): number => data.reduce((sum, z) => sum + z ** power, 0) / n;
      return worst([
        ...[1, 2, 3, 4].map((power) =>
          estimate([0, 1, 0, 3][power - 1]!, moment(power), Math.sqrt([1, 2, 15, 96][power - 1]! / n), {
            detail: `moment ${power}`,
          }),
        ),
        estimate(0, data.reduce((sum, z, i) => sum + z * other[i]!, 0) / n, Math.sqrt(1 / n), {
          detail: "correlation of two seeds",
        }),
      ]);
    },
  },
];

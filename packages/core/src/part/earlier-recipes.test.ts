/** Recipes in the run.json files of earlier versions, which must go on meaning what they meant. */
import { expect, test } from "vitest";
import { preconditionings } from "../model/preconditionings.ts";
import { featureNetworks } from "../network/feature-networks.ts";
import { networks } from "../network/networks.ts";
import { constraints } from "../objective/constraints.ts";
import { noiseDistributions } from "../objective/noise-distribution.ts";
import { objectives } from "../objective/objectives.ts";
import { processes } from "../process/processes.ts";
import type { KindRecipe } from "../recipe.ts";
import { samplers } from "../sampling/samplers.ts";
import { upgradeRecipe } from "./earlier-names.ts";

const lists = {
  samplers,
  processes,
  networks,
  featureNetworks,
  noiseLevels: noiseDistributions,
  preconditionings,
  objectives,
  constraints,
};

/** Written by version 0.1, every kind with all its settings. */
const written: readonly [keyof typeof lists, KindRecipe][] = [
  [
    "samplers",
    { kind: "heun", steps: 18, grid: "karras", denoiseLast: true, sChurn: 0, sMin: 0, sMax: null, sNoise: 1 },
  ],
  ["samplers", { kind: "euler", steps: 18, grid: "karras", denoiseLast: true }],
  ["samplers", { kind: "ddim", steps: 18, grid: "karras", denoiseLast: true, eta: 0 }],
  ["samplers", { kind: "dpm-solver++", steps: 18, grid: "log-snr", denoiseLast: true, order: 2 }],
  ["samplers", { kind: "unipc", steps: 18, grid: "log-snr", denoiseLast: true, order: 3, variant: "bh2" }],
  ["samplers", { kind: "deis", steps: 18, grid: "karras", denoiseLast: true, order: 3 }],
  [
    "samplers",
    {
      kind: "restart",
      steps: 18,
      grid: "karras",
      denoiseLast: true,
      intervals: [{ low: 0.06, high: 0.3, steps: 2, repeats: 2 }],
    },
  ],
  ["samplers", { kind: "dormand-prince", rtol: 0.001, atol: 0.001, maxSteps: 1000 }],
  ["samplers", { kind: "euler-maruyama", steps: 500, grid: "log-snr" }],
  ["samplers", { kind: "reverse-diffusion", steps: 500, grid: "log-snr" }],
  ["samplers", { kind: "ancestral", steps: 500, grid: "log-snr", variance: "posterior" }],
  ["samplers", { kind: "sde-dpm-solver++", steps: 50, grid: "log-snr" }],
  ["samplers", { kind: "adaptive-sde", rtol: 0.02, atol: 0.0078125, maxSteps: 10000 }],
  [
    "samplers",
    {
      kind: "predictor-corrector",
      steps: 500,
      grid: "log-snr",
      predictor: "reverse-diffusion",
      correctorSteps: 1,
      snr: 0.16,
      measure: "noise",
    },
  ],
  ["samplers", { kind: "langevin", steps: 1000, stepSize: 0.01 }],
  ["samplers", { kind: "mala", steps: 1000, stepSize: 0.01 }],
  ["samplers", { kind: "underdamped-langevin", steps: 1000, stepSize: 0.1, friction: 1 }],
  ["samplers", { kind: "annealed-langevin", levels: 200, stepsPerLevel: 5, denoiseLast: true }],
  ["processes", { kind: "ve", sigmaMin: 0.002, sigmaMax: 80 }],
  ["processes", { kind: "vp", betaMin: 0.1, betaMax: 20 }],
  ["processes", { kind: "vp-cosine", offset: 0.008 }],
  ["processes", { kind: "sub-vp", betaMin: 0.1, betaMax: 20 }],
  ["processes", { kind: "edm", sigmaMin: 0.002, sigmaMax: 80 }],
  ["processes", { kind: "rectified-flow" }],
  ["networks", { kind: "mlp", width: 128, depth: 3, noiseFeatures: 32, classes: 0 }],
  [
    "networks",
    {
      kind: "unet",
      width: 64,
      multipliers: [1, 2, 2],
      blocks: 2,
      attention: 8,
      headWidth: 64,
      dropout: 0,
      downsample: "pool",
      skipRescale: true,
      classes: 0,
      augmentation: 0,
    },
  ],
  [
    "networks",
    { kind: "dit", patch: 4, width: 192, depth: 6, headWidth: 64, expansion: 4, classes: 0, augmentation: 0 },
  ],
  ["featureNetworks", { kind: "convolutional", width: 16, features: 128, noiseFeatures: 0 }],
  ["featureNetworks", { kind: "perceptron", widths: [128, 128], noiseFeatures: 0 }],
  ["noiseLevels", { kind: "uniform" }],
  ["noiseLevels", { kind: "log-normal", mean: -1.2, deviation: 1.2 }],
  ["noiseLevels", { kind: "geometric", highest: 1, lowest: 0.01, count: 10 }],
  ["noiseLevels", { kind: "fixed", ratio: 0.1 }],
  ["preconditionings", { kind: "edm", dataDeviation: 1 }],
  ["preconditionings", { kind: "predict", prediction: "velocity", dataDeviation: 1 }],
  ["preconditionings", { kind: "energy", form: "residual", dataDeviation: 1 }],
  [
    "objectives",
    {
      kind: "denoising",
      weighting: "edm",
      levels: { kind: "log-normal", mean: -1.2, deviation: 1.2 },
      dataDeviation: 1,
      uncertainty: false,
    },
  ],
  [
    "objectives",
    { kind: "implicit", weighting: "sigma^2", levels: { kind: "log-normal", mean: -1.2, deviation: 1.2 } },
  ],
  [
    "objectives",
    {
      kind: "sliced",
      weighting: "sigma^2",
      levels: { kind: "log-normal", mean: -1.2, deviation: 1.2 },
      projections: 1,
      varianceReduced: true,
    },
  ],
  [
    "objectives",
    {
      kind: "finite-difference",
      weighting: "sigma^2",
      levels: { kind: "log-normal", mean: -1.2, deviation: 1.2 },
      projections: 1,
      difference: 0.03,
    },
  ],
  [
    "objectives",
    {
      kind: "fokker-planck",
      objective: {
        kind: "denoising",
        weighting: "edm",
        levels: { kind: "log-normal", mean: -1.2, deviation: 1.2 },
        dataDeviation: 1,
        uncertainty: false,
      },
      weight: 0.01,
      projections: 0,
    },
  ],
  [
    "objectives",
    {
      kind: "constrained",
      objective: {
        kind: "fokker-planck",
        objective: {
          kind: "denoising",
          weighting: "edm",
          levels: { kind: "log-normal", mean: -1.2, deviation: 1.2 },
          dataDeviation: 1,
          uncertainty: false,
        },
        weight: 0.01,
        projections: 0,
      },
      constraint: { kind: "mean", values: [0, 1] },
      weight: 1,
      schedule: "constant",
    },
  ],
  ["constraints", { kind: "linear", matrix: [[1, 1, 0]], values: [2] }],
  ["constraints", { kind: "mean", values: [0, 1] }],
];

/** What must be given of some kinds. */
const needed: Readonly<Record<string, readonly string[]>> = {
  predict: ["prediction"],
  constrained: ["constraint"],
  linear: ["matrix", "values"],
  mean: ["values"],
};

/** Settings that came later, with their defaults. */
const later: Readonly<Record<string, object>> = {
  constrained: { estimate: "mean", estimateSteps: 3 },
  mlp: { observed: 0, target: false, noiseEmbedding: "log" },
  unet: { patch: 1, observed: 0, target: false, noiseEmbedding: "log" },
  dit: { observed: 0, target: false, noiseEmbedding: "log" },
  denoising: { logarithm: false },
};

/** A recipe, and the objective within it, with the settings that came later. */
const completed = (recipe: KindRecipe): KindRecipe => ({
  ...recipe,
  ...(typeof recipe.objective === "object" && { objective: completed(recipe.objective as KindRecipe) }),
  ...later[recipe.kind],
});

/** With the names of now: see the test of `upgradeRecipe`. */
const upgraded = written.map(([list, recipe]) => [list, upgradeRecipe(recipe)] as const);

test.each(upgraded)("%s %j is read as it was written", (list, recipe) => {
  expect(lists[list].fromRecipe(recipe).recipe).toEqual(completed(recipe));
});

test.each(upgraded)("%s %j may lack settings that came later", (list, recipe) => {
  const { fromRecipe } = lists[list];
  const least = Object.fromEntries(["kind", ...(needed[recipe.kind] ?? [])].map((name) => [name, recipe[name]]));
  const defaults: KindRecipe = fromRecipe(least as KindRecipe).recipe;
  for (const name of Object.keys(recipe)) {
    if (name in least) continue;
    const { [name]: _, ...without } = recipe;
    expect(fromRecipe(without as KindRecipe).recipe).toEqual(completed({ ...recipe, [name]: defaults[name] }));
  }
});

test("every kind of an earlier version is there", () => {
  for (const [name, { kinds }] of Object.entries(lists)) {
    const earlier = written.flatMap(([list, { kind }]) => (list === name ? [kind] : []));
    expect(kinds).toEqual(expect.arrayContaining(earlier));
  }
});

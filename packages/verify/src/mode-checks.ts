/** Checks of what share of samples falls to either of two modes far apart: 1/5 and 4/5. */

import type { AnySampler, Process, Sampler } from "@scorefield/core";
import {
  adaptiveSde,
  ancestral,
  annealedLangevin,
  ddim,
  deis,
  dormandPrince,
  dpmSolver,
  edm,
  euler,
  eulerMaruyama,
  exact,
  gaussianMixture,
  heun,
  langevin,
  mala,
  normal,
  predictorCorrector,
  restart,
  reverseDiffusion,
  sample,
  samplerCatalogue,
  sdeDpmSolver,
  underdampedLangevin,
  unipc,
  vp,
} from "@scorefield/core";
import type { NdArray } from "@scorefield/tensor";
import { type Check, type CheckContext, estimate, worst } from "./check.ts";
import { variancePath } from "./probe/linear-probe.ts";

const share = 0.2;
// As in Song & Ermon 2019, section 3.2.2, but with a mean of zero: the prior leaves it out.
const means = [-8, 2] as const;
const mixture = gaussianMixture({ weights: [share, 1 - share], means: means.map((mean) => [mean, mean]) });
const count = 2000;
const shareError = (p: number): number => Math.sqrt((p * (1 - p)) / count);

/** The prior leaves out the data's own variance of 17 at this noise, less than a percent. */
const usual = edm({ sigmaMin: 0.01, sigmaMax: 100 });

const draw = (
  sampler: AnySampler,
  process: Process,
  { runtime, signal }: CheckContext,
  initial?: NdArray<"float32">,
): Promise<NdArray> =>
  sample(exact(mixture, process), {
    count,
    batch: count,
    sampler,
    seed: 7,
    runtime,
    signal,
    ...(initial && { initial }),
  });

/** The share of samples at the first mode, and the mean square distance of all to their mode, per dimension. */
const modesOf = ({ data }: NdArray): { first: number; variance: number } => {
  let [first, squares] = [0, 0];
  for (let i = 0; i < count; i++) {
    const [x, y] = [Number(data[2 * i]), Number(data[2 * i + 1])];
    const mode = x + y < means[0] + means[1] ? means[0] : means[1];
    if (mode === means[0]) first++;
    squares += (x - mode) ** 2 + (y - mode) ** 2;
  }
  return { first: first / count, variance: squares / (2 * count) };
};

const sourceOf = (kind: string): string => samplerCatalogue.find((entry) => entry.kind === kind)?.source ?? "";

interface ModeTruth {
  readonly sampler: AnySampler;
  readonly slow?: boolean;
  readonly process?: Process;
}

/** Samplers from noise to data, with enough steps that their error is below what 2,000 samples can show. */
const samplers: readonly ModeTruth[] = [
  { sampler: heun({ steps: 40 }) },
  { sampler: heun({ steps: 60, sChurn: 20 }) },
  { sampler: euler({ steps: 200 }), slow: true },
  { sampler: ddim({ steps: 200 }) },
  { sampler: ddim({ steps: 200, eta: 1 }), slow: true },
  { sampler: dpmSolver({ steps: 40, order: 3 }) },
  { sampler: unipc({ steps: 40 }) },
  { sampler: deis({ steps: 60 }) },
  { sampler: restart({ steps: 40 }) },
  { sampler: dormandPrince() },
  { sampler: eulerMaruyama({ steps: 400 }) },
  { sampler: reverseDiffusion({ steps: 400 }) },
  { sampler: ancestral({ steps: 400 }) },
  { sampler: sdeDpmSolver({ steps: 100 }) },
  { sampler: predictorCorrector({ predictor: reverseDiffusion({ steps: 400 }), snr: 0.05 }), slow: true },
  { sampler: adaptiveSde(), slow: true },
  // Weights settle where the modes begin to part, which takes many steps there.
  {
    sampler: annealedLangevin({ levels: 200, stepsPerLevel: 10, denoiseLast: false }),
    process: edm({ sigmaMin: 0.5, sigmaMax: 50 }),
  },
  { sampler: annealedLangevin({ levels: 400, stepsPerLevel: 10, denoiseLast: false }), process: vp(), slow: true },
  { sampler: ancestral({ steps: 400 }), process: vp(), slow: true },
  { sampler: sdeDpmSolver({ steps: 100 }), process: vp(), slow: true },
];

/** Chains at one level, each with the variance that it gives a mode of variance 1. */
const chains: readonly { readonly sampler: Sampler; readonly width: number }[] = [
  { sampler: langevin({ steps: 500, stepSize: 0.05 }), width: 2 / (2 - 0.05) },
  { sampler: mala({ steps: 300, stepSize: 0.4 }), width: 1 },
  { sampler: underdampedLangevin({ steps: 300, stepSize: 0.3 }), width: 1 },
];

const recovers = ({ sampler, slow = false, process = usual }: ModeTruth): Check => {
  const { kind, sChurn, eta } = sampler.recipe as { kind: string; sChurn?: number; eta?: number };
  return {
    name: `${kind}${sChurn ? " (churn)" : eta ? ` (eta ${eta})` : ""}${process.recipe.kind === "vp" ? ", vp" : ""}: weight and width of modes of 1/5 and 4/5`,
    group: "modes",
    source: sourceOf(kind),
    sampler: kind,
    slow,
    run: async (context) => {
      const { first, variance } = modesOf(await draw(sampler, process, context));
      // What steps of this length make of a Gaussian, exactly.
      const width = "attempt" in sampler ? 1 : (await variancePath(sampler, process, [1], context.runtime)).at(-1)![0]!;
      return worst([
        estimate(share, first, shareError(share), { detail: "weight" }),
        estimate(width, variance, width * Math.sqrt(1 / count), { detail: "variance" }),
      ]);
    },
  };
};

const keeps = ({ sampler, width }: (typeof chains)[number]): Check => ({
  name: `${sampler.recipe.kind}: modes keep the weights of the start, not 1/5 and 4/5`,
  group: "modes",
  source: "Song & Ermon 2019, section 3.2.2",
  sampler: sampler.recipe.kind,
  run: async (context) => {
    const start = normal([count, 2], { seed: 3 });
    for (let i = 0; i < start.data.length; i++) start.data[i]! *= 8;
    const before = modesOf(start).first;
    const { first, variance } = modesOf(await draw(sampler, usual, context, start));
    return worst([
      estimate(before, first, shareError(before), { detail: `weight, started at ${before.toPrecision(3)}` }),
      estimate(width, variance, width * Math.sqrt(1 / count), { detail: "variance" }),
    ]);
  },
});

/** Modes recovered, and the methods that must not. */
export const modeChecks: readonly Check[] = [...samplers.map(recovers), ...chains.map(keeps)];

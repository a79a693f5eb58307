/** Every predictor under a corrector, on data whose variance is known: N(0, 1) and the product of two of them. */

import type { Process, Sampler, ScoreModel } from "@scorefield/core";
import {
  ancestral,
  ddim,
  deis,
  dpmSolver,
  euler,
  eulerMaruyama,
  exact,
  gaussian,
  heun,
  type PredictorCorrectorOptions,
  predictorCorrector,
  productOf,
  reverseDiffusion,
  sdeDpmSolver,
  unipc,
} from "@scorefield/core";
import type { Runtime } from "@scorefield/tensor";
import { marginalVariance } from "./affine-probe.ts";
import { variancePath } from "./linear-probe.ts";

/** A predictor with `steps` steps. */
export interface NamedPredictor {
  readonly name: string;
  make(steps: number): Sampler;
}

const orders = [1, 2, 3] as const;

/** Every sampler that a corrector can follow, in every order and variant. A new one is a line here. */
export const predictorVariants: readonly NamedPredictor[] = [
  { name: "heun", make: (steps) => heun({ steps }) },
  { name: "heun (churn)", make: (steps) => heun({ steps, sChurn: 20 }) },
  { name: "euler", make: (steps) => euler({ steps }) },
  { name: "ddim", make: (steps) => ddim({ steps }) },
  { name: "ddim (eta 1)", make: (steps) => ddim({ steps, eta: 1 }) },
  ...orders.map((order) => ({ name: `dpm-solver++ ${order}`, make: (steps: number) => dpmSolver({ steps, order }) })),
  ...orders.map((order) => ({ name: `unipc ${order}`, make: (steps: number) => unipc({ steps, order }) })),
  { name: "unipc 2 (bh1)", make: (steps) => unipc({ steps, order: 2, variant: "bh1" }) },
  ...orders.map((order) => ({ name: `deis ${order}`, make: (steps: number) => deis({ steps, order }) })),
  { name: "euler-maruyama", make: (steps) => eulerMaruyama({ steps }) },
  { name: "reverse-diffusion", make: (steps) => reverseDiffusion({ steps }) },
  { name: "ancestral", make: (steps) => ancestral({ steps }) },
  { name: "ancestral (transition)", make: (steps) => ancestral({ steps, variance: "transition" }) },
  { name: "sde-dpm-solver++", make: (steps) => sdeDpmSolver({ steps }) },
];

/** Data N(0, I) of some dimensions, or the product of two such models, of variance 1/2. */
export type CrossedData = "normal" | "product";

/** The model of the data, and its variance under the least noise. */
export const crossedModel = (data: CrossedData, process: Process, dimensions = 1) => {
  const one: ScoreModel = exact(gaussian({ mean: new Array<number>(dimensions).fill(0) }), process);
  const variance = marginalVariance(process, process.times.first, 1);
  return data === "normal" ? { model: one, variance } : { model: productOf([one, one]), variance: variance / 2 };
};

/**
 * By how much the variance in the end is off, as a share, for a predictor with a corrector measured by the noise: followed
 * exactly in float64, without drawing anything.
 */
export const crossedError = async (
  predictor: Sampler,
  corrector: Omit<PredictorCorrectorOptions, "predictor" | "measure">,
  data: CrossedData,
  process: Process,
  runtime: Runtime,
): Promise<number> => {
  const { model, variance } = crossedModel(data, process);
  const sampler = predictorCorrector({ ...corrector, predictor });
  const path = await variancePath(sampler, process, [1], runtime, { model });
  return path.at(-1)![0]! / variance - 1;
};

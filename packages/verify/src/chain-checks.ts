/** Checks of Langevin chains: the law that they settle to, in closed form where steps have an error. */

import type { Sampler } from "@scorefield/core";
import {
  annealedLangevin,
  edm,
  exact,
  gaussian,
  langevin,
  mala,
  predictorCorrector,
  reverseDiffusion,
  sample,
  underdampedLangevin,
} from "@scorefield/core";
import type { NdArray } from "@scorefield/tensor";
import { type Check, estimate, relative, worst } from "./check.ts";
import { marginalVariance } from "./probe/affine-probe.ts";
import { variancePath } from "./probe/linear-probe.ts";

const process = edm();
const { first } = process.times;

/** A chain, the s of its data N(0, s^2), and the variance that it settles to from any start. */
export interface ChainTruth {
  readonly name: string;
  readonly source: string;
  readonly sampler: Sampler;
  readonly s: number;
  readonly variance: number;
}

/** The variance of data of deviation s under the least noise. */
const v = (s: number): number => marginalVariance(process, first, s);
const settled = (variance: number, eta: number): number => (variance * 2) / (2 - eta / variance);

const chains: readonly ChainTruth[] = [
  ...[0.1, 0.5, 1.5].map((eta) => ({
    name: `langevin, step ${eta}`,
    source: "stationary variance v 2 / (2 - eta / v) of x' = (1 - eta / v) x + sqrt(2 eta) z",
    sampler: langevin({ steps: 300, stepSize: eta }),
    s: 1,
    variance: settled(v(1), eta),
  })),
  {
    name: "langevin, s = 0.5",
    source: "stationary variance v 2 / (2 - eta / v) of x' = (1 - eta / v) x + sqrt(2 eta) z",
    sampler: langevin({ steps: 600, stepSize: 0.02 }),
    s: 0.5,
    variance: settled(v(0.5), 0.02),
  },
  ...[0.1, 1].map((h) => ({
    name: `underdamped langevin, step ${h}`,
    source: "Leimkuhler & Matthews 2013: no error in the positions of a Gaussian",
    sampler: underdampedLangevin({ steps: 800, stepSize: h }),
    s: 1,
    variance: v(1),
  })),
  ...[0.2, 0.5].map((r) => ({
    name: `annealed langevin, r = ${r}`,
    source: "Song & Ermon 2020, proposition 3: sigma^2 / (1 - r^2)",
    sampler: annealedLangevin({ levels: 2, stepsPerLevel: 400, snr: r, denoiseLast: false }),
    s: 0,
    variance: v(0) / (1 - r * r),
  })),
  ...[0.3, 0.5].map((r) => ({
    name: `corrector of predictor-corrector, r = ${r}`,
    source: "Song et al. 2021, algorithm 4; Song & Ermon 2020, proposition 3: sigma^2 / (1 - r^2)",
    sampler: predictorCorrector({ predictor: reverseDiffusion({ steps: 10 }), snr: r, correctorSteps: 80 }),
    s: 0,
    variance: v(0) / (1 - r * r),
  })),
];

const count = 20_000;

const meanSquare = ({ data }: NdArray, power = 2): number =>
  (data as Float64Array).reduce((sum, value) => sum + value ** power, 0) / data.length;

/** The check of where a chain settles. */
export const chainCheck = ({ name, source, sampler, s, variance }: ChainTruth): Check => ({
  name: `${name}: stationary variance`,
  group: "chain",
  source,
  run: async ({ runtime }) => {
    const path = await variancePath(sampler, process, [s], runtime);
    return relative(variance, path.at(-1)![0]!, 1e-9, { detail: `from ${path[0]![0]!.toPrecision(3)}` });
  },
});

/** Chains at their stationary laws. */
export const chainChecks: readonly Check[] = [
  ...chains.map(chainCheck),
  {
    name: "mala, step 0.7: variance and fourth moment of N(0, 1)",
    group: "chain",
    source: "Roberts & Tweedie 1996: no error, where plain Langevin has variance 1.54",
    run: async ({ runtime, signal }) => {
      const model = exact(gaussian({ mean: [0] }), process);
      const samples = await sample(model, {
        count,
        batch: count,
        sampler: mala({ steps: 60, stepSize: 0.7 }),
        seed: 1,
        runtime,
        signal,
      });
      return worst([
        estimate(v(1), meanSquare(samples), v(1) * Math.sqrt(2 / count), { detail: "variance" }),
        estimate(3 * v(1) ** 2, meanSquare(samples, 4), v(1) ** 2 * Math.sqrt(96 / count), { detail: "fourth moment" }),
      ]);
    },
  },
];

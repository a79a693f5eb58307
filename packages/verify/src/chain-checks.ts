/** Checks of Langevin chains: the distribution that they settle to, in closed form where steps have an error. */

import type { Process, Sampler } from "@scorefield/core";
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
  vp,
} from "@scorefield/core";
import type { NdArray } from "@scorefield/tensor";
import { type Check, estimate, type Finding, relative, worst } from "./check.ts";
import { marginalVariance } from "./probe/affine-probe.ts";
import { variancePath } from "./probe/linear-probe.ts";
import { knownProcesses } from "./schedules.ts";

const process = edm();

/** A chain on data N(0, s^2), and the variance that it settles to from any start. */
interface ChainRun {
  readonly sampler: Sampler;
  readonly s: number;
  readonly variance: number;
  /** Default `edm()`. */
  readonly process?: Process;
  /** Variance before the first step, default the marginal's. */
  readonly start?: number;
  /** After this many steps, default all. */
  readonly after?: number;
  /** Largest relative error, default 1e-9. */
  readonly tolerance?: number;
}

/** A kind of chain with settings, and runs. Each run settles. */
export interface ChainTruth {
  readonly name: string;
  readonly source: string;
  readonly runs: readonly ChainRun[];
}

/** The variance of data of deviation s under the noise of a time. */
const v = (s: number, on: Process = process, time = on.times.first): number => marginalVariance(on, time, s);
const settled = (variance: number, eta: number): number => (variance * 2) / (2 - eta / variance);

/** Times of processes, the first and later ones. */
const places = [
  { on: edm(), time: undefined },
  { on: edm(), time: 0.02 },
  { on: vp(), time: 0.3 },
] as const;
const all = knownProcesses.map(({ process }) => process);

const chains: readonly ChainTruth[] = [
  ...[0.02, 0.1, 0.2, 0.4].map((eta) => ({
    name: `langevin, step ${eta}`,
    source: "stationary variance v 2 / (2 - eta / v) of x' = (1 - eta / v) x + sqrt(2 eta) z",
    runs: places.flatMap(({ on, time }) =>
      [1, 0.5].map((s) => ({
        sampler: langevin({ steps: 5000, stepSize: eta, ...(time !== undefined && { time }) }),
        process: on,
        s,
        variance: settled(v(s, on, time), eta),
        tolerance: 1e-10,
      })),
    ),
  })),
  ...[0.5, 1.5].map((eta) => ({
    name: `langevin, step ${eta}`,
    source: "stationary variance v 2 / (2 - eta / v) of x' = (1 - eta / v) x + sqrt(2 eta) z",
    runs: [{ sampler: langevin({ steps: 300, stepSize: eta }), s: 1, variance: settled(v(1), eta) }],
  })),
  ...[0.1, 0.5, 1].map((h) => ({
    name: `underdamped langevin, step ${h}`,
    source: "Leimkuhler & Matthews 2013: no error in the positions of a Gaussian",
    runs: [0.5, 1, 3].flatMap((friction) =>
      [
        { on: edm(), time: undefined },
        { on: vp(), time: 0.2 },
      ].flatMap(({ on, time }) =>
        [1, 0.6].map((s) => ({
          sampler: underdampedLangevin({ steps: 1000, stepSize: h, friction, ...(time !== undefined && { time }) }),
          process: on,
          s,
          start: 9,
          variance: v(s, on, time),
        })),
      ),
    ),
  })),
  ...[0.1, 0.2, 0.3, 0.5, 0.6].map((snr) => ({
    name: `annealed langevin, r = ${snr}`,
    source: "Song & Ermon 2020, proposition 3: sigma^2 / (1 - r^2)",
    runs: all.flatMap((on) => {
      const sampler = annealedLangevin({ levels: 2, stepsPerLevel: 2000, snr, denoiseLast: false });
      // Before the last step of the first level, and at the end.
      return [
        { sampler, process: on, s: 0, after: 1999, variance: on.sigma(on.times.last) ** 2 / (1 - snr ** 2) },
        { sampler, process: on, s: 0, variance: v(0, on) / (1 - snr ** 2) },
      ];
    }),
  })),
  ...[0.2, 0.3, 0.5].map((r) => ({
    name: `corrector of predictor-corrector, r = ${r}`,
    source: "Song et al. 2021, algorithm 4; Song & Ermon 2020, proposition 3: sigma^2 / (1 - r^2)",
    runs: [
      {
        sampler: predictorCorrector({
          predictor: reverseDiffusion({ steps: 10 }),
          snr: r,
          correctorSteps: r < 0.3 ? 200 : 80,
        }),
        s: 0,
        variance: v(0) / (1 - r * r),
      },
    ],
  })),
];

const count = 20_000;

const meanSquare = ({ data }: NdArray, power = 2): number =>
  (data as Float64Array).reduce((sum, value) => sum + value ** power, 0) / data.length;

/** The check of where a chain settles. */
export const chainCheck = ({ name, source, runs }: ChainTruth): Check => ({
  name: `${name}: stationary variance`,
  group: "chain",
  source,
  sampler: runs[0]!.sampler.recipe.kind,
  run: async ({ runtime, signal }) => {
    const findings: Finding[] = [];
    for (const { sampler, s, variance, process: on = process, start, after, tolerance = 1e-9 } of runs) {
      signal.throwIfAborted();
      const path = await variancePath(sampler, on, [s], runtime, { start });
      const detail = `${on.recipe.kind}, s = ${s}, from ${path[0]![0]!.toPrecision(3)}`;
      findings.push(relative(variance, path.at(after ?? -1)![0]!, tolerance, { detail }));
    }
    return worst(findings);
  },
});

/** Chains at their stationary distributions. */
export const chainChecks: readonly Check[] = [
  ...chains.map(chainCheck),
  {
    name: "mala, step 0.7: variance and fourth moment of N(0, 1)",
    group: "chain",
    source: "Roberts & Tweedie 1996: no error, where plain Langevin has variance 1.54",
    sampler: "mala",
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

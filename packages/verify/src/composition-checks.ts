/** Checks of composed models: mixtures, products, and superposition by densities followed along the way. */

import {
  annealedLangevin,
  dormandPrince,
  edm,
  exact,
  gaussian,
  gaussianMixture,
  mala,
  mixtureOf,
  normal,
  productOf,
  sample,
  superpose,
  vp,
} from "@scorefield/core";
import { castArray, type NdArray } from "@scorefield/tensor";
import { type Check, estimate, relative, sameNumbers, worst } from "./check.ts";
import { evaluate, filled, numbers } from "./evaluate.ts";
import { innerTimes, type KnownProcess, knownProcesses } from "./schedules.ts";

const group = "composition";
const means = [
  [-3, -3],
  [1, 2],
];
const covariances = [0.5, [0.2, 1.5]];
const weights = [0.2, 0.8];
const whole = gaussianMixture({ means, covariances, weights });
const points = castArray(normal([10, 2], { seed: 2 }), "float64");

const partsOn = (process: KnownProcess["process"]) =>
  means.map((mean, k) => exact(gaussian({ mean, covariance: covariances[k]! }), process));

const mixtureCheck = ({ process }: KnownProcess): Check => ({
  name: `${process.recipe.kind}: scores weighted by posteriors are the scores of the mixture, at every time`,
  group,
  source: "Bayes' rule: s = sum_k p(k | x_t) s_k",
  run: async ({ runtime }) => {
    const [found, truth] = [mixtureOf(partsOn(process), { weights }), exact(whole, process)];
    const findings = [];
    for (const time of innerTimes(process)) {
      const [score, expected, density, log] = await evaluate(
        (x, t) => [found.score!(x!, t!), truth.score(x!, t!), found.logDensity(x!, t!), truth.logDensity(x!, t!)],
        [points, filled(10, time)],
        runtime,
      );
      const size = Math.max(...numbers(expected!).map(Math.abs));
      findings.push(sameNumbers(numbers(expected!), numbers(score!), 1e-10 * size, { detail: "score" }));
      findings.push(sameNumbers(numbers(log!), numbers(density!), 1e-9, { detail: "log-density" }));
    }
    return worst(findings);
  },
});

const [m, C, sigmaMin, sigmaMax] = [1.5, 1, 0.05, 10];
const process = edm({ sigmaMin, sigmaMax });
const normalOne = exact(gaussian({ mean: [m], covariance: C }), process);
const product = productOf([normalOne, normalOne]);

const varianceOf = ({ data }: NdArray): number => {
  const values = Array.from(data as Float64Array, Number);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
};

const count = 4000;
const first = sigmaMin ** 2;

/** Compositions against closed forms. */
export const compositionChecks: readonly Check[] = [
  ...knownProcesses.map(mixtureCheck),
  {
    name: "product of two equal N(m, C) by the flow: collapses to C^2 / (2 (C + sigma_T^2)), not C / 2",
    group,
    source: "dx / d(sigma^2) = (x - m) / (C + sigma^2) from variance (C + sigma_T^2) / 2; Du et al. 2023, section 3",
    run: async (context) => {
      const initial = normal([200, 1], { seed: 1, dtype: "float64" });
      for (let i = 0; i < 200; i++) initial.data[i] = m + Math.sqrt((C + sigmaMax ** 2) / 2) * initial.data[i]!;
      const sampler = { ...dormandPrince({ atol: 1e-8, rtol: 1e-8 }), denoiseLast: false };
      const found = await sample(product, { count: 200, dtype: "float64", initial, sampler, ...context });
      // Samples begin at the states of the start, drawn together. At the first time C + sigma_0^2 stands for C.
      const expected = (C + first) ** 2 / (2 * (C + sigmaMax ** 2));
      const drawn = varianceOf(initial) / ((C + sigmaMax ** 2) / 2);
      return relative(expected, varianceOf(found) / drawn, 1e-4);
    },
  },
  {
    name: "product of two equal N(m, C) with Langevin steps at each level: C / 2",
    group,
    source: "Du et al. 2023, section 4",
    run: async (context) => {
      const sampler = annealedLangevin({ levels: 60, stepsPerLevel: 40, snr: 0.3, denoiseLast: false });
      const found = varianceOf(await sample(product, { count, seed: 2, sampler, ...context }));
      const expected = (C + first) / 2;
      // Steps of finite length widen a distribution by about a percent where they settle last.
      return estimate(expected, found, expected * (Math.sqrt(2 / count) + 0.005));
    },
  },
  {
    name: "product of two equal N(m, C) by its energy, with a Metropolis test: C / 2",
    group,
    source: "Du et al. 2023, section 4.2; Roberts & Tweedie 1996",
    run: async (context) => {
      const initial = normal([count, 1], { seed: 1 });
      const sampler = mala({ steps: 60, stepSize: 0.3 });
      const found = varianceOf(await sample(product, { count, initial, sampler, ...context }));
      return estimate((C + first) / 2, found, ((C + first) / 2) * Math.sqrt(2 / count));
    },
  },
  ...[edm({ sigmaMin: 0.02, sigmaMax: 200 }), vp()].map(
    (noising): Check => ({
      name: `superposition of two denoisers, ${noising.recipe.kind}: modes of 1/5 and 4/5 without their densities`,
      group,
      about: "superpose",
      source: "Skreta et al. 2024, algorithm 1",
      run: async (context) => {
        const models = partsOn(noising).map(({ process, shape, denoise }) => ({
          process,
          shape,
          denoise,
        }));
        const { data } = await superpose(models, { weights, count, steps: 300, seed: 3, ...context });
        let share = 0;
        for (let i = 0; i < count; i++) if (data[2 * i]! + data[2 * i + 1]! < -1.5) share += 1 / count;
        return estimate(0.2, share, Math.sqrt((0.2 * 0.8) / count));
      },
    }),
  ),
];

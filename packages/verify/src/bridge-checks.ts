/** Checks of bridges to a known other end: their marginals, and what samplers make of noisy observations of Gaussian data. */
import {
  type AnySampler,
  type BridgeProcess,
  ddim,
  dpmSolver,
  heun,
  ouve,
  predictorCorrector,
  type ScoreModel,
  sample,
  sbVe,
  sbVp,
  sdeDpmSolver,
  unipc,
} from "@scorefield/core";
import { ndarray, type Tensor } from "@scorefield/tensor";
import { absolute, type Check, type Finding, relative, sameNumbers, slope, worst } from "./check.ts";
import { orderOf } from "./probe/affine-probe.ts";

const group = "bridge";

const bridges: readonly BridgeProcess[] = [ouve(), sbVe(), sbVp()];

/** Data N(mean, deviation^2), seen as y = x0 + n with n of deviation `noise`: given y, x0 is N(m + k (y - m), k noise^2). */
const prior = { mean: 0.3, deviation: 0.6, noise: 0.4 };
const gain = prior.deviation ** 2 / (prior.deviation ** 2 + prior.noise ** 2);
const posterior = (y: number) => ({
  mean: prior.mean + gain * (y - prior.mean),
  variance: gain * prior.noise ** 2,
});

/** The exact model of the residual x0 - y given y, for y of one number. */
const residualModel = (process: BridgeProcess): ScoreModel => ({
  process,
  shape: [1],
  conditions: { observed: { shape: [1] } },
  denoise: (u: Tensor, t: Tensor, given = {}) => {
    const y = given.observed!;
    const mean = y.subtract(prior.mean).multiply(gain - 1);
    const column = [t.shape[0]!, 1];
    const alpha = process.alpha(t).reshape(column);
    const sigma = process.sigma(t).reshape(column);
    const variance = posterior(0).variance;
    const share = alpha.multiply(variance).divide(alpha.square().multiply(variance).add(sigma.square()));
    return mean.add(share.multiply(u.subtract(alpha.multiply(mean))));
  },
});

const ends = [-1.1, 0.2, 1.9];

/** Restored x0 = u + y from states of the residual that are drawn, or given. */
const restore = async (
  process: BridgeProcess,
  sampler: AnySampler,
  { runtime, signal }: Parameters<Check["run"]>[0],
  initial: (y: number) => number,
): Promise<number[]> => {
  const given = { observed: ndarray(Float64Array.from(ends), [ends.length, 1]) };
  const { data } = await sample(residualModel(process), {
    count: ends.length,
    given,
    sampler,
    dtype: "float64",
    initial: ndarray(Float64Array.from(ends, initial), [ends.length, 1]),
    runtime,
    signal,
  });
  return ends.map((y, i) => data[i]! + y);
};

/** A state that lies `z` deviations above the mean at the last time, and where the flow takes it at the first. */
const flowOf = (process: BridgeProcess, z: number) => {
  const at = (y: number, t: number) => {
    const { mean, variance } = posterior(y);
    const alpha = process.alpha(t);
    return alpha * (mean - y) + z * Math.sqrt(alpha ** 2 * variance + process.sigma(t) ** 2);
  };
  const { first, last } = process.times;
  return { start: (y: number) => at(y, last), end: (y: number) => at(y, first) + y };
};

const plain = { grid: "karras", denoiseLast: false } as const;

const orders: readonly (readonly [name: string, order: number, sampler: (steps: number) => AnySampler])[] = [
  ["ddim", 1, (steps) => ddim({ steps, ...plain })],
  ["heun", 2, (steps) => heun({ steps, ...plain })],
  ["dpm-solver++ 2M", 2, (steps) => dpmSolver({ steps, order: 2, ...plain })],
];

const sizes = [32, 64, 128, 256];

const orderCheck = (process: BridgeProcess, [name, order, sampler]: (typeof orders)[number]): Check => ({
  name: `${process.recipe.kind}: ${name} restores Gaussian data with order ${order}`,
  group,
  source: "Gaussian conditioning; the probability-flow ODE of a Gaussian keeps its quantiles",
  run: async (context) => {
    const { start, end } = flowOf(process, 0.8);
    const errors: number[] = [];
    for (const steps of sizes) {
      const found = await restore(process, sampler(steps), context, start);
      errors.push(Math.max(...ends.map((y, i) => Math.abs(found[i]! - end(y)))));
    }
    const detail = `error ${errors.at(-1)!.toExponential(1)} after ${sizes.at(-1)} steps`;
    return slope(order, orderOf(sizes, errors), 0.2, { detail });
  },
});

const count = 10_000;

const momentsCheck = (process: BridgeProcess, name: string, sampler: AnySampler, bias: number): Check => ({
  name: `${process.recipe.kind}: mean and variance of what ${name} restores`,
  group,
  source: "Gaussian conditioning: x0 | y is N(m + k (y - m), k s^2) with k = S^2 / (S^2 + s^2)",
  run: async ({ runtime, signal }) => {
    const y = ends[2]!;
    const { mean, variance } = posterior(y);
    const { data } = await sample(residualModel(process), {
      count,
      given: { observed: ndarray(Float64Array.of(y), [1]) },
      sampler,
      dtype: "float64",
      seed: 7,
      runtime,
      signal,
    });
    const found = data.reduce((sum, u) => sum + u + y, 0) / count;
    const spread = data.reduce((sum, u) => sum + (u + y - found) ** 2, 0) / (count - 1);
    // Four standard errors of the draws, and the sampler's own error, which is in proportion to its steps.
    const noiseOfMean = 4 * Math.sqrt(variance / count);
    const noiseOfVariance = 4 * Math.sqrt(2 / count);
    return worst([
      absolute(mean, found, noiseOfMean + bias, { detail: "mean: four standard errors and the error of the steps" }),
      relative(variance, spread, noiseOfVariance + bias, { detail: "variance: the same" }),
    ]);
  },
});

const marginals: Check = {
  name: "ouve: mean and variance of the mean-reverting SDE",
  group,
  source: "Richter et al. 2023 (SGMSE+), equations 3 to 6",
  run: async () => {
    const [gamma, low, high] = [1.5, 0.05, 0.5];
    const process = ouve();
    const log = Math.log(high / low);
    return worst(
      [0.03, 0.2, 0.5, 1].flatMap((t): Finding[] => {
        const variance = (low ** 2 * ((high / low) ** (2 * t) - Math.exp(-2 * gamma * t)) * log) / (gamma + log);
        const detail = `t = ${t}`;
        return [
          relative(Math.exp(-gamma * t), process.alpha(t), 1e-12, { detail }),
          relative(1 - Math.exp(-gamma * t), process.weightOfEnd(t), 1e-12, { detail }),
          relative(variance, process.sigma(t) ** 2, 1e-12, { detail }),
        ];
      }),
    );
  },
};

/** Brownian motion of time-changed variance from x0, conditioned on where it ends. */
const pinned: Check = {
  name: "sb-ve, sb-vp: the reference process, conditioned on both ends",
  group,
  source: "Gaussian conditioning of (x_t, x_1); Chen et al. 2023; Jukić et al. 2024",
  run: async () => {
    const integral = (t: number) => 0.01 * t + (19.99 / 2) * t * t;
    const references = [
      { process: sbVe(), alpha: () => 1, spread: (t: number) => (0.4 * (2.6 ** (2 * t) - 1)) / (2 * Math.log(2.6)) },
      {
        process: sbVp(),
        alpha: (t: number) => Math.exp(-integral(t) / 2),
        spread: (t: number) => 0.3 * Math.expm1(integral(t)),
      },
    ];
    return worst(
      references.flatMap(({ process, alpha, spread }) =>
        [0.01, 0.2, 0.5, 0.9].flatMap((t): Finding[] => {
          const share = spread(t) / spread(1);
          const detail = `${process.recipe.kind}, t = ${t}`;
          return [
            relative(alpha(t) * (1 - share), process.alpha(t), 1e-10, { detail }),
            relative((alpha(t) / alpha(1)) * share, process.weightOfEnd(t), 1e-10, { detail }),
            relative(alpha(t) ** 2 * spread(t) * (1 - share), process.sigma(t) ** 2, 1e-10, { detail }),
          ];
        }),
      ),
    );
  },
};

/** The last step of few: one evaluation at the last time is the posterior mean where nothing is left of the data. */
const oneStep: Check = {
  name: "sb-ve, sb-vp: one evaluation gives the posterior mean",
  group,
  source: "Tweedie's formula where the signal-to-noise ratio is 0",
  run: async (context) => {
    const findings: Finding[] = [];
    for (const process of [sbVe(), sbVp()]) {
      const found = await restore(process, ddim({ steps: 1 }), context, () => 0);
      const expected = ends.map((y) => posterior(y).mean);
      // At the last time a share of about alpha^2 v / sigma^2 is left.
      findings.push(sameNumbers(expected, found, 2e-3, { detail: String(process.recipe.kind) }));
    }
    return worst(findings);
  },
};

/** Bridges. */
export const bridgeChecks: readonly Check[] = [
  marginals,
  pinned,
  oneStep,
  ...bridges.flatMap((process) => orders.map((truth) => orderCheck(process, truth))),
  ...[sbVe(), sbVp()].flatMap((process) => [
    momentsCheck(process, "unipc in 16 steps", unipc({ steps: 16 }), 0.02),
    momentsCheck(process, "sde-dpm-solver++ in 60 steps", sdeDpmSolver({ steps: 60 }), 0.01),
  ]),
  momentsCheck(
    sbVe(),
    "predictor-corrector in 60 steps",
    predictorCorrector({ predictor: sdeDpmSolver({ steps: 60 }) }),
    0.03,
  ),
];

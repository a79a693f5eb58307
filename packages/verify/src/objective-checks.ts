/** Checks of the training objective: its floor, and what it is worth on models that are known. */

import type { Process } from "@scorefield/core";
import { denoiser, denoising, edmPreconditioning, type Weighting } from "@scorefield/core";
import { grad, type NdArray, ndarray, type Runtime, type Tensor } from "@scorefield/tensor";
import { absolute, type Check, relative, worst } from "./check.ts";
import { evaluate, filled } from "./evaluate.ts";
import { innerTimes, type KnownProcess, knownProcesses } from "./schedules.ts";

/** Data +-s and noise +-1 in all pairings: their mean is the expectation of any quadratic in x_0 ~ N(0, s^2) and z. */
const pairings = (s: number): NdArray[] => [
  ndarray(Float64Array.of(s, s, -s, -s), [4, 1]),
  ndarray(Float64Array.of(1, -1, 1, -1), [4, 1]),
];

/** The expected loss of the denoiser D = k x on N(0, s^2) at a time, and its derivative with respect to k. */
const lossOf = async (
  process: Process,
  weighting: Weighting,
  s: number,
  k: number,
  t: number,
  runtime: Runtime,
): Promise<{ loss: number; slope: number }> => {
  const objective = denoising({ weighting, sigmaData: s });
  const traced = (x: Tensor, noise: Tensor, time: Tensor, factor: Tensor) => {
    const loss = (f: Tensor) => objective.loss((noisy) => noisy.multiply(f), process, { x, t: time, noise });
    return [loss(factor), grad(loss)(factor)];
  };
  const [loss, slope] = await evaluate(
    (x, noise, time, factor) => traced(x!, noise!, time!, factor!),
    [...pairings(s), filled(4, t), ndarray(Float64Array.of(k), [])],
    runtime,
  );
  return { loss: Number(loss!.data[0]), slope: Number(slope!.data[0]) };
};

const s = 0.7;

const checksOf = ({ process }: KnownProcess): Check[] => {
  const kind = String(process.recipe.kind);
  const times = innerTimes(process);
  const at = (t: number) => ({ alpha: process.alpha(t), sigma: process.sigma(t) });
  return [
    {
      name: `${kind}: the noise-prediction loss of the exact denoiser is at its floor, and no linear one is better`,
      group: "objective",
      source: "Gaussian conditioning: (alpha s)^2 / ((alpha s)^2 + sigma^2)",
      run: async ({ runtime }) => {
        const findings = await Promise.all(
          times.map(async (t) => {
            const { alpha, sigma } = at(t);
            const m = (alpha * s) ** 2 + sigma ** 2;
            const k = (alpha * s * s) / m;
            const { loss, slope } = await lossOf(process, "sigma^2", s, k, t, runtime);
            const detail = `at t = ${t.toPrecision(3)}`;
            return [
              relative((alpha * s) ** 2 / m, loss, 1e-8, { detail }),
              absolute(0, (slope * k) / loss, 1e-7, { detail: `slope ${detail}` }),
            ];
          }),
        );
        return worst(findings.flat());
      },
    },
    {
      name: `${kind}: denoising minus explicit score matching does not depend on the model`,
      group: "objective",
      source: "Vincent 2011, section 4.3: 1/2 (1 / sigma^2 - 1 / (v + sigma^2)) per dimension",
      run: async ({ runtime }) => {
        const findings = await Promise.all(
          times.flatMap((t) =>
            [0, 0.3, 2].map(async (a) => {
              // In y = x / alpha, r = sigma / alpha; score = -a y is D = (1 - a r^2) y.
              const { alpha, sigma } = at(t);
              const [v, variance] = [s * s, (sigma / alpha) ** 2];
              const k = (1 - a * variance) / alpha;
              const { loss } = await lossOf(process, "sigma^2", s, k, t, runtime);
              // Twice the losses of the paper. The noise-prediction loss is sigma^2 times the denoising one.
              const explicit = (a - 1 / (v + variance)) ** 2 * (v + variance);
              const constant = 1 / variance - 1 / (v + variance);
              return relative(variance * (explicit + constant), loss, 1e-8, {
                detail: `noise-prediction loss of score -${a} x`,
              });
            }),
          ),
        );
        return worst(findings);
      },
    },
    {
      name: `${kind}: the EDM-weighted loss of a zero network is 1 at every noise`,
      group: "objective",
      source: "Karras et al. 2022, section 5",
      run: async ({ runtime }) => {
        const zero = {
          recipe: { kind: "zero" },
          learningRate: 1,
          initialise: () => ({}),
          apply: (_: unknown, x: Tensor) => x.multiply(0),
        };
        const denoise = denoiser({ process, network: zero, preconditioning: edmPreconditioning({ sigmaData: s }) });
        const objective = denoising({ sigmaData: s });
        const findings = await Promise.all(
          times.map(async (t) => {
            const [loss] = await evaluate(
              (x, noise, time) => [
                objective.loss((noisy, when) => denoise({}, noisy, when), process, { x: x!, t: time!, noise: noise! }),
              ],
              [...pairings(s), filled(4, t)],
              runtime,
            );
            return relative(1, Number(loss!.data[0]), 1e-9);
          }),
        );
        return worst(findings);
      },
    },
  ];
};

/** Denoising score matching on Gaussians, whose expectation is a sum of four terms. */
export const objectiveChecks: readonly Check[] = knownProcesses.flatMap(checksOf);

/** Defects that were made on purpose, one at a time: each must move the moments of draws of every method that it touches. */
import { edm, eulerMaruyama, exact, gaussian, type Mixture, type NoiseSchedule } from "@scorefield/core";
import { castArray, type FloatType, type NdArray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import type { Problem } from "../method/problem.ts";
import { applyOperator } from "../operator/apply-operator.ts";
import { exactPosterior } from "./exact-posterior.ts";
import { covariance, mean, size } from "./gaussian-problem.case.ts";
import { momentErrors } from "./moment-errors.case.ts";
import { mutations, rightProblem } from "./mutated-problem.case.ts";
import { posterior } from "./posterior.ts";
import { posteriorCatalogue } from "./posteriors.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const n = 600;
const density = gaussian({ mean, covariance });
const process = edm({ sigmaMin: 0.01, sigmaMax: 40 });
const model = exact(density, process);

const measured = async (): Promise<NdArray> => {
  const clean = await applyOperator(rightProblem.operator, castArray(density.sample(1, 5), "float64"), runtime);
  return { ...rightProblem.noise.draw(clean as NdArray<FloatType>, { seed: 6 }), shape: [size] };
};

/** The error of the mean in deviations of the posterior, and the least and the largest variance along its directions. */
const errorsOf = async (problem: Omit<Problem, "model"> & Partial<Problem>, options: object) => {
  const y = await measured();
  const truth = await exactPosterior(density as Mixture, rightProblem.operator, rightProblem.noise, y, { runtime });
  const { draws } = await posterior(problem.model ?? model, problem.operator, problem.noise, y, {
    draws: n,
    dtype: "float64",
    runtime,
    ...options,
  } as never);
  const { mean: bias, variances } = momentErrors(draws, truth);
  return { bias, variances };
};

/** What a method's draws are here, measured, and which defects do not touch it. */
interface Truth {
  readonly settings?: object;
  readonly bias: number;
  readonly variances: readonly [least: number, most: number];
  readonly untouched?: readonly (keyof typeof mutations)[];
}

const truths: Readonly<Record<string, Truth>> = {
  exact: { bias: 0, variances: [1, 1], untouched: ["A in place of A*", "the likelihood's sign"] },
  mmps: { settings: { steps: 30, iterations: 7 }, bias: 0.03, variances: [0.98, 1.05] },
  tmpd: { settings: { steps: 30 }, bias: 0.21, variances: [1.07, 1.42] },
  pigdm: { settings: { steps: 30 }, bias: 0.31, variances: [0.82, 1.15] },
  "dps-likelihood": { settings: { steps: 100 }, bias: 0.3, variances: [0.33, 0.77] },
  "annealed-langevin": { settings: { levels: 100, stepsPerLevel: 3 }, bias: 0.03, variances: [1.02, 1.16] },
  mcgdiff: { settings: { steps: 60, particles: 500 }, bias: 0.06, variances: [0.94, 1.06] },
  // Its weights repair a wrong gradient: A in place of A* costs it particles alone.
  tds: {
    settings: { steps: 60, particles: 500 },
    bias: 0.06,
    variances: [0.95, 1.12],
    untouched: ["A in place of A*"],
  },
  "pnp-dm": {
    settings: { steps: 40, innerSteps: 12, coupling: 0.05, decay: 0.8 },
    bias: 0.05,
    variances: [0.97, 1.11],
  },
  daps: { settings: { steps: 30 }, bias: 0.16, variances: [1.24, 1.91] },
  diffpir: { settings: { steps: 60 }, bias: 0.12, variances: [0.7, 0.86] },
  // It knows the operator by its values alone.
  "ensemble-kalman": {
    settings: { steps: 30, particles: 100 },
    bias: 0.17,
    variances: [1.16, 1.95],
    untouched: ["A in place of A*", "the likelihood's sign"],
  },
  replacement: { settings: { steps: 60, resamples: 4 }, bias: 0.26, variances: [0.33, 0.86] },
  ddrm: { bias: 0.07, variances: [0.24, 0.42] },
  // It takes a step down the norm of the residual, whatever the noise.
  dps: { settings: { steps: 200 }, bias: 0.39, variances: [0.03, 0.4], untouched: ["sigma halved"] },
};

/** How far outside of the truth, besides four standard errors by chance: 0 inside, 1 is a deviation of the posterior or a variance twice off. */
const outside = (
  { bias, variances: [least, most] }: Awaited<ReturnType<typeof errorsOf>>,
  { bias: allowed, variances }: Truth,
): number => {
  const chance = 4 * Math.sqrt(2 / n);
  return Math.max(
    0,
    bias - allowed - (1 + 4 / Math.sqrt(2 * size)) / Math.sqrt(n),
    Math.log2((variances[0] * (1 - chance)) / least),
    Math.log2(most / (variances[1] * (1 + chance))),
  );
};

test("every method that draws is here", () => {
  const drawing = posteriorCatalogue.filter(({ form }) => form !== "estimate").map(({ kind }) => kind);
  expect(Object.keys(truths).sort()).toEqual([...drawing].sort());
});

describe.each(Object.entries(truths))("%s", (method, truth) => {
  const options = { method, ...truth.settings };

  test("is what it is known to be", async () => {
    expect(outside(await errorsOf(rightProblem, options), truth)).toBe(0);
  });

  test.each(Object.entries(mutations).filter(([name]) => !truth.untouched?.includes(name as never)))(
    "is not with %s",
    async (_, problem) => {
      const found = await errorsOf(problem, options).catch(() => undefined);
      expect(found ? outside(found, truth) : 1).toBeGreaterThan(0.05);
    },
  );
});

test("the rate of the noise doubled is caught by a sampler that uses it", async () => {
  const options = { method: "mmps", iterations: 7, sampler: eulerMaruyama({ steps: 150, grid: "karras" }) };
  const truth = { bias: 0.03, variances: [0.97, 1.05] } as const;
  // g^2 = (sigma^2)' where alpha = 1.
  const diffusion = ((t: Tensor) => process.diffusion(t).multiply(Math.SQRT2)) as NoiseSchedule;
  expect(outside(await errorsOf(rightProblem, options), truth)).toBe(0);
  const doubled = { ...rightProblem, model: exact(density, { ...process, diffusion }) };
  expect(outside(await errorsOf(doubled, options), truth)).toBeGreaterThan(0.05);
});

/** Defects that were made on purpose, one at a time: each must move the moments of draws far beyond what chance does. */
import { edm, eulerMaruyama, exact, gaussian, type Mixture, type NoiseSchedule } from "@scorefield/core";
import type { Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import type { Problem } from "../method/problem.ts";
import { gaussianNoise } from "../noise/gaussian.ts";
import { blur } from "../operator/blur.ts";
import type { LinearOperator } from "../operator/operator.ts";
import { exactPosterior } from "./exact-posterior.ts";
import { covariance, mean, measurementOf, size } from "./gaussian-problem.case.ts";
import { momentErrors } from "./moment-errors.case.ts";
import { posterior } from "./posterior.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const n = 1500;
const density = gaussian({ mean, covariance });
const process = edm({ sigmaMin: 0.01, sigmaMax: 40 });
// Not symmetric, so that A is not its own adjoint.
const operator = blur({ input: [size], kernel: [0.1, 0.5, 0.4] });
const noise = gaussianNoise({ sigma: 0.3 });
const right: Problem = { model: exact(density, process), operator, noise };

/** The largest of the errors of mean and variances, in what n exact draws have by chance. */
const errorOf = async ({ model, operator: seen, noise: assumed }: Problem, options: object): Promise<number> => {
  const y = await measurementOf(right, runtime);
  const truth = await exactPosterior(density as Mixture, operator, noise, y, { runtime });
  const { draws } = await posterior(model, seen, assumed, y, {
    draws: n,
    dtype: "float64",
    runtime,
    ...options,
  } as never);
  const { mean: bias, variances } = momentErrors(draws, truth);
  return Math.max(bias * Math.sqrt(n), ...variances.map((variance) => Math.abs(variance - 1) / Math.sqrt(2 / n)));
};

const changed = (parts: Partial<LinearOperator>): Problem => ({ ...right, operator: { ...operator, ...parts } });

describe.each([
  ["mmps", { method: "mmps", steps: 30, iterations: 7 }],
  ["mcgdiff", { method: "mcgdiff", steps: 60, particles: 500 }],
  ["pnp-dm", { method: "pnp-dm", steps: 40, innerSteps: 12, coupling: 0.05, decay: 0.8 }],
] as const)("%s", (kind, options) => {
  test("is right", async () => {
    // Its own errors are small beside: prior of finite noise, steps, particles, coupling.
    expect(await errorOf(right, options)).toBeLessThan(kind === "mmps" ? 4.5 : 9);
  });

  test.each<[string, Problem]>([
    ["sigma halved", { ...right, noise: gaussianNoise({ sigma: 0.15 }) }],
    [
      "A in place of A*",
      kind === "mcgdiff"
        ? changed({ svd: { ...operator.svd!, toMeasuredSpectral: operator.svd!.toSpectral } })
        : changed({ adjoint: operator.apply }),
    ],
    [
      "the likelihood's sign",
      kind === "mcgdiff"
        ? changed({
            svd: { ...operator.svd!, toMeasuredSpectral: (y) => operator.svd!.toMeasuredSpectral(y).negate() },
          })
        : changed({ adjoint: (y) => operator.adjoint(y).negate() }),
    ],
  ])("is not with %s", async (_, problem) => {
    const error = await errorOf(problem, options).catch(() => Number.POSITIVE_INFINITY);
    expect(error).toBeGreaterThan(15);
  });
});

test("the rate of the noise doubled is caught by a sampler that uses it", async () => {
  const options = { method: "mmps", iterations: 7, sampler: eulerMaruyama({ steps: 150, grid: "karras" }) };
  // g^2 = (sigma^2)' where alpha = 1.
  const diffusion = ((t: Tensor) => process.diffusion(t).multiply(Math.SQRT2)) as NoiseSchedule;
  const found = await errorOf(right, options);
  const doubled = await errorOf({ ...right, model: exact(density, { ...process, diffusion }) }, options);
  // Measured: 1.5 and 9.9.
  expect(found).toBeLessThan(4.5);
  expect(doubled).toBeGreaterThan(7);
});

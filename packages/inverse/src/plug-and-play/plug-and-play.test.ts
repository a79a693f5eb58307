/** Plug-and-play methods on Gaussian data, where their fixed points are known. */
import { edm, exact, gaussian, type Mixture } from "@scorefield/core";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { exactPosterior } from "../posterior/exact-posterior.ts";
import { covariance, gaussianProblems, mean, measurementOf, size } from "../posterior/gaussian-problem.case.ts";
import { posterior } from "../posterior/posterior.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const process = edm({ sigmaMin: 0.002, sigmaMax: 20 });
const density = gaussian({ mean, covariance });
const model = exact(density, process);

/** The largest difference of a point from the mean of a posterior, in deviations of that. */
const errorOf = async (name: keyof typeof gaussianProblems, options: object, prior: Mixture = density) => {
  const problem = gaussianProblems[name];
  const y = await measurementOf(problem, runtime);
  const { components } = await exactPosterior(prior, problem.operator, problem.noise, y, { runtime });
  const found = await posterior(model, problem.operator, problem.noise, y, {
    ...options,
    dtype: "float64",
    runtime,
  } as never);
  const expected = components[0]!.mean;
  return {
    error: Math.max(...Array.from(found.mean.data, (value, i) => Math.abs(value - expected[i]!))),
    changes: found.changes!,
  };
};

describe.each(["mask", "blur"] as const)("%s", (name) => {
  test("FISTA and ADMM tend to the mean of the posterior: the denoiser is the proximal map", async () => {
    for (const options of [
      { method: "pnp-fista", steps: 300 },
      { method: "pnp-admm", steps: 300, denoiserNoise: 0.4 },
    ]) {
      const { error, changes } = await errorOf(name, options);
      expect(error).toBeLessThan(1e-3);
      expect(changes.at(-1)!).toBeLessThan(1e-4);
      expect(changes.at(-1)!).toBeLessThan(changes[0]! / 100);
    }
  });

  test("regularisation by denoising tends to the mean under the smoothed prior", async () => {
    const r = 0.5;
    const smoothed = gaussian({
      mean,
      covariance: covariance.map((row, i) => row.map((value, j) => value + (i === j ? r * r : 0))),
    });
    const { error, changes } = await errorOf(name, { method: "red", steps: 1500, denoiserNoise: r }, smoothed);
    expect(error).toBeLessThan(1e-3);
    expect(changes.at(-1)!).toBeLessThan(1e-4);
  });

  test("half-quadratic splitting comes near to the mean", async () => {
    const { error } = await errorOf(name, { method: "half-quadratic", steps: 60, end: 0.02 });
    expect(error).toBeLessThan(0.25);
    expect(size).toBe(6);
  });
});

import { edm, exact, gaussian, gaussianMixture, type Mixture, normal } from "@scorefield/core";
import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { evaluate, filled, numbers } from "@scorefield/verify/internal";
import { afterAll, describe, expect, test } from "vitest";
import { gaussianNoise } from "../noise/gaussian.ts";
import type { Noise } from "../noise/noise.ts";
import { clipping } from "../operator/clipping.ts";
import { mask } from "../operator/mask.ts";
import type { Operator } from "../operator/operator.ts";
import { exactPosterior } from "./exact-posterior.ts";
import { gaussianPrior, gaussianProblems, measurementOf, size } from "./gaussian-problem.case.ts";
import { momentErrors } from "./moment-errors.case.ts";
import { posterior } from "./posterior.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const mixture = gaussianMixture({
  weights: [1, 2, 3],
  means: Array.from({ length: 3 }, (_, k) => Array.from({ length: size }, (_, i) => Math.sin(2 * k + i) * 2)),
  covariances: [0.3, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 1],
});

/** log p(x | y) - log p(x) - log p(y | x) at some points, which Bayes' rule says is one number. */
const evidence = async (
  prior: Mixture,
  of: Mixture,
  operator: Operator,
  noise: Noise,
  y: NdArray,
): Promise<Float64Array> => {
  const n = 12;
  const points = normal([n, size], { seed: 3, dtype: "float64" });
  const [found] = await evaluate(
    (x, one, zero, seen) => {
      const density = (mixture: Mixture) => mixture.noisy(x!, one!, zero!).logDensity;
      const likelihood = noise.logLikelihood(seen!.expandDims(0), operator.apply(x!));
      return [density(of).subtract(density(prior)).subtract(likelihood)];
    },
    [points, filled(n, 1), filled(n, 0), y],
    runtime,
  );
  return numbers(found!);
};

describe.each(Object.entries(gaussianProblems))("%s", (_, problem) => {
  test.each([
    ["a Gaussian", gaussianPrior().density as Mixture],
    ["a mixture", mixture],
  ])("posterior = prior times likelihood, up to a constant: %s", async (_, prior) => {
    const { operator, noise } = problem;
    const y = await measurementOf(problem, runtime);
    const values = await evidence(
      prior,
      await exactPosterior(prior, operator, noise, y, { runtime }),
      operator,
      noise,
      y,
    );
    for (const value of values)
      expect(Math.abs(value - values[0]!)).toBeLessThan(1e-7 * Math.max(1, Math.abs(values[0]!)));
  });
});

test("draws of the method have the moments of the closed form", async () => {
  const problem = gaussianProblems.projection;
  const y = await measurementOf(problem, runtime);
  const n = 4000;
  const prior = gaussianPrior();
  const { draws, evaluations } = await posterior(prior, problem.operator, problem.noise, y, {
    method: "exact",
    draws: n,
    runtime,
  });
  const found = momentErrors(
    draws,
    await exactPosterior(prior.density as Mixture, problem.operator, problem.noise, y, { runtime }),
  );
  expect(found.mean * Math.sqrt(n)).toBeLessThan(2);
  for (const variance of found.variances) expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
  expect(evaluations).toBe(0);
});

test("draws of a mixture's posterior take components by their weights", async () => {
  const far = gaussianMixture({
    means: [[-20], [0], [20]].map(([x]) => [x!, 0]),
    covariances: [1, 1, 1],
    weights: [1, 2, 1],
  });
  const operator = mask({ input: [2], mask: [1, 0] });
  const noise = gaussianNoise({ sigma: 14 });
  const y = ndarray(Float64Array.of(9), [1]);
  const truth = await exactPosterior(far, operator, noise, y, { runtime });
  const n = 4000;
  const { draws } = await posterior(exact(far, edm()), operator, noise, y, { method: "exact", draws: n, runtime });
  for (const [k, { mean }] of truth.components.entries()) {
    const share =
      Array.from({ length: n }, (_, i) => Number(Math.abs(draws.data[2 * i]! - mean[0]!) < 10)).reduce(
        (a, b) => a + b,
      ) / n;
    const weight = truth.weights[k]!;
    expect(Math.abs(share - weight)).toBeLessThan(4 * Math.sqrt((weight * (1 - weight)) / n));
  }
});

test("a prior of points takes any operator: weights are likelihoods", async () => {
  const points = [
    [-1, 0.5],
    [0.2, 2],
    [3, 0.1],
  ];
  const prior = gaussianMixture({ means: points, covariances: [0, 0, 0], weights: [1, 1, 2] });
  const operator = clipping({ input: [2], low: -0.5, high: 1 });
  const noise = gaussianNoise({ sigma: 0.7 });
  const y = ndarray(Float64Array.of(0.4, 0.9));
  const expected = points.map((point, k) => {
    const seen = point.map((value) => Math.min(1, Math.max(-0.5, value)));
    const distance = (seen[0]! - 0.4) ** 2 + (seen[1]! - 0.9) ** 2;
    return [1, 1, 2][k]! * Math.exp(-distance / (2 * 0.49));
  });
  const total = expected.reduce((a, b) => a + b);
  const { weights } = await exactPosterior(prior, operator, noise, y, { runtime });
  for (const [k, weight] of weights.entries()) expect(weight).toBeCloseTo(expected[k]! / total, 10);
  const n = 2000;
  const { draws } = await posterior(exact(prior, edm()), operator, noise, y, { method: "exact", draws: n, runtime });
  const share = Array.from({ length: n }, (_, i) => Number(draws.data[2 * i]! > 2)).reduce((a, b) => a + b) / n;
  expect(Math.abs(share - weights[2]!)).toBeLessThan(4 * Math.sqrt(0.25 / n));
});

test("what has no closed form is refused, and so are shapes that do not fit", async () => {
  const y = ndarray(new Float64Array(size));
  const noise = gaussianNoise({ sigma: 1 });
  const operator = clipping({ input: [size], low: 0, high: 1 });
  await expect(exactPosterior(mixture, operator, noise, y, { runtime })).rejects.toThrow(/no closed form/);
  const fits = gaussianProblems.mask.operator;
  await expect(exactPosterior(mixture, fits, noise, y, { runtime })).rejects.toThrow(ShapeError);
  await expect(exactPosterior(gaussian({ mean: [0] }), fits, noise, y, { runtime })).rejects.toThrow(/samples \[1\]/);
});

/** Guided scores against the exact score given a measurement, at every time. */
import {
  edm,
  exact,
  gaussian,
  type Mixture,
  normal,
  rectifiedFlow,
  type ScoreModel,
  score,
  vp,
} from "@scorefield/core";
import { castArray, type NdArray, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { evaluate, filled, numbers } from "@scorefield/verify/internal";
import { afterAll, describe, expect, test } from "vitest";
import type { PosteriorMethod } from "../method/posterior-method.ts";
import type { Problem } from "../method/problem.ts";
import { gaussianNoise } from "../noise/gaussian.ts";
import { mask } from "../operator/mask.ts";
import { matrix } from "../operator/matrix.ts";
import { dpsLikelihood } from "./dps-likelihood.ts";
import { exactPosterior } from "./exact-posterior.ts";
import { gaussianPrior, gaussianProblems, measurementOf, size } from "./gaussian-problem.case.ts";
import { mmps } from "./mmps.ts";
import { pigdm } from "./pigdm.ts";
import { tmpd } from "./tmpd.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const n = 8;

/** The largest difference of two scores, as a share of the size of the first. */
const difference = async (truth: ScoreModel, found: ScoreModel, y: NdArray, time: number): Promise<number> => {
  const { alpha, sigma } = truth.process;
  const deviation = Math.hypot(alpha(time), sigma(time));
  const points = normal([n, ...truth.shape], { seed: 2, dtype: "float64" });
  for (let i = 0; i < points.data.length; i++) points.data[i]! *= deviation;
  const [a, b] = (
    await evaluate(
      (x, t, seen) => [
        score(truth, x!, t!),
        score(found, x!, t!, { measurement: seen!.expandDims(0).broadcastTo([n, ...seen!.shape]) }),
      ],
      [points, filled(n, time), castArray(y, "float64")],
      runtime,
    )
  ).map(numbers) as [Float64Array, Float64Array];
  const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / largest;
};

const errors = async (
  method: PosteriorMethod,
  problem: Problem & { model: ReturnType<typeof gaussianPrior> },
  y: NdArray,
) => {
  const { model, operator, noise } = problem;
  const truth = exact(await exactPosterior(model.density as Mixture, operator, noise, y, { runtime }), model.process);
  const { model: found } = await method.prepare(problem);
  const { first, last } = model.process.times;
  const times = [0.02, 0.2, 0.5, 0.9].map((share) => first + share * (last - first));
  return Promise.all(times.map((time) => difference(truth, found, y, time)));
};

describe.each([
  ["edm", edm({ sigmaMax: 10 })],
  ["vp", vp()],
  ["rectified flow", rectifiedFlow()],
] as const)("%s", (_, process) => {
  test.each(Object.entries(gaussianProblems))("moment matching is exact on Gaussian data: %s", async (_, problem) => {
    const y = await measurementOf(problem, runtime);
    for (const error of await errors(mmps({ iterations: 8 }), { model: gaussianPrior(process), ...problem }, y))
      expect(error).toBeLessThan(1e-7);
  });

  test("pseudo-inverse guidance is exact for data N(0, s^2 I)", async () => {
    const model = exact(gaussian({ mean: new Array(size).fill(0), covariance: 0.49 }), process);
    const { operator, noise } = gaussianProblems.projection;
    const y = await measurementOf(gaussianProblems.projection, runtime);
    for (const error of await errors(pigdm({ dataDeviation: 0.7 }), { model, operator, noise }, y))
      expect(error).toBeLessThan(1e-9);
    for (const error of (await errors(pigdm({ dataDeviation: 1.4 }), { model, operator, noise }, y)).slice(1, 3))
      expect(error).toBeGreaterThan(1e-2);
  });

  test("Tweedie moment projection is exact where numbers are independent", async () => {
    const model = exact(gaussian({ mean: [1, -1, 0], covariance: [0.2, 1, 3] }), process);
    const operator = mask({ input: [3], mask: [1, 0, 1] });
    const y = ndarray(Float64Array.of(0.5, 2));
    for (const error of await errors(tmpd(), { model, operator, noise: gaussianNoise({ sigma: 0.4 }) }, y))
      expect(error).toBeLessThan(1e-9);
  });
});

test("the likelihood of the denoised point is right only as the noise falls", async () => {
  const { operator, noise } = gaussianProblems.mask;
  const y = await measurementOf(gaussianProblems.mask, runtime);
  const model = gaussianPrior(edm({ sigmaMin: 1e-3, sigmaMax: 10 }));
  const truth = exact(await exactPosterior(model.density as Mixture, operator, noise, y, { runtime }), model.process);
  const { model: found } = await dpsLikelihood().prepare({ model, operator, noise });
  // The likelihood it leaves out has the variance r^2 / (1 + r^2) beside sigma_y^2.
  expect(await difference(truth, found, y, 0.002)).toBeLessThan(0.02);
  expect(await difference(truth, found, y, 0.1)).toBeGreaterThan(0.3);
});

test("conjugate gradients of fewer iterations than numbers of y leave an error that falls", async () => {
  const operator = matrix({
    input: [size],
    matrix: Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => Math.cos(i * j + i) / 2)),
  });
  const problem = { operator, noise: gaussianNoise({ sigma: 0.3 }) };
  const y = await measurementOf(problem, runtime);
  const worst = async (iterations: number) =>
    Math.max(...(await errors(mmps({ iterations }), { model: gaussianPrior(edm({ sigmaMax: 10 })), ...problem }, y)));
  const found = await Promise.all([1, 3, 7].map(worst));
  expect(found[0]).toBeGreaterThan(0.02);
  expect(found[1]).toBeLessThan(found[0]!);
  expect(found[2]).toBeLessThan(1e-6);
});

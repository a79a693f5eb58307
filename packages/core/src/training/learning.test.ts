import { compile, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { exact } from "../model/exact.ts";
import { predict } from "../model/preconditioning.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { mlp } from "../network/mlp.ts";
import { denoising } from "../objective/denoising.ts";
import { uniformTimes } from "../objective/noise-distribution.ts";
import { edm } from "../process/edm.ts";
import { vp } from "../process/variance-preserving.ts";
import { train } from "./train.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const density = gaussian({ mean: [0.5], covariance: 0.64 });
const data = density.sample(20_000, 1);

/**
 * Root mean square error of the denoised point (in units of the data's deviation) and of the noise, over points within
 * two deviations of the noisy distribution.
 */
const errorsOf = async (model: ScoreModel, time: number): Promise<{ denoised: number; noise: number }> => {
  const { process } = model;
  const [alpha, sigma] = [process.alpha(time), process.sigma(time)];
  const n = 41;
  const width = Math.sqrt(0.64 * alpha ** 2 + sigma ** 2);
  const x = ndarray(
    Float32Array.from({ length: n }, (_, i) => 0.5 * alpha + width * (i / 10 - 2)),
    [n, 1],
  );
  const truth = exact(density, process);
  const compiled = await compile(
    (points: Tensor, t: Tensor) => model.denoise(points, t).subtract(truth.denoise(points, t)).square().mean().sqrt(),
    [{ shape: [n, 1] }, { shape: [n] }],
    { runtime },
  );
  const result = await compiled(x, ndarray(new Float32Array(n).fill(time)));
  await compiled.dispose();
  const error = Number(result.data[0]);
  return { denoised: error / 0.8, noise: (error * alpha) / sigma };
};

const common = {
  data,
  network: mlp({ width: 32, depth: 2 }),
  steps: 2500,
  batch: 128,
  seed: 1,
  learningRate: 3e-3,
  runtime,
};

test("edm: within 4 % of the exact denoiser of N(0.5, 0.64) after 2,500 steps", async () => {
  const model = await train({ ...common, process: edm() }).result;
  for (const sigma of [0.1, 0.3, 1, 3])
    expect((await errorsOf(model, sigma / 80)).denoised, `at sigma ${sigma}`).toBeLessThan(0.04);
});

test("vp, predicting noise at uniform times: within 0.03 of the exact noise", async () => {
  const model = await train({
    ...common,
    process: vp(),
    preconditioning: predict("noise"),
    objective: denoising({ weighting: "sigma^2", noiseDistribution: uniformTimes() }),
  }).result;
  for (const t of [0.1, 0.3, 0.6, 0.9]) expect((await errorsOf(model, t)).noise, `at time ${t}`).toBeLessThan(0.03);
});

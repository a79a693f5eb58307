import { castArray, compile, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussianMixture } from "../density/mixture.ts";
import { exact } from "../model/exact.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { mlp } from "../network/mlp.ts";
import { edm } from "../process/edm.ts";
import type { Process } from "../process/process.ts";
import { rectifiedFlow } from "../process/rectified-flow.ts";
import { subVp } from "../process/sub-vp.ts";
import { vp } from "../process/variance-preserving.ts";
import { normal } from "../random/normal.ts";
import { rademacher } from "../random/uniform.ts";
import { train } from "../training/train.ts";
import { denoising } from "./denoising.ts";
import { fokkerPlanck } from "./fokker-planck.ts";
import { fokkerPlanckResidual } from "./fokker-planck-residual.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const n = 6;
const points = normal([n, 2], { seed: 1, dtype: "float64" });
const signs = castArray(rademacher([n, 2], { seed: 2 }), "float64");

const residualOf = async (model: ScoreModel, t: number, probed = false): Promise<Float64Array> => {
  const compiled = await compile(
    (x: Tensor, time: Tensor, v: Tensor) => fokkerPlanckResidual(model, x, time, probed ? [v] : []),
    [points, { shape: [n], dtype: "float64" }, signs],
    { runtime },
  );
  const { data } = await compiled(points, ndarray(new Float64Array(n).fill(t)), signs);
  await compiled.dispose();
  return data as Float64Array;
};

const processes: readonly Process[] = [edm(), vp(), subVp(), rectifiedFlow()];

describe("the residual", () => {
  for (const process of processes) {
    const kind = process.recipe.kind;
    test(`${kind}: is zero for an exact mixture`, async () => {
      const density = gaussianMixture({
        weights: [0.4, 0.6],
        means: [
          [-1, 0],
          [1, 0.5],
        ],
        covariances: [0.2, 0.5],
      });
      for (const logSnr of [3, 0, -2])
        for (const value of await residualOf(exact(density, process), process.timeOfLogSnr(logSnr)))
          expect(Math.abs(value)).toBeLessThan(1e-9);
    });

    test(`${kind}: of c times the score of a Gaussian is 2 sigma^3 c (1 - c) x / V^2`, async () => {
      const [c, v] = [0.8, 0.7];
      const variance = (alpha: Tensor, sigma: Tensor): Tensor => alpha.square().multiply(v).add(sigma.square());
      const model: ScoreModel = {
        process,
        shape: [2],
        denoise: () => {
          throw new Error("not asked for");
        },
        score: (x, t) =>
          x.multiply(variance(process.alpha(t), process.sigma(t)).reciprocal().reshape([-1, 1])).multiply(-c),
      };
      const t = process.timeOfLogSnr(0.5);
      const [alpha, sigma] = [process.alpha(t), process.sigma(t)];
      const V = alpha ** 2 * v + sigma ** 2;
      // The field is linear, with a multiple of the identity as Jacobian: a probe of signs is exact as well.
      for (const probed of [false, true])
        for (const [i, value] of (await residualOf(model, t, probed)).entries())
          expect(value).toBeCloseTo((2 * sigma ** 3 * c * (1 - c) * points.data[i]!) / V ** 2, 8);
    });
  }
});

test("as a term of training it lowers the residual of what is learnt", async () => {
  const process = edm();
  const density = gaussianMixture({
    weights: [0.5, 0.5],
    means: [
      [-1, 0],
      [1, 0],
    ],
    covariances: [0.05, 0.05],
  });
  const options = { data: density.sample(2000, 1), process, steps: 300, batch: 64, averageDecay: 0.98, runtime };
  const learnt = (objective: ReturnType<typeof denoising>) =>
    train({ ...options, network: mlp({ width: 24, depth: 2, noiseFeatures: 8 }), objective }).result;
  const plain = await learnt(denoising());
  const held = await learnt(fokkerPlanck(denoising(), { weight: 0.3, projections: 2 }));
  const square = async (model: ScoreModel): Promise<number> => {
    let sum = 0;
    for (const logSnr of [2, 0, -2])
      for (const value of await residualOf(model, process.timeOfLogSnr(logSnr))) sum += value ** 2;
    return sum;
  };
  expect(await square(held)).toBeLessThan(0.7 * (await square(plain)));
});

test("by random directions the term is zero for an exact mixture, on average (4 standard errors)", async () => {
  const process = edm();
  const density = gaussianMixture({
    weights: [0.4, 0.6],
    means: [
      [-1, 0, 0.5],
      [1, 0.5, 0],
    ],
    covariances: [0.2, 0.5],
  });
  const model = exact(density, process);
  const [rows, batches] = [64, 30];
  const spec = { shape: [rows, 3], dtype: "float64" } as const;
  for (const projections of [2, 3]) {
    const regularised = fokkerPlanck(denoising(), { weight: 1, projections });
    const compiled = await compile(
      (x: Tensor, t: Tensor, [noise, ...probes]: Tensor[]) =>
        [regularised, denoising()]
          .map((objective) => objective.loss(model.denoise, process, { x, t, noise: noise!, probes }))
          .reduce((whole, plain) => whole.subtract(plain)),
      [spec, { shape: [rows], dtype: "float64" }, new Array<typeof spec>(1 + projections).fill(spec)],
      { runtime },
    );
    const t = ndarray(new Float64Array(rows).fill(process.timeOfLogSnr(-2 * Math.log(0.5))));
    const found: number[] = [];
    for (let b = 0; b < batches; b++) {
      const draws = Array.from({ length: 1 + projections }, (_, step) =>
        normal([rows, 3], { seed: 5, step, firstSample: b * rows, dtype: "float64" }),
      );
      found.push(Number((await compiled(castArray(density.sample(rows, 6, b * rows), "float64"), t, draws)).data[0]));
    }
    await compiled.dispose();
    const mean = found.reduce((sum, value) => sum + value, 0) / batches;
    const error = Math.sqrt(found.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / batches;
    expect(Math.abs(mean)).toBeLessThan(4 * error);
    // The square of one estimate would have the mean 0.019 / projections.
    expect(error).toBeLessThan(0.019 / projections / 6);
  }
});

test("bad options", () => {
  expect(() => fokkerPlanck(denoising(), { projections: 1 })).toThrow(/at least 2, for an estimate without bias/);
  expect(() => fokkerPlanck(denoising(), { weight: 0 })).toThrow(/weight: expected a positive number, found 0/);
  expect(() => fokkerPlanck(denoising(), { projections: -1 })).toThrow(/projections/);
});

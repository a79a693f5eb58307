import { castArray, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { gaussian } from "../../density/gaussian.ts";
import { gaussianMixture } from "../../density/mixture.ts";
import { ArgumentError } from "../../errors.ts";
import { evaluate } from "../../likelihood/evaluate.case.ts";
import { edm } from "../../process/edm.ts";
import { vp } from "../../process/variance-preserving.ts";
import { normal } from "../../random/normal.ts";
import { heun } from "../../sampling/heun.ts";
import { sample } from "../../sampling/sample.ts";
import { exact } from "../exact.ts";
import type { ScoreModel } from "../score-model.ts";
import { score } from "../tweedie.ts";
import { mixtureOf } from "./mixture.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const means = [
  [-3, -3],
  [1, 2],
];
const covariances = [0.5, [0.2, 1.5]];
const weights = [0.2, 0.8];
const whole = gaussianMixture({ means, covariances, weights });
const modelsOn = (process: ScoreModel["process"]) =>
  means.map((mean, k) => exact(gaussian({ mean, covariance: covariances[k]! }), process));

/** The plain average, which is wrong. */
const averageOf = (models: readonly ScoreModel[]): ScoreModel => {
  const mean = (values: Tensor[]) => values.map((v, k) => v.multiply(weights[k]!)).reduce((a, b) => a.add(b));
  const { process, shape } = models[0]!;
  return { process, shape, denoise: (x, t) => mean(models.map((model) => model.denoise(x, t))) };
};

test.each([edm(), vp()])(
  "$recipe.kind: score, denoiser and log-density equal the mixture's at every time",
  async (process) => {
    const found = mixtureOf(modelsOn(process), { weights });
    const truth = exact(whole, process);
    const x = castArray(normal([20, 2], { seed: 1 }), "float64");
    for (const time of [0.01, 0.1, 0.4, 1])
      for (const part of ["score", "denoise", "logDensity"] as const) {
        const [a, b] = [await evaluate(found[part]!, x, time, runtime), await evaluate(truth[part], x, time, runtime)];
        for (const [i, value] of b.data.entries()) expect(a.data[i]).toBeCloseTo(Number(value), 9);
      }
  },
);

test("samples have the weights of the modes, where samples of averaged scores are at neither", async () => {
  const process = edm({ sigmaMin: 0.01 });
  const count = 2000;
  const away = async (model: ScoreModel) => {
    const { data } = await sample(model, { count, seed: 3, sampler: heun({ steps: 40 }), runtime });
    let [first, far] = [0, 0];
    for (let i = 0; i < count; i++) {
      const [d, e] = means.map((mean) => Math.hypot(data[2 * i]! - mean[0]!, data[2 * i + 1]! - mean[1]!));
      if (d! < e!) first++;
      if (Math.min(d!, e!) > 5) far++;
    }
    return { first: first / count, far: far / count };
  };
  const composed = await away(mixtureOf(modelsOn(process), { weights }));
  expect(Math.abs(composed.first - 0.2)).toBeLessThan(4 * Math.sqrt((0.2 * 0.8) / count));
  // Precisions are averaged, so the distribution is one Gaussian, at neither mean. The share nearer the first is not a
  // weight.
  expect((await away(averageOf(modelsOn(process)))).first).toBeLessThan(0.1);
});

test("what does not go together", () => {
  const models = modelsOn(edm());
  const { logDensity: _, ...silent } = models[0]!;
  expect(() => mixtureOf([])).toThrow(/at least one model/);
  expect(() => mixtureOf([models[0]!, silent])).toThrow(/logDensity.*model 1 has none.*superpose/);
  expect(() => mixtureOf([models[0]!, modelsOn(vp())[0]!])).toThrow(/models of one process and shape/);
  expect(() => mixtureOf([models[0]!, exact(gaussian({ mean: [0] }), edm())])).toThrow(ArgumentError);
  expect(() => mixtureOf(models, { weights: [1] })).toThrow(/expected 2 positive weights, found 1/);
  expect(() => mixtureOf(models, { weights: [1, 0] })).toThrow(/positive weights/);
});

test("scores come by Tweedie's formula where no model has its own", async () => {
  const [a, b] = modelsOn(edm());
  const without = ({ process, shape, denoise, logDensity }: typeof a & object) => ({
    process,
    shape,
    denoise,
    logDensity,
  });
  const mixed = mixtureOf([without(a!), without(b!)]);
  expect(mixed.evaluations).toBe(2);
  expect(mixed.score).toBeUndefined();
  const x = ndarray(Float64Array.of(0, 0.5), [1, 2]);
  const found = await evaluate((at, t) => score(mixed, at, t), x, 0.01, runtime);
  const expected = await evaluate(mixtureOf([a!, b!]).score!, x, 0.01, runtime);
  for (const [i, value] of expected.data.entries()) expect(found.data[i]).toBeCloseTo(Number(value), 8);
});

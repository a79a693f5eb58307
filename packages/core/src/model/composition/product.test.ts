import { castArray, type NdArray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussian } from "../../density/gaussian.ts";
import { ArgumentError } from "../../errors.ts";
import { evaluate } from "../../likelihood/evaluate.case.ts";
import { edm } from "../../process/edm.ts";
import { normal } from "../../random/normal.ts";
import { annealedLangevin } from "../../sampling/annealed-langevin.ts";
import { dormandPrince } from "../../sampling/dormand-prince.ts";
import { mala } from "../../sampling/mala.ts";
import { predictorCorrector } from "../../sampling/predictor-corrector.ts";
import { reverseDiffusion } from "../../sampling/reverse-diffusion.ts";
import { sample } from "../../sampling/sample.ts";
import { exact } from "../exact.ts";
import type { ScoreModel } from "../score-model.ts";
import { score } from "../tweedie.ts";
import { negate, productOf, temper } from "./product.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const process = edm({ sigmaMin: 0.05, sigmaMax: 10 });
const normalOf = (mean: number, covariance: number) => exact(gaussian({ mean: [mean], covariance }), process);
const count = 4000;

const momentsOf = ({ data }: NdArray): { mean: number; variance: number } => {
  const values = Array.from(data as Float64Array, Number);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
};

/** Moments of samples compared with N(mean, variance), in standard errors. */
const expectNormal = (samples: NdArray, mean: number, variance: number, slack = 0): void => {
  const found = momentsOf(samples);
  expect(Math.abs(found.mean - mean), `mean ${found.mean}`).toBeLessThan(4 * Math.sqrt(variance / count) + slack);
  expect(Math.abs(found.variance / variance - 1), `variance ${found.variance}`).toBeLessThan(
    4 * Math.sqrt(2 / count) + slack,
  );
};

describe("two equal N(m, C)", () => {
  const [m, C] = [1.5, 1];
  const product = productOf([normalOf(m, C), normalOf(m, C)]);
  const { sigmaMax } = process.recipe as unknown as { sigmaMax: number };

  test("without correction the flow collapses to C^2 / (2 (C + sigma_T^2)) from the product's own distribution", async () => {
    const initial = normal([count, 1], { seed: 1, dtype: "float64" });
    const start = Math.sqrt((C + sigmaMax ** 2) / 2);
    for (let i = 0; i < count; i++) initial.data[i] = m + start * initial.data[i]!;
    const before = momentsOf(initial).variance;
    const found = await sample(product, {
      count,
      dtype: "float64",
      initial,
      sampler: { ...dormandPrince({ atol: 1e-8, rtol: 1e-8 }), denoiseLast: false },
      runtime,
    });
    // At the process's first time, of noise sigma_0, C + sigma_0^2 stands for C.
    const contraction = ((C + 0.05 ** 2) / (C + sigmaMax ** 2)) ** 2;
    expect(momentsOf(found).variance / (before * contraction)).toBeCloseTo(1, 4);
    expect(before * contraction).toBeLessThan((1.1 * C ** 2) / (2 * (C + sigmaMax ** 2)));
  });

  const repaired = (C + 0.05 ** 2) / 2;
  test.each([
    annealedLangevin({ levels: 60, stepsPerLevel: 20, snr: 0.3, denoiseLast: false }),
    predictorCorrector({
      predictor: { ...reverseDiffusion({ steps: 60 }), denoiseLast: false },
      correctorSteps: 20,
      snr: 0.3,
    }),
  ])("$recipe.kind repairs it to C / 2", async (sampler) => {
    const found = await sample(product, { count, seed: 2, sampler, runtime });
    // Steps are long against the distribution at high noise alone, so that little of their error is left; the walk lags
    // in the last levels.
    expectNormal(found, m, repaired, 0.04);
  });

  test("mala samples it from its energy", async () => {
    const initial = normal([count, 1], { seed: 1 });
    const found = await sample(product, { count, initial, sampler: mala({ steps: 60, stepSize: 0.3 }), runtime });
    expectNormal(found, m, repaired);
  });
});

const settled = (model: ScoreModel) =>
  sample(model, {
    count,
    initial: normal([count, 1], { seed: 1 }),
    sampler: mala({ steps: 150, stepSize: 0.2 }),
    seed: 5,
    runtime,
  });
const v = (variance: number) => variance + 0.05 ** 2;

test("exponents, tempering and negation give the distribution of precisions added", async () => {
  const [a, b] = [normalOf(1, 0.5), normalOf(-1, 2)];
  const precisionsAdded = (e: number, f: number) => {
    const precision = e / v(0.5) + f / v(2);
    return [(e / v(0.5) - f / v(2)) / precision, 1 / precision] as const;
  };
  for (const [model, e, f] of [
    [productOf([a, b], { exponents: [0.5, 2] }), 0.5, 2],
    [temper(a, 3), 3, 0],
    [negate(a, b, { strength: 1.5 }), 1, -1.5],
  ] as const)
    expectNormal(await settled(model), ...precisionsAdded(e, f));
});

test("denoiser and score agree, with and without their own scores", async () => {
  const models = [normalOf(1, 0.5), normalOf(-1, 2)];
  const own = negate(models[0]!, models[1]!, { strength: 0.7 });
  const plain = models.map(({ process, shape, denoise }) => ({ process, shape, denoise }));
  const derived = negate(plain[0]!, plain[1]!, { strength: 0.7 });
  expect(derived.score).toBeUndefined();
  expect(derived.logDensity).toBeUndefined();
  const x = castArray(normal([9, 1], { seed: 2 }), "float64");
  for (const f of [score, (model: ScoreModel, ...at: Parameters<ScoreModel["denoise"]>) => model.denoise(...at)]) {
    const [found, expected] = [
      await evaluate((at, t) => f(derived, at, t), x, 0.2, runtime),
      await evaluate((at, t) => f(own, at, t), x, 0.2, runtime),
    ];
    for (const [i, value] of expected.data.entries()) expect(found.data[i]).toBeCloseTo(Number(value), 9);
  }
});

test("what is refused", () => {
  const model = normalOf(0, 1);
  expect(() => productOf([model], { exponents: [1, 2] })).toThrow(ArgumentError);
  expect(() => productOf([model], { exponents: [Number.NaN] })).toThrow(/finite exponents/);
  expect(() => temper(model, 0)).toThrow(/positive exponent, found 0/);
  expect(() => negate(model, model, { strength: -1 })).toThrow(/positive strength, found -1/);
});

import { castArray, compile, type NdArray, ndarray, stack, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { type Counted, counted } from "@scorefield/verify/internal";
import { afterAll, describe, expect, test } from "vitest";
import { gaussian } from "../../density/gaussian.ts";
import { gaussianMixture } from "../../density/mixture.ts";
import { evaluate } from "../../likelihood/evaluate.case.ts";
import { mlp } from "../../network/mlp.ts";
import { edm } from "../../process/edm.ts";
import { vp } from "../../process/variance-preserving.ts";
import { normal } from "../../random/normal.ts";
import type { AnySampler } from "../../sampling/adaptive-sampler.ts";
import { compileSampler, samplerNoise } from "../../sampling/compile-sampler.ts";
import { dormandPrince } from "../../sampling/dormand-prince.ts";
import { dpmSolver } from "../../sampling/dpm-solver.ts";
import { eulerMaruyama } from "../../sampling/euler-maruyama.ts";
import { heun } from "../../sampling/heun.ts";
import { predictorCorrector } from "../../sampling/predictor-corrector.ts";
import { restart } from "../../sampling/restart.ts";
import { reverseDiffusion } from "../../sampling/reverse-diffusion.ts";
import { sample } from "../../sampling/sample.ts";
import { unipc } from "../../sampling/unipc.ts";
import { dataset } from "../../training/dataset.ts";
import { train } from "../../training/train.ts";
import { conditional } from "../conditional.ts";
import { exact } from "../exact.ts";
import type { ScoreModel } from "../score-model.ts";
import { autoguidance } from "./autoguidance.ts";
import { classifierGuidance, type NoisyClassifier } from "./classifier.ts";
import { classifierFreeGuidance, guided } from "./classifier-free.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const covariance = [
  [1, 0.4],
  [0.4, 0.6],
];
const [mc, mu] = [
  [2, 1],
  [-1, 0.5],
];
const modelsOn = (process: ScoreModel["process"]) =>
  [mc, mu].map((mean) => exact(gaussian({ mean: mean!, covariance }), process)) as [
    ReturnType<typeof exact>,
    ReturnType<typeof exact>,
  ];
const x = castArray(normal([12, 2], { seed: 1 }), "float64");
const ratioAt = ({ process }: ScoreModel, t: number): number => process.sigma(t) / process.alpha(t);

describe.each([edm(), vp()])("$recipe.kind", (process) => {
  test("two Gaussians of equal covariance: the guided score is the score of N((1 - w) m_u + w m_c, C)", async () => {
    const [c, u] = modelsOn(process);
    for (const weight of [-0.5, 0, 0.5, 2, 5]) {
      const mean = mc!.map((value, i) => (1 - weight) * mu![i]! + weight * value);
      const truth = exact(gaussian({ mean, covariance }), process);
      for (const model of [classifierFreeGuidance(c, u, { weight }), autoguidance(c, u, { weight })])
        for (const time of [0.02, 0.3, 0.9])
          for (const part of ["score", "denoise"] as const) {
            const [a, b] = [
              await evaluate(model[part]!, x, time, runtime),
              await evaluate(truth[part], x, time, runtime),
            ];
            for (const [i, value] of b.data.entries()) expect(a.data[i]).toBeCloseTo(Number(value), 8);
          }
    }
  });

  test("an exact classifier at scale 1 is Bayes' rule; at others the guidance of the class by all", async () => {
    const [c, u] = modelsOn(process);
    const classifier: NoisyClassifier = {
      classes: 2,
      logits: (at, t) => stack([c.logDensity(at, t), u.logDensity(at, t).add(Math.log(3))], 1),
    };
    const both = exact(
      gaussianMixture({
        means: [mc!, mu!],
        covariances: [covariance, covariance],
        weights: [1, 3],
      }),
      process,
    );
    for (const [scale, truth] of [
      [1, c],
      [2.5, classifierFreeGuidance(c, both, { weight: 2.5 })],
    ] as const) {
      const plain = { process, shape: both.shape, denoise: both.denoise };
      for (const base of [both, plain]) {
        const found = await evaluate(
          conditional(classifierGuidance(base, classifier, { scale }), 0).denoise,
          x,
          0.2,
          runtime,
        );
        const expected = await evaluate(truth.denoise, x, 0.2, runtime);
        for (const [i, value] of expected.data.entries()) expect(found.data[i]).toBeCloseTo(Number(value), 8);
      }
      const found = await evaluate(
        conditional(classifierGuidance(both, classifier, { scale }), 0).score!,
        x,
        0.2,
        runtime,
      );
      const expected = await evaluate(truth.score!, x, 0.2, runtime);
      for (const [i, value] of expected.data.entries()) expect(found.data[i]).toBeCloseTo(Number(value), 8);
    }
    expect(() => conditional(classifierGuidance(both, classifier), 2)).toThrow(/a class from 0 to 1.*found 2/);
    expect(() => classifierGuidance(both, classifier, { scale: Number.NaN })).toThrow(/finite scale/);
    expect(() => classifierGuidance(both, classifier, 0 as never)).toThrow(/conditional\(classifierGuidance/);
  });

  test("within the interval guided, outside the model itself, in one batch", async () => {
    const [c, u] = modelsOn(process);
    const [low, high] = [ratioAt(c, 0.3), ratioAt(c, 0.6)];
    const times = [0.1, 0.29, 0.31, 0.59, 0.61, 0.9];
    const points = castArray(normal([6, 2], { seed: 2 }), "float64");
    const at = async (model: ScoreModel, part: "score" | "denoise") => {
      const compiled = await compile(
        (a: Tensor, t: Tensor) => model[part]!(a, t),
        [points, { shape: [6], dtype: "float64" }],
        { runtime },
      );
      return Array.from((await compiled(points, ndarray(Float64Array.from(times)))).data as Float64Array);
    };
    for (const part of ["score", "denoise"] as const) {
      const found = await at(classifierFreeGuidance(c, u, { weight: 3, interval: [low, high] }), part);
      const [plain, all] = [await at(c, part), await at(classifierFreeGuidance(c, u, { weight: 3 }), part)];
      expect(found).toEqual([...plain.slice(0, 4), ...all.slice(4, 8), ...plain.slice(8)]);
    }
  });
});

describe("network evaluations", () => {
  const process = edm();
  const interval: [number, number] = [0.3, 5];
  const samplers: AnySampler[] = [
    heun({ steps: 18 }),
    heun({ steps: 18, sChurn: 8 }),
    dpmSolver({ steps: 20, order: 3 }),
    unipc({ steps: 20 }),
    eulerMaruyama({ steps: 30 }),
    predictorCorrector({ predictor: reverseDiffusion({ steps: 30 }), correctorSteps: 2 }),
    restart({ steps: 12 }),
  ];

  test.each(samplers)("$recipe.kind: fall outside the interval, and samples are the same", async (sampler) => {
    const run = async (options: { weight: number; interval?: [number, number] }, hidden = false) => {
      const [c, u] = modelsOn(process).map(counted) as [Counted, Counted];
      const model = classifierFreeGuidance(c.model, u.model, options);
      let reported = 0;
      const samples = await sample(hidden ? { ...model, within: (() => model) as never } : model, {
        count: 4,
        sampler,
        seed: 1,
        dtype: "float64",
        runtime: u.runtime(c.runtime(runtime)),
        onProgress: ({ evaluations }) => {
          reported = evaluations;
        },
      });
      return { samples, reported, own: c.count(), other: u.count() };
    };
    const plain = await run({ weight: 1 });
    const all = await run({ weight: 3 });
    const some = await run({ weight: 3, interval });
    const masked = await run({ weight: 3, interval }, true);
    expect(plain.other).toBe(0);
    expect(all.other).toBe(all.own);
    expect(some.own).toBe(all.own);
    expect(some.other).toBeGreaterThan(0);
    expect(some.other).toBeLessThan(0.8 * all.other);
    expect(masked.other).toBe(all.other);
    expect([plain.reported, all.reported, some.reported]).toEqual([
      plain.own,
      all.own + all.other,
      some.own + some.other,
    ]);
    const difference = some.samples.data.map((value, i) => Math.abs(value - masked.samples.data[i]!));
    expect(Math.max(...difference)).toBeLessThan(1e-9);
  });

  test("an unrolled sampler drops them too", async () => {
    const [c, u] = modelsOn(process);
    const model = classifierFreeGuidance(c, u, { weight: 3, interval });
    const sampler = heun({ steps: 10 });
    const whole = await compileSampler(model, sampler, { count: 4, dtype: "float64", runtime });
    const noise = samplerNoise(model, sampler, { count: 4, dtype: "float64", seed: 1 });
    const found = await whole(noise);
    const expected = await sample(model, { count: 4, sampler, seed: 1, dtype: "float64", runtime });
    for (const [i, value] of expected.data.entries()) expect(found.data[i]).toBeCloseTo(value, 9);
    await whole.dispose();
  });

  test("an adaptive sampler takes the interval, and counts both", async () => {
    const [c, u] = modelsOn(process);
    let reported = 0;
    await sample(classifierFreeGuidance(c, u, { weight: 3, interval }), {
      count: 4,
      sampler: dormandPrince({ atol: 1e-3, rtol: 1e-3 }),
      runtime,
      onProgress: ({ evaluations }) => {
        reported = evaluations;
      },
    });
    expect(reported).toBeGreaterThan(0);
    expect(reported % 2).toBe(0);
  });
});

test("weight 1 is the conditional model bit for bit, of a network too; 0 the unconditional one", async () => {
  const values = normal([90, 1], { seed: 1 });
  const labels = Int32Array.from({ length: 90 }, (_, i) => i % 3);
  const network = mlp({ width: 8, depth: 2, classes: 3 });
  const data = dataset(values, labels);
  const model = await train({ data, process: edm(), network, steps: 50, batch: 16, runtime }).result;
  const of = (some: ScoreModel): Promise<NdArray> => sample(some, { count: 6, seed: 4, runtime });
  const plain = await of(conditional(model, 2));
  expect(await of(conditional(guided(model), 2))).toEqual(plain);
  expect(await of(conditional(guided(model, { weight: 1, interval: [0.1, 1] }), 2))).toEqual(plain);
  const twice = await of(conditional(guided(model, { weight: 2 }), 2));
  expect(twice).not.toEqual(plain);
  const asInput = await sample(guided(model, { weight: 2 }), { count: 6, seed: 4, given: { class: 2 }, runtime });
  const fixed = classifierFreeGuidance(conditional(model, 2), conditional(model, null), { weight: 2 });
  for (const found of [asInput, await of(fixed)])
    for (const [i, value] of twice.data.entries()) expect(found.data[i]).toBeCloseTo(Number(value), 4);
  expect(() => guided(model, 2 as never)).toThrow(/given: { class: 3 }/);
  expect(() => guided(conditional(model, 2), { weight: 2 })).toThrow(/expected a model with the condition class/);
  const none = await of(conditional(model, null));
  const zero = await of(conditional(guided(model, { weight: 0 }), 2));
  for (const [i, value] of none.data.entries()) expect(zero.data[i]).toBeCloseTo(Number(value), 4);
});

test("what is refused", () => {
  const [c, u] = modelsOn(edm());
  expect(() => classifierFreeGuidance(c, u, { weight: Number.NaN })).toThrow(/classifierFreeGuidance: .*finite weight/);
  for (const interval of [
    [1, 1],
    [-1, 2],
    [2, 1],
  ] as const)
    expect(() => autoguidance(c, u, { weight: 2, interval })).toThrow(/autoguidance: .*an interval/);
  expect(() => autoguidance(c, modelsOn(vp())[1], { weight: 2 })).toThrow(/one process and shape/);
});

test("a value that is not an interval is refused", () => {
  const model = exact(gaussian({ mean: [0, 0] }), edm());
  for (const interval of [null, 5, [1], [0, "5"]] as never[])
    expect(() => classifierFreeGuidance(model, model, { weight: 2, interval })).toThrow(
      /interval: expected \[low, high\] of sigma \/ alpha, found/,
    );
});

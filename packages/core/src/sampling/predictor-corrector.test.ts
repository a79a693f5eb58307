import { native } from "@scorefield/tensor/native";
import { marginalVariance, varianceErrors, variancePath } from "@scorefield/verify/internal";
import { afterAll, describe, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { ArgumentError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import { vpCosine } from "../process/cosine.ts";
import { edm } from "../process/edm.ts";
import { rectifiedFlow } from "../process/rectified-flow.ts";
import { subVp } from "../process/sub-vp.ts";
import { ve } from "../process/variance-exploding.ts";
import { vp } from "../process/variance-preserving.ts";
import { ancestral } from "./ancestral.ts";
import { heun } from "./heun.ts";
import { predictorCorrector } from "./predictor-corrector.ts";
import { reverseDiffusion } from "./reverse-diffusion.ts";
import { sample } from "./sample.ts";
import { evaluations } from "./sampler.ts";
import { sdeDpmSolver } from "./sde-dpm-solver.ts";
import { samplerTruths } from "./truths.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

samplerTruths("predictor-corrector", runtime);

const processes = [edm(), ve(), vp(), subVp(), rectifiedFlow(), vpCosine()];

describe("on N(0, s^2)", () => {
  test("a corrector of step 2 (r sigma)^2 follows each step of the predictor, at the time it reaches", async () => {
    const snr = 0.2;
    for (const process of processes) {
      const predictor = ancestral({ steps: 12 });
      const sampler = predictorCorrector({ predictor, snr, correctorSteps: 2 });
      const grid = predictor.grid(process);
      const [found, plain] = [
        await variancePath(sampler, process, [0.5], runtime),
        await variancePath(predictor, process, [0.5], runtime),
      ];
      // One predictor step from the exact marginal, then the corrector's map on the variance, twice.
      const to = grid[1]!;
      const m = marginalVariance(process, to, 0.5);
      const eta = 2 * (snr * process.sigma(to)) ** 2;
      const correct = (v: number): number => (1 - eta / m) ** 2 * v + 2 * eta;
      expect(found[1]![0]! / correct(correct(plain[1]![0]!))).toBeCloseTo(1, 9);
    }
  });

  test("it takes away most of the predictor's error, the more the more corrector steps", async () => {
    for (const process of processes)
      for (const predictor of [reverseDiffusion({ steps: 200 }), ancestral({ steps: 200 })]) {
        const name = `${process.recipe.kind} ${predictor.recipe.kind}`;
        const scales = [0.3, 0.03];
        const plain = await varianceErrors(predictor, process, scales, runtime);
        const once = await varianceErrors(predictorCorrector({ predictor }), process, scales, runtime);
        const four = predictorCorrector({ predictor, correctorSteps: 4 });
        const more = await varianceErrors(four, process, scales, runtime);
        for (const i of [0, 1]) {
          expect(Math.abs(once[i]!), name).toBeLessThan(0.75 * Math.abs(plain[i]!));
          expect(Math.abs(more[i]!), name).toBeLessThan(0.75 * Math.abs(once[i]!));
        }
      }
  });

  test("predictors that carry and ones without noise: weak error falls with the steps", async () => {
    for (const make of [
      (steps: number) => predictorCorrector({ predictor: sdeDpmSolver({ steps }), snr: 0.05 }),
      (steps: number) => predictorCorrector({ predictor: heun({ steps: steps + 1 }), snr: 0.05 }),
    ]) {
      const [few] = await varianceErrors(make(30), edm(), [1], runtime);
      const [many] = await varianceErrors(make(300), edm(), [1], runtime);
      expect(Math.abs(many!)).toBeLessThan(0.005);
      expect(Math.abs(many!)).toBeLessThan(Math.abs(few!) / 3);
    }
  });
});

describe("what the corrector's step is measured by", () => {
  /** Mean square of samples of N(0, I) in d dimensions after 200 steps. */
  const secondMoment = async (measure: "noise" | "score", d: number, count: number) => {
    const model = exact(gaussian({ mean: new Array<number>(d).fill(0) }), edm());
    const sampler = predictorCorrector({ predictor: reverseDiffusion({ steps: 200 }), measure });
    const { data } = await sample(model, { count, sampler, runtime });
    return data.reduce((sum, x) => sum + x * x, 0) / data.length;
  };

  test("the figures in the docstring: a sample's own score makes it too wide in few dimensions", async () => {
    expect(await secondMoment("score", 2, 1000)).toBeGreaterThan(3);
    expect(await secondMoment("score", 10, 500)).toBeGreaterThan(1.3);
    expect(await secondMoment("score", 10, 500)).toBeLessThan(1.7);
    for (const [measure, d, count, expected] of [
      ["score", 100, 100, 1.04],
      ["noise", 2, 1000, 1.02],
      ["noise", 10, 500, 1.02],
      ["noise", 100, 100, 1.02],
    ] as const) {
      const found = await secondMoment(measure, d, count);
      expect(Math.abs(found / expected - 1) / Math.sqrt(2 / (count * d)), `${measure} ${d}`).toBeLessThan(4);
    }
  });

  test("no sample looks at its neighbours", async () => {
    const model = exact(gaussian({ mean: [0, 0, 0] }), vp());
    for (const measure of ["noise", "score"] as const) {
      const sampler = predictorCorrector({ predictor: reverseDiffusion({ steps: 20 }), measure });
      const options = { count: 5, sampler, runtime, dtype: "float64" } as const;
      const together = await sample(model, { ...options, batch: 5 });
      const alone = await sample(model, { ...options, batch: 1 });
      for (const [i, x] of together.data.entries()) expect(Math.abs(alone.data[i]! - x)).toBeLessThan(1e-9);
    }
  });
});

test("evaluations, recipe and options", () => {
  const sampler = predictorCorrector({ predictor: ancestral({ steps: 10 }), correctorSteps: 2 });
  expect(evaluations(sampler, vp())).toBe(31);
  expect(sampler.noises).toBe(3);
  expect(predictorCorrector().recipe).toEqual({
    kind: "predictor-corrector",
    predictor: "reverse-diffusion",
    steps: 500,
    grid: "log-snr",
    correctorSteps: 1,
    snr: 0.16,
    measure: "noise",
  });
  expect(() => predictorCorrector({ correctorSteps: 0 })).toThrow(ArgumentError);
  expect(() => predictorCorrector({ snr: 0 })).toThrow(/predictorCorrector snr/);
  expect(() => predictorCorrector({ measure: "batch" as never })).toThrow(/expected noise or score, found batch/);
});

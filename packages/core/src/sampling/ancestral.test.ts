import { native } from "@scorefield/tensor/native";
import { affineSteps, varianceErrors } from "@scorefield/verify/internal";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { vpCosine } from "../process/cosine.ts";
import { vp } from "../process/variance-preserving.ts";
import { ancestral } from "./ancestral.ts";
import { evaluations } from "./sampler.ts";
import { samplerTruths } from "./truths.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

samplerTruths("ancestral", runtime);

describe("on N(0, s^2)", () => {
  test("few steps make the posterior's variance too small, where the transition's is exact", async () => {
    for (const process of [vp(), vpCosine()])
      for (const steps of [4, 50]) {
        const [posterior] = await varianceErrors(ancestral({ steps }), process, [1], runtime);
        expect(posterior).toBeLessThan(-0.1);
      }
  });

  test("with vp it is algorithm 2 of Ho et al. 2020, written out in their symbols", async () => {
    const process = vp();
    const grid = ancestral({ steps: 25, grid: "uniform" }).grid(process);
    const found = {
      posterior: await affineSteps(ancestral({ steps: 25, grid: "uniform" }), process, [0.5], runtime),
      transition: await affineSteps(
        ancestral({ steps: 25, grid: "uniform", variance: "transition" }),
        process,
        [0.5],
        runtime,
      ),
    };
    for (let k = 0; k < 25; k++) {
      const [bar, barBefore] = [process.alpha(grid[k]!) ** 2, process.alpha(grid[k + 1]!) ** 2];
      const alpha = bar / barBefore;
      const beta = 1 - alpha;
      const noisePrediction = Math.sqrt(1 - bar) / (bar * 0.25 + 1 - bar);
      const mean = (1 - (beta / Math.sqrt(1 - bar)) * noisePrediction) / Math.sqrt(alpha);
      for (const { a } of [found.posterior[k]!, found.transition[k]!]) expect(a[0]! / mean).toBeCloseTo(1, 9);
      expect(found.posterior[k]!.b[0]! ** 2 / ((1 - barBefore) / (1 - bar)) / beta).toBeCloseTo(1, 8);
      expect(found.transition[k]!.b[0]! ** 2 / beta).toBeCloseTo(1, 8);
    }
  });
});

test("one evaluation per step and one to denoise; recipe and options", () => {
  expect(evaluations(ancestral({ steps: 30 }), vp())).toBe(31);
  expect(ancestral().recipe).toEqual({ kind: "ancestral", steps: 500, grid: "log-snr", variance: "posterior" });
  expect(() => ancestral({ steps: 0 })).toThrow(ArgumentError);
  expect(() => ancestral({ variance: "large" as never })).toThrow(/expected posterior or transition, found large/);
});

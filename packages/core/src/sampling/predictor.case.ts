/** What every predictor passes when a corrector follows it. */
import type { Runtime } from "@scorefield/tensor";
import { type CrossedData, crossedError, crossedModel, type NamedPredictor } from "@scorefield/verify/internal";
import { describe, expect, test } from "vitest";
import { edm } from "../process/edm.ts";
import { vp } from "../process/variance-preserving.ts";
import { predictorCorrector } from "./predictor-corrector.ts";
import { sample } from "./sample.ts";

/**
 * Besides the checks of scorefield verify, after 200 steps: each with the largest relative error of the variance that
 * it may have, on a process, after a number of steps.
 */
const correctors = [
  {
    correctorSteps: 1,
    snr: 0.16,
    data: "normal",
    // The predictor's own error is not yet taken away: ddim with eta 1 has 8 %.
    runs: [[edm(), 100, 0.09]],
  },
  {
    correctorSteps: 10,
    snr: 0.3,
    data: "normal",
    runs: [[edm(), 100, 0.01]],
  },
  {
    correctorSteps: 10,
    snr: 0.3,
    data: "product",
    // Levels change faster than the chain settles, by a share that falls with the steps.
    runs: [[vp(), 100, 0.055]],
  },
] as const;

/**
 * @param name of the predictor
 * @param make the predictor with a number of steps
 */
export const predictorCase = ({ name, make }: NamedPredictor, runtime: Runtime): void => {
  describe(name, () => {
    for (const { data, runs, ...corrector } of correctors)
      test(`${data}, ${corrector.correctorSteps} of r = ${corrector.snr} measured by the noise`, async () => {
        for (const [process, steps, most] of runs) {
          const error = await crossedError(make(steps), corrector, data, process, runtime);
          expect(Math.abs(error), `${process.recipe.kind}, ${steps} steps: ${error}`).toBeLessThan(most);
        }
      });

    test("both, 4 of r = 0.2 measured by the score, in a hundred dimensions", async () => {
      const [dimensions, count, snr] = [100, 100, 0.2];
      // Below this noise the data's own width measures the step, and the chain forgets what the predictor does.
      const process = edm({ sigmaMin: 0.5 });
      const corrected = predictorCorrector({ predictor: make(100), correctorSteps: 4, snr, measure: "score" });
      const sampler = { ...corrected, denoiseLast: false };
      for (const data of ["normal", "product"] satisfies CrossedData[]) {
        const { model, variance } = crossedModel(data, process, dimensions);
        const { data: drawn } = await sample(model, { count, sampler, seed: 3, runtime });
        const found = drawn.reduce((sum, x) => sum + x * x, 0) / drawn.length / variance;
        // What the chain settles at. 2 % for what the levels leave, and four standard errors.
        const expected = 1 / (1 - snr ** 2);
        const most = 0.02 + 4 * Math.sqrt(2 / drawn.length);
        expect(Math.abs(found / expected - 1), `${data}: ${found}`).toBeLessThan(most);
      }
    });
  });
};

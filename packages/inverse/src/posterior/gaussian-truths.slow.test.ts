/** Mean and covariance of every method's draws against the closed form, with the errors that belong to the method stated. */
import type { Mixture } from "@scorefield/core";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { exactPosterior } from "./exact-posterior.ts";
import { gaussianPrior, gaussianProblems, measurementOf, size } from "./gaussian-problem.case.ts";
import { gaussianTruths } from "./gaussian-truths.case.ts";
import { momentErrors } from "./moment-errors.case.ts";
import { posterior } from "./posterior.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const n = 2048;
const prior = gaussianPrior();

describe.each(Object.entries(gaussianTruths))("%s", (method, { settings, mean, variance: [least, most] }) => {
  test.each(Object.entries(gaussianProblems))("%s", async (_, problem) => {
    const { operator, noise } = problem;
    const y = await measurementOf(problem, runtime);
    const truth = await exactPosterior(prior.density as Mixture, operator, noise, y, { runtime });
    const options = { method, ...settings, draws: n, dtype: "float64", batch: 4096, runtime };
    const found = momentErrors((await posterior(prior, operator, noise, y, options as never)).draws, truth);
    // Four standard errors of the root mean square over directions, and of a variance.
    expect(found.mean).toBeLessThan(mean + (1 + 4 / Math.sqrt(2 * size)) / Math.sqrt(n));
    const chance = 4 * Math.sqrt(2 / n);
    expect(found.variances[0]).toBeGreaterThan(least * (1 - chance));
    expect(found.variances[1]).toBeLessThan(most * (1 + chance));
  });
});

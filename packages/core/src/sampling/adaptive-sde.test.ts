import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { ArgumentError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import { edm } from "../process/edm.ts";
import type { Process } from "../process/process.ts";
import { rectifiedFlow } from "../process/rectified-flow.ts";
import { vp } from "../process/variance-preserving.ts";
import { adaptiveSde } from "./adaptive-sde.ts";
import { sample } from "./sample.ts";
import { samplerTruths } from "./truths.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

samplerTruths("adaptive-sde", runtime);

/** Mean square of samples of N(0, I) in d dimensions, in units of its standard error from 1; and evaluations. */
const secondMoment = async (process: Process, d: number, count: number, rtol?: number) => {
  let evaluations = 0;
  const { data } = await sample(exact(gaussian({ mean: new Array<number>(d).fill(0) }), process), {
    count,
    sampler: adaptiveSde(rtol === undefined ? {} : { rtol }),
    runtime,
    seed: 2,
    onProgress: (event) => {
      evaluations = event.evaluations;
    },
  });
  const square = data.reduce((sum, x) => sum + x * x, 0) / data.length;
  return { square, errors: (square - 1) / Math.sqrt(2 / data.length), evaluations };
};

describe("the variance of N(0, I) within 4 standard errors, where noise drawn anew gives 1.5 in two dimensions", () => {
  for (const process of [edm(), vp(), rectifiedFlow()])
    for (const [d, count] of [
      [2, 1000],
      [30, 100],
    ] as const)
      test(`${process.recipe.kind}, d = ${d}`, async () => {
        const { errors } = await secondMoment(process, d, count);
        expect(Math.abs(errors)).toBeLessThan(4);
      });
});

test("a tenth of the tolerance takes more evaluations, but less than ten times more", async () => {
  const loose = await secondMoment(vp(), 30, 20, 0.05);
  const tight = await secondMoment(vp(), 30, 20, 0.005);
  expect(tight.evaluations / loose.evaluations).toBeGreaterThan(1.5);
  expect(tight.evaluations / loose.evaluations).toBeLessThan(10);
});

test("its recipe and options", () => {
  expect(adaptiveSde().recipe).toEqual({ kind: "adaptive-sde", rtol: 0.02, atol: 2 / 256, maxSteps: 10_000 });
  expect(() => adaptiveSde({ rtol: 0 })).toThrow(ArgumentError);
  expect(() => adaptiveSde({ atol: Number.NaN })).toThrow(/adaptiveSde atol/);
  expect(() => adaptiveSde({ maxSteps: 1.5 })).toThrow(/adaptiveSde maxSteps/);
});

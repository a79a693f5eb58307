import { ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { marginalVariance, orderOf } from "@scorefield/verify/internal";
import { afterAll, describe, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { gaussianMixture } from "../density/mixture.ts";
import { ArgumentError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import { vpCosine } from "../process/cosine.ts";
import { edm } from "../process/edm.ts";
import type { Process } from "../process/process.ts";
import { rectifiedFlow } from "../process/rectified-flow.ts";
import { subVp } from "../process/sub-vp.ts";
import { ve } from "../process/variance-exploding.ts";
import { vp } from "../process/variance-preserving.ts";
import type { AdaptiveSampler } from "./adaptive-sampler.ts";
import { dormandPrince } from "./dormand-prince.ts";
import { sample } from "./sample.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

/** States one deviation from the mean, and the root mean square of x_0 / (x_T sqrt(m_0 / m_T)) - 1 they end with. */
const flowError = async (process: Process, tolerance: number, deviations = [1, 0.03]) => {
  let [square, evaluations] = [0, 0];
  for (const s of deviations) {
    const model = exact(gaussian({ mean: [0], covariance: s * s }), process);
    const { first, last } = process.times;
    const sampler: AdaptiveSampler = {
      ...dormandPrince({ rtol: tolerance, atol: tolerance * s }),
      denoiseLast: false,
    };
    const { data } = await sample(model, {
      count: 1,
      sampler,
      dtype: "float64",
      initial: ndarray(Float64Array.of(Math.sqrt(marginalVariance(process, last, s))), [1, 1]),
      runtime,
      onProgress: (event) => {
        evaluations = Math.max(evaluations, event.evaluations);
      },
    });
    square += (data[0]! / Math.sqrt(marginalVariance(process, first, s)) - 1) ** 2 / deviations.length;
  }
  return { error: Math.sqrt(square), evaluations };
};

describe("on N(0, s^2), x_0 = x_T sqrt(m_0 / m_T)", () => {
  for (const process of [edm(), ve(), vp(), subVp(), rectifiedFlow(), vpCosine()])
    test(`${process.recipe.kind}: the error falls in proportion to the tolerance and stays below it`, async () => {
      const tolerances = [1e-3, 1e-5, 1e-7, 1e-9];
      const found = [];
      for (const tolerance of tolerances) found.push(await flowError(process, tolerance));
      const errors = found.map(({ error }) => error);
      // -slope against 1 / tolerance
      const slope = orderOf(
        tolerances.map((tolerance) => 1 / tolerance),
        errors,
      );
      expect(slope, `errors ${errors}`).toBeGreaterThan(0.8);
      expect(slope, `errors ${errors}`).toBeLessThan(1.25);
      for (const [i, error] of errors.entries()) expect(error).toBeLessThan(2 * tolerances[i]!);
      // Steps in proportion to tolerance^(-1/5), once there are many.
      const [some, many] = [found[2]!.evaluations, found[3]!.evaluations];
      expect(many / some).toBeGreaterThan(1.8);
      expect(many / some).toBeLessThan(3.2);
    });
});

test("on a mixture: 1e-3 is reached with half the evaluations that Heun's method needs", async () => {
  const mixture = gaussianMixture({
    weights: [0.2, 0.5, 0.3],
    means: [
      [-1.5, 0],
      [1, 1],
      [0.5, -1.5],
    ],
    covariances: [
      [
        [0.05, 0.03],
        [0.03, 0.1],
      ],
      [0.02, 0.08],
      0.04,
    ],
  });
  const run = async (tolerance?: number) => {
    let evaluations = 0;
    const { data } = await sample(exact(mixture, edm()), {
      count: 100,
      dtype: "float64",
      ...(tolerance !== undefined && { sampler: dormandPrince({ rtol: tolerance, atol: tolerance }) }),
      runtime,
      onProgress: (event) => {
        evaluations = event.evaluations;
      },
    });
    return { data, evaluations };
  };
  const truth = await run(1e-9);
  const error = ({ data }: { data: Float64Array }) =>
    Math.sqrt(data.reduce((sum, x, i) => sum + (x - truth.data[i]!) ** 2, 0) / data.length);
  const loose = await run(1e-3);
  expect(error(loose)).toBeLessThan(1e-3);
  expect(loose.evaluations).toBeLessThan(110);
  expect(error(await run(1e-6))).toBeLessThan(2e-6);
});

test("its recipe and options", () => {
  expect(dormandPrince().recipe).toEqual({ kind: "dormand-prince", rtol: 1e-3, atol: 1e-3, maxSteps: 1000 });
  expect(() => dormandPrince({ rtol: 0 })).toThrow(ArgumentError);
  expect(() => dormandPrince({ atol: -1 })).toThrow(/dormandPrince atol/);
  expect(() => dormandPrince({ maxSteps: 0 })).toThrow(/dormandPrince maxSteps/);
});

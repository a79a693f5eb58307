import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { gaussianMixture } from "../density/mixture.ts";
import { ArgumentError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import { edm } from "../process/edm.ts";
import { dormandPrince } from "./dormand-prince.ts";
import { sample } from "./sample.ts";
import { samplerTruths } from "./truths.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

samplerTruths("dormand-prince", runtime);

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

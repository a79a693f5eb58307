/** Results of adaptive samplers and of all that follows the probability flow, as they were before both took one integrator. */
import { castArray, type FloatType, type NdArray, type Runtime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { gaussianMixture } from "../density/mixture.ts";
import { exact } from "../model/exact.ts";
import { edm } from "../process/edm.ts";
import { rectifiedFlow } from "../process/rectified-flow.ts";
import { vp } from "../process/variance-preserving.ts";
import { normal } from "../random/normal.ts";
import type { AnySampler } from "../sampling/adaptive-sampler.ts";
import { adaptiveSde } from "../sampling/adaptive-sde.ts";
import { dormandPrince } from "../sampling/dormand-prince.ts";
import { sample } from "../sampling/sample.ts";
import { decode, encode } from "./encode.ts";
import { goldenValues } from "./golden-values.case.ts";
import { logDensityDetails } from "./log-density.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const mixture = gaussianMixture({
  weights: [0.2, 0.8],
  means: [
    [-2, 0],
    [1, 1],
  ],
  covariances: [0.05, 0.2],
});
const correlated = gaussian({
  mean: [0.5, -1, 0],
  covariance: [
    [1, 0.6, 0.1],
    [0.6, 0.8, 0.2],
    [0.1, 0.2, 0.3],
  ],
});

const processes = [edm(), vp(), rectifiedFlow()];
const list = ({ data }: NdArray): number[] => Array.from(data as Float64Array, Number);

/** Results of a case, and how often the model was evaluated, for the batch or for each sample. */
interface Golden {
  readonly values: readonly number[];
  readonly evaluations: readonly number[];
}

interface GoldenCase {
  readonly name: string;
  readonly dtype: FloatType;
  run(runtime: Runtime): Promise<Golden>;
}

const sampled = (name: string, sampler: AnySampler): GoldenCase[] =>
  processes.flatMap((process) =>
    (["float32", "float64"] as const).map((dtype) => ({
      name: `${name}, ${process.recipe.kind}`,
      dtype,
      run: async (runtime) => {
        const evaluations: number[] = [];
        const x = await sample(exact(mixture, process), {
          count: 5,
          batch: 3,
          seed: 4,
          sampler,
          dtype,
          runtime,
          onProgress: (event) => {
            evaluations[event.firstSample / 3] = event.evaluations;
          },
        });
        return { values: list(x), evaluations };
      },
    })),
  );

const likelihoods: GoldenCase[] = processes.flatMap((process) =>
  (["float32", "float64"] as const).flatMap((dtype): GoldenCase[] => {
    const [planar, three] = [exact(mixture, process), exact(correlated, process)];
    const kind = process.recipe.kind;
    const points = castArray(mixture.sample(5, 1), dtype);
    const density = (name: string, options: object): GoldenCase => ({
      name: `log-density, ${name}, ${kind}`,
      dtype,
      run: async (runtime) => {
        const x = castArray(correlated.sample(5, 2), dtype);
        const found = await logDensityDetails(three, x, { batch: 2, runtime, ...options });
        return {
          values: [found.logDensity, found.standardError, found.solverError, found.priorMismatch].flatMap(list),
          evaluations: list(found.evaluations),
        };
      },
    });
    return [
      density("exact", { divergence: "exact" }),
      density("Hutchinson", { divergence: { probes: 3, seed: 1 }, tolerance: 1e-4, time: 0.1 }),
      density("10 steps", { steps: 10 }),
      {
        name: `encode and decode, ${kind}`,
        dtype,
        run: async (runtime) => {
          const code = await encode(planar, points, { tolerance: 1e-4, batch: 2, runtime });
          const data = await decode(planar, normal([4, 2], { seed: 3, dtype }), { tolerance: 1e-4, batch: 3, runtime });
          return { values: [...list(code), ...list(data)], evaluations: [] };
        },
      },
    ];
  }),
);

const cases: readonly GoldenCase[] = [
  ...sampled("dormand-prince", dormandPrince()),
  ...sampled("dormand-prince at 1e-5", dormandPrince({ rtol: 1e-5, atol: 1e-5 })),
  ...sampled("adaptive-sde", adaptiveSde({ rtol: 0.05, atol: 0.02 })),
  ...likelihoods,
];

test("every case has its values", () => {
  expect(cases.map(({ name, dtype }) => `${name}, ${dtype}`).sort()).toEqual(Object.keys(goldenValues).sort());
});

/** Rounding of another machine or version of V8 grows on the way, the more in float32. */
const tolerances = { float32: 2e-4, float64: 1e-8 };

test.each(cases)("$name, $dtype", async ({ name, dtype, run }) => {
  const [values, evaluations] = goldenValues[`${name}, ${dtype}`]!;
  const found = await run(runtime);
  expect(found.evaluations).toEqual(evaluations);
  expect(found.values).toHaveLength(values.length);
  for (const [i, value] of values.entries())
    expect(Math.abs(found.values[i]! - value), `${i}`).toBeLessThan(tolerances[dtype] * (1 + Math.abs(value)));
});

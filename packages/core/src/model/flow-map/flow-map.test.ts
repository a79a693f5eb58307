import { compile, type NdArray, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussian } from "../../density/gaussian.ts";
import { gaussianMixture } from "../../density/mixture.ts";
import { mlp } from "../../network/mlp.ts";
import { edm } from "../../process/edm.ts";
import { rectifiedFlow } from "../../process/rectified-flow.ts";
import { vp } from "../../process/variance-preserving.ts";
import { normal } from "../../random/normal.ts";
import { dormandPrince } from "../../sampling/dormand-prince.ts";
import { sampleFlowMap } from "../../sampling/flow-map-samples.ts";
import { heun } from "../../sampling/heun.ts";
import { sample } from "../../sampling/sample.ts";
import { exact } from "../exact.ts";
import { edmPreconditioning } from "../preconditioning.ts";
import { trainedModel } from "../trained.ts";
import type { FlowMap } from "./flow-map.ts";
import { gaussianFlowMap } from "./gaussian-flow-map.ts";
import { odeFlowMap } from "./ode-flow-map.ts";
import { trainedFlowMap, withSecondLevel } from "./trained-flow-map.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const mapped = async (map: FlowMap, x: NdArray, from: number, to: number): Promise<Float64Array> => {
  const n = x.shape[0]!;
  const compiled = await compile(
    (x: Tensor, from: Tensor, to: Tensor) => ({ x: map.map(x, from, to) }),
    [
      { shape: x.shape, dtype: x.dtype as "float64" },
      ...[0, 1].map(() => ({ shape: [n], dtype: x.dtype as "float64" })),
    ] as never,
    { runtime },
  );
  try {
    const times = [from, to].map((t) => ndarray(new Float64Array(n).fill(t)));
    const run = compiled as unknown as (...inputs: NdArray[]) => Promise<{ x: NdArray<"float64"> }>;
    return (await run(x, times[0]!, times[1]!)).x.data;
  } finally {
    await compiled.dispose();
  }
};

const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

const processes = [edm(), vp(), rectifiedFlow()];
const points = normal([32, 2], { seed: 1, dtype: "float64" });
/** Points of a time: noise of its size. */
const pointsAt = (sigma: number): NdArray<"float64"> => ({ ...points, data: points.data.map((v) => v * sigma + 0.3) });

describe("the flow map of a Gaussian", () => {
  for (const process of processes)
    test(`composes, stays, and is the solution of the ODE: ${process.recipe.kind}`, async () => {
      const { first, last } = process.times;
      const at = (u: number): number => first + u * (last - first);
      const map = gaussianFlowMap({ mean: [1, -2], deviation: [0.5, 2] }, process);
      const [a, b, c] = [at(0.7), at(0.4), at(0.1)];
      const x = pointsAt(process.sigma(a));
      expect(distance(await mapped(map, x, a, a), x.data)).toBeLessThan(1e-12);
      const through = await mapped(map, ndarray(await mapped(map, x, a, b), [32, 2]), b, c);
      expect(distance(through, await mapped(map, x, a, c))).toBeLessThan(1e-11);
      const model = exact(
        gaussian({
          mean: [1, -2],
          covariance: [
            [0.25, 0],
            [0, 4],
          ],
        }),
        process,
      );
      const errors: number[] = [];
      for (const steps of [8, 16])
        errors.push(distance(await mapped(odeFlowMap(model, { steps }), x, a, c), await mapped(map, x, a, c)));
      // Heun's method has order 2.
      expect(Math.log2(errors[0]! / errors[1]!)).toBeGreaterThan(1.7);
      expect(errors[1]!).toBeLessThan(0.05);
    });
});

test("the map of a mixture agrees with Dormand and Prince's solver", async () => {
  const model = exact(
    gaussianMixture({
      means: [
        [-2, 0],
        [2, 1],
      ],
      covariances: [0.2, 0.1],
    }),
    edm(),
  );
  const initial = normal([64, 2], { seed: 3, dtype: "float64" });
  initial.data.forEach((value, i) => {
    initial.data[i] = value * 80;
  });
  const options = { count: 64, initial, dtype: "float64" as const, runtime };
  const right = await sample(model, { ...options, sampler: dormandPrince({ rtol: 1e-8, atol: 1e-8 }) });
  const map = odeFlowMap(model, { steps: 64 });
  const found = await sampleFlowMap(map, { ...options });
  // The solver's last step is the denoised estimate; at the first time of 0.002 noise is of that size.
  expect(distance(found.data, right.data)).toBeLessThan(0.02);
});

describe("samples", () => {
  const map = gaussianFlowMap({ mean: [1, -2], deviation: [0.5, 2] }, edm());
  const count = 4000;
  const momentsOf = ({ data }: NdArray) =>
    [0, 1].map((k) => {
      const values = Array.from({ length: count }, (_, i) => Number(data[2 * i + k]));
      const mean = values.reduce((a, b) => a + b) / count;
      return { mean, deviation: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (count - 1)) };
    });

  for (const [steps, renoise] of [
    [1, 0],
    [4, 0],
    [4, 1],
    [4, 0.5],
    [2, 1],
  ] as const)
    test(`of ${steps} steps with fresh noise ${renoise} have the data's moments`, async () => {
      const found = momentsOf(await sampleFlowMap(map, { count, steps, renoise, seed: 2, runtime }));
      for (const [k, { mean, deviation }] of found.entries()) {
        const right = [0.5, 2][k]!;
        // 4 standard errors, and what is left of the data in noise of deviation 80.
        expect(Math.abs(mean - [1, -2][k]!)).toBeLessThan((4 * right) / Math.sqrt(count) + 0.03 * right);
        expect(Math.abs(deviation / right - 1)).toBeLessThan(4 / Math.sqrt(2 * count) + 0.001);
      }
    });

  test("do not depend on the number of steps where nothing is fresh, nor on the batch", async () => {
    const options = { count: 50, seed: 4, dtype: "float64" as const, runtime };
    const one = await sampleFlowMap(map, options);
    expect(distance((await sampleFlowMap(map, { ...options, steps: 5 })).data, one.data)).toBeLessThan(1e-11);
    const parts = await sampleFlowMap(map, { ...options, steps: 3, renoise: 1, batch: 7 });
    const whole = await sampleFlowMap(map, { ...options, steps: 3, renoise: 1 });
    expect(distance(parts.data, whole.data)).toBeLessThan(1e-12);
  });

  test("refuse what does not fit", async () => {
    await expect(sampleFlowMap(map, { count: 1, steps: 2, times: [90] })).rejects.toThrow(/falling times between/);
    await expect(sampleFlowMap(map, { count: 1, renoise: 2 })).rejects.toThrow(/share in \[0, 1\]/);
    await expect(sampleFlowMap({ ...map, target: "data" }, { count: 1, steps: 2, renoise: 0 })).rejects.toThrow(
      /goes to data alone/,
    );
    await expect(sampleFlowMap(exact(gaussian({ mean: [0] }), edm()) as never, { count: 1 })).rejects.toThrow(
      /a flow map such as/,
    );
    await expect(sample(map as never, { count: 1 })).rejects.toThrow(/score model/);
    await expect(sampleFlowMap(map, { count: 1, sampler: heun() } as never)).rejects.toThrow(/sampler/);
  });
});

describe("a trained map", () => {
  const [shape, process] = [[3], edm()] as const;
  const network = mlp({ width: 16, target: true, noiseEmbedding: "log" });
  const plain = mlp({ width: 16 });
  const parameters = plain.initialise(shape, 1) as Record<string, { weight: NdArray }>;
  // The last layer starts at 0, where nothing could be seen.
  (parameters.output!.weight.data as Float32Array).set(normal([48], { seed: 5 }).data as Float32Array);
  const model = trainedModel({ process, network: plain, preconditioning: edmPreconditioning() }, parameters, shape);

  test("that starts from a denoiser takes its Euler step on the line, whatever the second level", async () => {
    const map = trainedFlowMap({ process, network, target: "any" }, withSecondLevel(network, parameters, shape), shape);
    const x = normal([8, 3], { seed: 6, dtype: "float64" });
    const [from, to] = [2, 0.5];
    const compiled = await compile(
      (x: Tensor, t: Tensor) => ({ x: model.denoise(x, t) }),
      [
        { shape: [8, 3], dtype: "float64" },
        { shape: [8], dtype: "float64" },
      ],
      { runtime },
    );
    const denoised = (await compiled(x as never, ndarray(new Float64Array(8).fill(from)) as never)).x.data;
    await compiled.dispose();
    const [s, r] = [from / (1 + from), to / (1 + to)];
    // z = x / (1 + sigma), velocity (z - D) / s, back by 1 + sigma'
    const expected = x.data.map((value, i) => {
      const z = value / (1 + from);
      return (z - ((s - r) * (z - Number(denoised[i]))) / s) * (1 + to);
    });
    expect(distance(await mapped(map, x, from, to), expected)).toBeLessThan(1e-9);
  });

  test("refuses a network with one level, and parameters of another one", () => {
    expect(() => trainedFlowMap({ process, network: plain, target: "any" }, parameters, shape)).toThrow(/target: true/);
    expect(() => withSecondLevel(mlp({ width: 8, target: true }), parameters, shape)).toThrow(/same network/);
  });
});
